//! Relations of an asset: the listed ones become the complete set for their type and direction, or are added to it.

use sync_core::command::{AssetIdentifier, Relations};

use crate::catalog::model::RelationKeyError;
use crate::catalog::{End, Number, TypeNumber};
use crate::importer::Importer;
use crate::importer::failure::{Outcome, refuse};
use crate::importer::resolve::asset_label;
use crate::jobs::{Category, CharacteristicsAction};

const OF: Category = Category::Relation;

impl Importer<'_> {
    /// The direction in a key is the role of the *listed* assets: under `…:SOURCE` they are the sources and the asset of
    /// the command is the target.
    pub(super) fn set_relations(
        &mut self,
        own: Number,
        own_type: TypeNumber,
        is_new: bool,
        relations: &Relations<'_>,
    ) -> Outcome<()> {
        for (key, listed) in relations.iter() {
            let (relation, end) = match self.store.model.relation_key(key) {
                Ok(found) => found,
                Err(RelationKeyError::Shape) => {
                    return refuse(OF, format!("Relation key '{key}' is not <type>:SOURCE or <type>:TARGET."));
                }
                Err(RelationKeyError::UnknownType) => {
                    return refuse(OF, format!("The relation type of '{key}' does not exist."));
                }
            };
            let mut wanted = Vec::with_capacity(listed.len());
            for identifier in listed {
                wanted.push(self.related_asset(own_type, relation, end, identifier)?);
            }
            // An asset that is new has no relations, except those to itself that were stated under another key.
            let before =
                if is_new && !wanted.contains(&own) { Vec::new() } else { self.store.related(own, relation, end)? };
            for other in &wanted {
                if self.store.relate(own, relation, end, *other)? {
                    self.tally.added(OF);
                }
            }
            if self.relations == CharacteristicsAction::Replace && !before.is_empty() {
                wanted.sort_unstable();
                for other in before.into_iter().filter(|other| wanted.binary_search(other).is_err()) {
                    self.store.unrelate(own, relation, end, other)?;
                    self.tally.removed(OF);
                }
            }
        }
        Ok(())
    }

    /// A listed asset that exists and fits its end, as the asset of the command fits the other one.
    fn related_asset(
        &mut self,
        own_type: TypeNumber,
        relation: TypeNumber,
        end: End,
        identifier: &AssetIdentifier<'_>,
    ) -> Outcome<Number> {
        let (other, other_type) = self.need_asset(identifier, OF)?;
        let model = &self.store.model;
        if let Some(found) = model.relation_types.get(relation) {
            let (source, target) = match end {
                End::Source => (other_type, own_type),
                End::Target => (own_type, other_type),
            };
            if !model.is_a(source, found.source) || !model.is_a(target, found.target) {
                let message = format!(
                    "Relation type '{}' does not join '{}' and '{}' (asset '{}').",
                    found.label,
                    model.asset_types.name(source),
                    model.asset_types.name(target),
                    asset_label(identifier),
                );
                return refuse(OF, message);
            }
        }
        Ok(other)
    }
}
