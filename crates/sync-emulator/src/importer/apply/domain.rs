//! Domains.

use sync_core::command::{Domain, DomainIdentifier, TypeRef};

use super::{NAME_CHARS, not_found, not_idempotent, set_text};
use crate::catalog::{DomainRow, Kind, Number, TypeNumber};
use crate::importer::Importer;
use crate::importer::failure::{Outcome, refuse};
use crate::importer::resolve::{check_chars, domain_label};
use crate::jobs::Category;

const OF: Category = Category::Domain;

impl Importer<'_> {
    pub(in crate::importer) fn domain(&mut self, command: &Domain<'_>) -> Outcome<Number> {
        if let (DomainIdentifier::Name { name, .. }, Some(field)) = (&command.identifier, &command.name)
            && name != field
        {
            return not_idempotent(Kind::Domain, "The name");
        }
        let found = self.find_domain(&command.identifier)?;
        let community = match &command.community {
            Some(community) => Some(self.need_community(community, OF)?),
            None => None,
        };
        let domain_type = match &command.type_ref {
            Some(reference) => Some(self.domain_type(reference)?),
            None => None,
        };
        let number = match found {
            Some(number) => self.update_domain(command, number, community, domain_type)?,
            None => self.create_domain(command, community, domain_type)?,
        };
        if let Some(responsibilities) = &command.responsibilities {
            self.set_responsibilities(number, responsibilities)?;
        }
        Ok(number)
    }

    fn domain_type(&self, reference: &TypeRef<'_>) -> Outcome<TypeNumber> {
        match self.store.model.domain_types.find(reference) {
            Some(number) => Ok(number),
            None => refuse(OF, format!("Domain type '{}' does not exist.", type_label(reference))),
        }
    }

    fn create_domain(
        &mut self,
        command: &Domain<'_>,
        community: Option<Number>,
        domain_type: Option<TypeNumber>,
    ) -> Outcome<Number> {
        let (name, community) = match &command.identifier {
            DomainIdentifier::Id { id } => return Err(not_found(Kind::Domain, &id.to_string()).into()),
            DomainIdentifier::Name { name, community: identifying } => {
                let identifying = self.need_community(identifying, OF)?;
                if community.is_some_and(|community| community != identifying) {
                    return not_idempotent(Kind::Domain, "The community");
                }
                (Some(name), Some(identifying))
            }
            DomainIdentifier::External(_) => (command.name.as_ref(), community),
        };
        let (Some(name), Some(community), Some(domain_type)) = (name, community, domain_type) else {
            return refuse(OF, "Domain to create needs name, type and community.");
        };
        self.check_domain_name(community, name, None)?;
        let mut row = DomainRow { name: name.as_str().to_owned(), community, domain_type, description: None };
        set_text(&mut row.description, command.description.as_ref());
        let number = self.store.insert_domain(&row)?;
        self.tally.added(OF);
        if let DomainIdentifier::External(pair) = &command.identifier {
            self.map(pair, Kind::Domain, number)?;
        }
        Ok(number)
    }

    fn update_domain(
        &mut self,
        command: &Domain<'_>,
        number: Number,
        community: Option<Number>,
        domain_type: Option<TypeNumber>,
    ) -> Outcome<Number> {
        let Some(before) = self.store.domain(number)? else {
            return Err(not_found(Kind::Domain, &domain_label(&command.identifier)).into());
        };
        let mut row = before.clone();
        if let Some(name) = &command.name {
            row.name = name.as_str().to_owned();
        }
        if let Some(community) = community {
            row.community = community;
        }
        if let Some(domain_type) = domain_type {
            row.domain_type = domain_type;
        }
        set_text(&mut row.description, command.description.as_ref());
        if row != before {
            let is_moved = row.community != before.community;
            if is_moved && matches!(command.identifier, DomainIdentifier::Name { .. }) {
                return not_idempotent(Kind::Domain, "The community");
            }
            if is_moved || row.name != before.name {
                self.check_domain_name(row.community, &row.name, Some(number))?;
            }
            self.store.update_domain(number, &row)?;
            self.tally.updated(OF);
        }
        Ok(number)
    }

    /// Refuses a name that another domain of the community has.
    fn check_domain_name(&mut self, community: Number, name: &str, own: Option<Number>) -> Outcome<()> {
        check_chars(OF, "The name of a domain", name, NAME_CHARS)?;
        match self.store.domain_by_name(community, name)? {
            Some(found) if own != Some(found) => {
                refuse(OF, format!("The community already has a domain named '{name}'."))
            }
            _ => Ok(()),
        }
    }
}

/// How a type is named in a sentence.
pub(super) fn type_label(reference: &TypeRef<'_>) -> String {
    match reference {
        TypeRef::Id { id } => id.to_string(),
        TypeRef::Name { name } => name.to_string(),
        TypeRef::PublicId { public_id } => public_id.to_string(),
    }
}
