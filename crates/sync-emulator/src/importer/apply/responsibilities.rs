//! Responsibilities: the owners listed for a role replace those it had.

use std::collections::HashSet;

use sync_core::command::{Owner, Responsibilities, UserGroupRef, UserRef};

use crate::catalog::{Number, OwnerKind, StoredOwner};
use crate::importer::Importer;
use crate::importer::failure::{Outcome, refuse};
use crate::jobs::Category;

const OF: Category = Category::Responsibility;

impl Importer<'_> {
    pub(super) fn set_responsibilities(
        &mut self,
        resource: Number,
        responsibilities: &Responsibilities<'_>,
    ) -> Outcome<()> {
        for (key, owners) in responsibilities.iter() {
            let model = self.store.model.clone();
            let Some(role) = model.roles.by_key(key) else {
                return refuse(OF, format!("Role '{key}' does not exist."));
            };
            if model.roles.get(role) != Some(&true) {
                return refuse(OF, format!("Role '{key}' cannot be assigned on a resource."));
            }
            let wanted = owners.iter().map(|owner| self.owner(owner)).collect::<Outcome<HashSet<_>>>()?;
            let before: HashSet<_> = self.store.owners(resource, role)?.into_iter().collect();
            for owner in wanted.difference(&before) {
                self.store.add_owner(resource, role, owner)?;
                self.tally.added(OF);
            }
            for owner in before.difference(&wanted) {
                self.store.remove_owner(resource, role, owner)?;
                self.tally.removed(OF);
            }
        }
        Ok(())
    }

    /// Any id is taken for a user or a group, as the server keeps no directory; names only of users it lets in.
    fn owner(&self, owner: &Owner<'_>) -> Outcome<StoredOwner> {
        Ok(match owner {
            Owner::User(UserRef::Id { id }) => StoredOwner { kind: OwnerKind::User, id: *id },
            Owner::User(UserRef::UserName { user_name }) => match self.rules.users.get(user_name.as_str()) {
                Some(id) => StoredOwner { kind: OwnerKind::User, id: *id },
                None => return refuse(OF, format!("User '{user_name}' does not exist.")),
            },
            Owner::UserGroup(UserGroupRef::Id { id }) => StoredOwner { kind: OwnerKind::UserGroup, id: *id },
            Owner::UserGroup(UserGroupRef::Name { name }) => {
                return refuse(OF, format!("User group '{name}' does not exist."));
            }
        })
    }
}
