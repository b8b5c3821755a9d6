//! What the operating model lets an asset be and have.

use std::sync::Arc;

use crate::catalog::model::{Assigned, Model};
use crate::catalog::{Number, TypeNumber};
use crate::importer::Importer;
use crate::importer::failure::{Failure, Outcome, refuse};
use crate::jobs::Category;

/// The assignments for assets of a type in a domain.
///
/// Where several hold for the domain, what one of them allows is allowed. The fewest of anything is not asked for: a
/// command may come before those that add the rest.
pub(super) struct Limits {
    model: Arc<Model>,
    asset_type: TypeNumber,
    domain_type: TypeNumber,
}

impl Importer<'_> {
    /// Nothing if the model says nothing about the type: then all is allowed.
    pub(super) fn limits(&self, asset_type: TypeNumber, domain: Number) -> Outcome<Option<Limits>> {
        if self.store.model.assignments(asset_type).1.is_empty() {
            return Ok(None);
        }
        let model = self.store.model.clone();
        let found = self.store.domain(domain)?;
        Ok(found.map(|row| Limits { model, asset_type, domain_type: row.domain_type }))
    }
}

impl Limits {
    fn holding(&self) -> impl Iterator<Item = &Assigned> {
        let (_, assignments) = self.model.assignments(self.asset_type);
        assignments.iter().filter(|assigned| assigned.holds_in(self.domain_type))
    }

    fn type_name(&self) -> &str {
        self.model.asset_types.name(self.asset_type)
    }

    pub(super) fn check_domain(&self) -> Outcome<()> {
        if self.holding().next().is_some() {
            return Ok(());
        }
        let domain_type = self.model.domain_types.name(self.domain_type);
        let message = format!("Asset type '{}' is not allowed in domains of type '{domain_type}'.", self.type_name());
        refuse(Category::Asset, message)
    }

    pub(super) fn check_status(&self, status: TypeNumber) -> Outcome<()> {
        if self.holding().any(|assigned| assigned.admits(status)) {
            return Ok(());
        }
        let status = self.model.statuses.name(status);
        refuse(Category::Asset, format!("Status '{status}' is not allowed for asset type '{}'.", self.type_name()))
    }

    pub(super) fn check_attribute(&self, attribute_type: TypeNumber, values: usize) -> Result<(), Failure> {
        let attributes = self.holding().flat_map(|assigned| &assigned.attributes);
        let mut limits = attributes.filter(|occurs| occurs.what == attribute_type).map(|occurs| occurs.max);
        let (name, asset_type) = (self.model.attribute_types.name(attribute_type), self.type_name());
        let Some(first) = limits.next() else {
            let message = format!("Attribute type '{name}' is not assigned to asset type '{asset_type}'.");
            return Err(Failure::new(Category::Attribute, message));
        };
        let most = limits.fold(first, |most, limit| most.zip(limit).map(|(most, limit)| most.max(limit)));
        match most.filter(|most| values > *most as usize) {
            Some(most) => {
                let message = format!("Assets of type '{asset_type}' have at most {most} of '{name}', not {values}.");
                Err(Failure::new(Category::Attribute, message))
            }
            None => Ok(()),
        }
    }
}
