//! Attribute values: what a command lists for a type becomes all values of that type.

use sync_core::command::{AttributeValue, Attributes};

use crate::catalog::model::AttributeKind;
use crate::catalog::{Number, StoredValue};
use crate::importer::Importer;
use crate::importer::failure::{Failure, Outcome, refuse};
use crate::jobs::{Category, CharacteristicsAction};
use crate::profile::EmptyValues;

const OF: Category = Category::Attribute;

impl Importer<'_> {
    /// Any attribute type of the model is taken on any resource: assignments are not modelled.
    pub(super) fn set_attributes(&mut self, owner: Number, is_new: bool, attributes: &Attributes<'_>) -> Outcome<()> {
        for (key, values) in attributes.iter() {
            let model = self.store.model.clone();
            let Some(number) = model.attribute_types.by_key(key) else {
                return refuse(OF, format!("Attribute type '{key}' does not exist."));
            };
            let kind = model.attribute_types.get(number).copied().unwrap_or_default();
            let mut wanted = Vec::with_capacity(values.len());
            for value in values {
                let is_empty = matches!(value, AttributeValue::Value(text) if text.is_empty());
                match self.rules.empty_values {
                    EmptyValues::Removed if is_empty => {}
                    EmptyValues::Refused if is_empty => {
                        return refuse(OF, format!("Attribute '{key}' has an empty value."));
                    }
                    _ => wanted.push(stored(key, kind, value)?),
                }
            }
            let before = if is_new { Vec::new() } else { self.store.attributes(owner, number)? };
            if self.attributes == CharacteristicsAction::AddOrIgnore {
                let new = wanted.into_iter().filter(|value| !before.contains(value));
                for (position, value) in (before.len()..).zip(new) {
                    self.store.insert_attribute(owner, number, position, &value)?;
                    self.tally.added(OF);
                }
                continue;
            }
            for (position, value) in wanted.iter().enumerate() {
                match before.get(position) {
                    Some(old) if old == value => {}
                    Some(_) => {
                        self.store.update_attribute(owner, number, position, value)?;
                        self.tally.updated(OF);
                    }
                    None => {
                        self.store.insert_attribute(owner, number, position, value)?;
                        self.tally.added(OF);
                    }
                }
            }
            if before.len() > wanted.len() {
                self.store.truncate_attributes(owner, number, wanted.len())?;
                self.tally.removed_many(OF, before.len() - wanted.len());
            }
        }
        Ok(())
    }
}

/// Checks a value against the kind of its type and brings it into the stored form.
fn stored(key: &str, kind: AttributeKind, value: &AttributeValue<'_>) -> Result<StoredValue, Failure> {
    let single = |value: &str| StoredValue { is_list: false, value: value.to_owned() };
    match (kind, value) {
        (AttributeKind::MultiValueList, AttributeValue::Values(values)) => {
            let texts: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
            Ok(StoredValue { is_list: true, value: serde_json::Value::from(texts).to_string() })
        }
        (AttributeKind::MultiValueList, AttributeValue::Value(_)) => {
            Err(Failure::new(OF, format!("Attribute '{key}' needs values.")))
        }
        (_, AttributeValue::Values(_)) => Err(Failure::new(OF, format!("Attribute '{key}' needs value."))),
        (AttributeKind::Numeric, AttributeValue::Value(value)) => match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(single(value.trim())),
            _ => Err(Failure::new(OF, format!("'{}' is not a valid number for '{key}'.", shorten(value)))),
        },
        (AttributeKind::Boolean, AttributeValue::Value(value)) => {
            if value.eq_ignore_ascii_case("true") {
                Ok(single("true"))
            } else if value.eq_ignore_ascii_case("false") {
                Ok(single("false"))
            } else {
                Err(Failure::new(OF, format!("'{}' is not a valid boolean for '{key}'.", shorten(value))))
            }
        }
        (_, AttributeValue::Value(value)) => Ok(single(value)),
    }
}

/// The beginning of a value that may be long.
fn shorten(value: &str) -> String {
    value.chars().take(80).collect()
}
