//! Communities.

use sync_core::command::{Community, CommunityIdentifier};

use super::{NAME_CHARS, not_found, not_idempotent, set_text};
use crate::catalog::{CommunityRow, Kind, Number};
use crate::importer::Importer;
use crate::importer::failure::{Outcome, refuse};
use crate::importer::resolve::{check_chars, community_label};
use crate::jobs::Category;

const OF: Category = Category::Community;

impl Importer<'_> {
    pub(in crate::importer) fn community(&mut self, command: &Community<'_>) -> Outcome<Number> {
        if let (CommunityIdentifier::Name { name }, Some(field)) = (&command.identifier, &command.name)
            && name != field
        {
            return not_idempotent(Kind::Community, "The name");
        }
        let found = self.find_community(&command.identifier)?;
        let parent = match &command.parent {
            Some(parent) => Some(self.parent(parent)?),
            None => None,
        };
        let number = match found {
            Some(number) => self.update_community(command, number, parent)?,
            None => self.create_community(command, parent)?,
        };
        if let Some(responsibilities) = &command.responsibilities {
            self.set_responsibilities(number, responsibilities)?;
        }
        Ok(number)
    }

    /// A parent has to be there before the job: communities cannot be nested within one request.
    fn parent(&mut self, identifier: &CommunityIdentifier<'_>) -> Outcome<Number> {
        match self.find_community(identifier)? {
            Some(number) if number < self.floor => Ok(number),
            _ => refuse(OF, format!("Parent community '{}' does not exist yet.", community_label(identifier))),
        }
    }

    fn create_community(&mut self, command: &Community<'_>, parent: Option<Number>) -> Outcome<Number> {
        let name = match (&command.identifier, &command.name) {
            (CommunityIdentifier::Id { id }, _) => return Err(not_found(Kind::Community, &id.to_string()).into()),
            (CommunityIdentifier::Name { name }, _) | (_, Some(name)) => name,
            _ => return refuse(OF, "Community to create has no name."),
        };
        self.check_community_name(name, None)?;
        let mut row = CommunityRow { name: name.as_str().to_owned(), description: None, parent };
        set_text(&mut row.description, command.description.as_ref());
        let number = self.store.insert_community(&row)?;
        self.tally.added(OF);
        if let CommunityIdentifier::External(pair) = &command.identifier {
            self.map(pair, Kind::Community, number)?;
        }
        Ok(number)
    }

    fn update_community(&mut self, command: &Community<'_>, number: Number, parent: Option<Number>) -> Outcome<Number> {
        let Some(before) = self.store.community(number)? else {
            return Err(not_found(Kind::Community, &community_label(&command.identifier)).into());
        };
        let mut row = before.clone();
        if let Some(name) = &command.name {
            row.name = name.as_str().to_owned();
        }
        set_text(&mut row.description, command.description.as_ref());
        if parent.is_some() {
            row.parent = parent;
        }
        if row != before {
            if row.name != before.name {
                self.check_community_name(&row.name, Some(number))?;
            }
            if row.parent != before.parent {
                self.refuse_circle(number, row.parent)?;
            }
            self.store.update_community(number, &row)?;
            self.tally.updated(OF);
        }
        Ok(number)
    }

    /// Refuses a name that another community has.
    fn check_community_name(&mut self, name: &str, own: Option<Number>) -> Outcome<()> {
        check_chars(OF, "The name of a community", name, NAME_CHARS)?;
        match self.store.community_by_name(name)? {
            Some(found) if own != Some(found) => refuse(OF, format!("There already is a community named '{name}'.")),
            _ => Ok(()),
        }
    }

    fn refuse_circle(&mut self, number: Number, parent: Option<Number>) -> Outcome<()> {
        let mut next = parent;
        while let Some(ancestor) = next {
            if ancestor == number {
                return refuse(OF, "A community cannot be its own ancestor.");
            }
            next = self.store.community(ancestor)?.and_then(|row| row.parent);
        }
        Ok(())
    }
}
