//! Assets.

use sync_core::command::{Asset, AssetIdentifier, TypeRef};

use super::domain::type_label;
use super::limits::Limits;
use super::{ASSET_NAME_CHARS, NAME_CHARS, not_found, not_idempotent};
use crate::catalog::{AssetRow, Kind, Number, TypeNumber};
use crate::importer::Importer;
use crate::importer::failure::{Outcome, refuse};
use crate::importer::resolve::{asset_label, check_chars};
use crate::jobs::Category;

const OF: Category = Category::Asset;

/// The type of an asset and what it allows.
type Typed = (TypeNumber, Option<Limits>);

/// The fields of a command that had to be looked up.
struct Resolved {
    domain: Option<Number>,
    asset_type: Option<TypeNumber>,
    status: Option<TypeNumber>,
}

impl Importer<'_> {
    pub(in crate::importer) fn asset(&mut self, command: &Asset<'_>) -> Outcome<Number> {
        if let (AssetIdentifier::Name { name, .. }, Some(field)) = (&command.identifier, &command.name)
            && name != field
        {
            return not_idempotent(Kind::Asset, "The name");
        }
        if command.responsibilities.is_some() && !self.rules.asset_responsibilities {
            return refuse(Category::Responsibility, "Asset responsibilities are switched off on this instance.");
        }
        let resolved = Resolved {
            domain: match &command.domain {
                Some(domain) => Some(self.need_domain(domain, OF)?),
                None => None,
            },
            asset_type: match &command.type_ref {
                Some(reference) => Some(self.type_of_asset(reference)?),
                None => None,
            },
            status: match &command.status {
                Some(reference) => Some(self.status(reference)?),
                None => None,
            },
        };
        let (number, (asset_type, limits), is_new) = match self.asset_or_name(command)? {
            Found::Asset(number) => (number, self.update_asset(command, number, &resolved)?, false),
            Found::Place { name, domain } => {
                let (number, found) = self.create_asset(command, &name, domain, &resolved)?;
                (number, found, true)
            }
        };
        if let Some(attributes) = &command.attributes {
            self.set_attributes(number, is_new, attributes, limits.as_ref())?;
        }
        if let Some(relations) = &command.relations {
            self.set_relations(number, asset_type, is_new, relations)?;
        }
        if let Some(responsibilities) = &command.responsibilities {
            self.set_responsibilities(number, responsibilities)?;
        }
        Ok(number)
    }

    /// The asset of the command, or where a new one would go. One look at each table, as this is the hottest path.
    fn asset_or_name(&mut self, command: &Asset<'_>) -> Outcome<Found> {
        match &command.identifier {
            AssetIdentifier::Id { id } => match self.find_asset(&command.identifier)? {
                Some(number) => Ok(Found::Asset(number)),
                None => Err(not_found(Kind::Asset, &id.to_string()).into()),
            },
            AssetIdentifier::Name { name, domain } => {
                let domain = self.need_domain(domain, OF)?;
                Ok(match self.store.asset_by_name(domain, name)? {
                    Some(number) => Found::Asset(number),
                    None => Found::Place { name: Some(name.as_str().to_owned()), domain: Some(domain) },
                })
            }
            AssetIdentifier::External(_) => Ok(match self.find_asset(&command.identifier)? {
                Some(number) => Found::Asset(number),
                None => Found::Place { name: None, domain: None },
            }),
        }
    }

    fn type_of_asset(&self, reference: &TypeRef<'_>) -> Outcome<TypeNumber> {
        match self.store.model.asset_types.find(reference) {
            Some(number) => Ok(number),
            None => refuse(OF, format!("Asset type '{}' does not exist.", type_label(reference))),
        }
    }

    fn status(&self, reference: &TypeRef<'_>) -> Outcome<TypeNumber> {
        match self.store.model.statuses.find(reference) {
            Some(number) => Ok(number),
            None => refuse(OF, format!("Status '{}' does not exist.", type_label(reference))),
        }
    }

    fn create_asset(
        &mut self,
        command: &Asset<'_>,
        name: &Option<String>,
        domain: Option<Number>,
        resolved: &Resolved,
    ) -> Outcome<(Number, Typed)> {
        let is_free = name.is_some();
        let name = name.as_deref().or(command.name.as_deref());
        let Some(name) = name else { return refuse(OF, "Asset to create has no name.") };
        let Some(asset_type) = resolved.asset_type else {
            return refuse(OF, format!("Asset '{name}' to create has no type."));
        };
        let domain = match (domain, resolved.domain) {
            (Some(identifying), Some(field)) if identifying != field => {
                return not_idempotent(Kind::Asset, "The domain");
            }
            (Some(domain), _) | (None, Some(domain)) => domain,
            (None, None) => return refuse(OF, format!("Asset '{name}' to create has no domain.")),
        };
        check_chars(OF, "The name of an asset", name, ASSET_NAME_CHARS)?;
        // An asset identified by name and domain was just looked for: its place is free.
        if !is_free {
            self.refuse_taken(domain, name, None)?;
        }
        let limits = self.limits(asset_type, domain)?;
        if let Some(limits) = &limits {
            limits.check_domain()?;
            resolved.status.map_or(Ok(()), |status| limits.check_status(status))?;
        }
        let status = match resolved.status {
            Some(status) => status,
            None => self.store.default_status(asset_type, domain)?,
        };
        let row = AssetRow {
            name: name.to_owned(),
            display_name: self.display_name(command)?.unwrap_or_else(|| name.to_owned()),
            domain,
            asset_type,
            status,
        };
        let number = self.store.insert_asset(&row)?;
        self.tally.added(OF);
        self.tally.asset_type(asset_type).added += 1;
        if let AssetIdentifier::External(pair) = &command.identifier {
            self.map(pair, Kind::Asset, number)?;
        }
        self.set_tags(command, number, true)?;
        Ok((number, (asset_type, limits)))
    }

    fn update_asset(&mut self, command: &Asset<'_>, number: Number, resolved: &Resolved) -> Outcome<Typed> {
        let Some(before) = self.store.asset(number)? else {
            return Err(not_found(Kind::Asset, &asset_label(&command.identifier)).into());
        };
        let mut row = before.clone();
        if let Some(name) = &command.name {
            row.name = name.as_str().to_owned();
        }
        if let Some(display_name) = self.display_name(command)? {
            row.display_name = display_name;
        }
        row.domain = resolved.domain.unwrap_or(row.domain);
        row.asset_type = resolved.asset_type.unwrap_or(row.asset_type);
        row.status = resolved.status.unwrap_or(row.status);
        let is_changed = row != before;
        let limits = self.limits(row.asset_type, row.domain)?;
        if is_changed {
            if let Some(limits) = &limits {
                limits.check_domain()?;
                resolved.status.map_or(Ok(()), |status| limits.check_status(status))?;
            }
            let is_moved = row.domain != before.domain;
            if is_moved && matches!(command.identifier, AssetIdentifier::Name { .. }) {
                return not_idempotent(Kind::Asset, "The domain");
            }
            if is_moved || row.name != before.name {
                check_chars(OF, "The name of an asset", &row.name, ASSET_NAME_CHARS)?;
                self.refuse_taken(row.domain, &row.name, Some(number))?;
            }
            self.store.update_asset(number, &row)?;
        }
        let is_retagged = self.set_tags(command, number, false)?;
        if is_changed || is_retagged {
            self.tally.updated(OF);
            self.tally.asset_type(row.asset_type).updated += 1;
        }
        Ok((row.asset_type, limits))
    }

    fn display_name(&self, command: &Asset<'_>) -> Outcome<Option<String>> {
        let Some(display_name) = &command.display_name else { return Ok(None) };
        check_chars(OF, "The display name of an asset", display_name, ASSET_NAME_CHARS)?;
        Ok(Some(display_name.as_str().to_owned()))
    }

    /// Refuses a name that another asset has.
    fn refuse_taken(&self, domain: Number, name: &str, own: Option<Number>) -> Outcome<()> {
        let found = self.store.asset_by_name(domain, name)?;
        if found.is_none() || found == own {
            return Ok(());
        }
        let domain = self.store.domain(domain)?.map(|row| row.name).unwrap_or_default();
        refuse(OF, format!("Domain '{domain}' already has an asset named '{name}'."))
    }

    fn set_tags(&mut self, command: &Asset<'_>, number: Number, is_new: bool) -> Outcome<bool> {
        let Some(tags) = &command.tags else { return Ok(false) };
        for tag in tags {
            check_chars(OF, "A tag", tag, NAME_CHARS)?;
        }
        let names: Vec<&str> = tags.iter().map(|tag| tag.as_str()).collect();
        Ok(self.store.set_tags(number, &names, is_new)?)
    }
}

enum Found {
    Asset(Number),
    /// Name and domain as far as the identifier gives them.
    Place {
        name: Option<String>,
        domain: Option<Number>,
    },
}
