//! Complex relations: several assets joined at named legs.

use std::collections::HashSet;

use sync_core::command::{ComplexRelation, ComplexRelationIdentifier, Relations};

use super::domain::type_label;
use super::{not_found, not_idempotent};
use crate::catalog::model::{ComplexType, Leg};
use crate::catalog::{Kind, Number, TypeNumber};
use crate::importer::Importer;
use crate::importer::failure::{Outcome, refuse};
use crate::importer::resolve::asset_label;
use crate::jobs::Category;

const OF: Category = Category::ComplexRelation;

impl Importer<'_> {
    pub(in crate::importer) fn complex_relation(&mut self, command: &ComplexRelation<'_>) -> Outcome<Number> {
        if let (ComplexRelationIdentifier::Legs { relations: legs }, Some(relations)) =
            (&command.identifier, &command.relations)
            && let Some(key) = shared_key(legs, relations)
        {
            return not_idempotent(Kind::ComplexRelation, &format!("The leg '{key}'"));
        }
        let found = self.find_complex_relation(&command.identifier)?;
        let (number, relation_type, is_new) = match found {
            Some(number) => match self.store.complex_relation(number)? {
                // A type that is given on update is ignored without a word.
                Some(relation_type) => (number, relation_type, false),
                None => return refuse(OF, "No complex relation matches."),
            },
            None => {
                let (number, relation_type) = self.create_complex_relation(command)?;
                (number, relation_type, true)
            }
        };
        let model = self.store.model.clone();
        let Some(complex_type) = model.complex_types.get(relation_type) else {
            return refuse(OF, "The complex relation has a type that is not in the model.");
        };
        let mut is_changed = false;
        if let (true, ComplexRelationIdentifier::Legs { relations }) = (is_new, &command.identifier) {
            is_changed |= self.set_legs(number, complex_type, relations)?;
        }
        if let Some(relations) = &command.relations {
            is_changed |= self.set_legs(number, complex_type, relations)?;
        }
        if is_new || is_changed {
            self.check_occurrences(number, complex_type)?;
        }
        if is_changed && !is_new {
            self.store.touch_complex_relation(number)?;
            self.tally.updated(OF);
        }
        if let Some(attributes) = &command.attributes {
            self.set_attributes(number, is_new, attributes, None)?;
        }
        Ok(number)
    }

    fn create_complex_relation(&mut self, command: &ComplexRelation<'_>) -> Outcome<(Number, TypeNumber)> {
        if let ComplexRelationIdentifier::Id { id } = &command.identifier {
            return Err(not_found(Kind::ComplexRelation, &id.to_string()).into());
        }
        let Some(reference) = &command.complex_relation_type else {
            return refuse(OF, "Complex relation to create has no type.");
        };
        let Some(relation_type) = self.store.model.complex_types.find(reference) else {
            return refuse(OF, format!("Complex relation type '{}' does not exist.", type_label(reference)));
        };
        let has_legs = matches!(command.identifier, ComplexRelationIdentifier::Legs { .. });
        if command.relations.as_ref().is_none_or(|relations| relations.is_empty()) && !has_legs {
            return refuse(OF, "Complex relation to create has no legs.");
        }
        let number = self.store.insert_complex_relation(relation_type)?;
        self.tally.added(OF);
        if let ComplexRelationIdentifier::External(pair) = &command.identifier {
            self.map(pair, Kind::ComplexRelation, number)?;
        }
        Ok((number, relation_type))
    }

    /// Makes the listed assets the complete set of each listed leg.
    fn set_legs(&mut self, number: Number, complex_type: &ComplexType, legs: &Relations<'_>) -> Outcome<bool> {
        let mut is_changed = false;
        for (key, listed) in legs.iter() {
            let Ok(leg) = complex_type.leg(key) else {
                return refuse(OF, format!("'{key}' is no leg of this type of complex relation."));
            };
            let mut wanted = HashSet::with_capacity(listed.len());
            for identifier in listed {
                let (asset, asset_type) = self.need_asset(identifier, OF)?;
                if !self.store.model.is_a(asset_type, leg.asset_type) {
                    let asset = asset_label(identifier);
                    return refuse(OF, format!("Asset '{asset}' does not fit the leg '{}'.", leg.label));
                }
                wanted.insert(asset);
            }
            let before: HashSet<Number> = self.store.leg(number, leg.number)?.into_iter().collect();
            for asset in wanted.difference(&before) {
                self.store.add_to_leg(number, leg.number, *asset)?;
                is_changed = true;
            }
            for asset in before.difference(&wanted) {
                self.store.remove_from_leg(number, leg.number, *asset)?;
                is_changed = true;
            }
        }
        Ok(is_changed)
    }

    fn check_occurrences(&self, number: Number, complex_type: &ComplexType) -> Outcome<()> {
        for leg in &complex_type.legs {
            let count = self.store.leg(number, leg.number)?.len() as u64;
            if count < u64::from(leg.min) || leg.max.is_some_and(|max| count > u64::from(max)) {
                return refuse(OF, occurrence_message(leg));
            }
        }
        Ok(())
    }

    /// The one complex relation that has all these legs. Another one with more legs matches as well, which is why the
    /// guide calls this form fragile.
    pub(in crate::importer) fn find_by_legs(&mut self, legs: &Relations<'_>) -> Outcome<Option<Number>> {
        let model = self.store.model.clone();
        let mut matches: Option<HashSet<Number>> = None;
        for (key, listed) in legs.iter() {
            let Some(leg) = model.leg(key) else { return refuse(OF, format!("'{key}' is no leg.")) };
            for identifier in listed {
                let (asset, _) = self.need_asset(identifier, OF)?;
                let with: HashSet<Number> = self.store.complex_relations_with(leg, asset)?.into_iter().collect();
                matches = Some(match matches {
                    Some(so_far) => so_far.intersection(&with).copied().collect(),
                    None => with,
                });
            }
        }
        let Some(matches) = matches else { return refuse(OF, "The complex relation identifier names no leg.") };
        if matches.len() > 1 {
            return refuse(OF, "Several complex relations have these legs; use a more specific identifier.");
        }
        Ok(matches.into_iter().next())
    }
}

/// A key that stands in both maps.
fn shared_key<'r>(legs: &'r Relations<'_>, relations: &Relations<'_>) -> Option<&'r str> {
    let keys: HashSet<&str> = relations.iter().map(|(key, _)| key.as_str()).collect();
    legs.iter().map(|(key, _)| key.as_str()).find(|key| keys.contains(key))
}

fn occurrence_message(leg: &Leg) -> String {
    match leg.max {
        Some(max) => format!("Leg '{}' allows {} to {max} assets.", leg.label, leg.min),
        None => format!("Leg '{}' needs at least {} assets.", leg.label, leg.min),
    }
}
