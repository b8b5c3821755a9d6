//! Attribute values: what a command lists for a type becomes all values of that type.

use sync_core::command::{AttributeValue, Attributes};

use super::limits::Limits;
use crate::catalog::model::{AttributeKind, AttributeType};
use crate::catalog::{Number, StoredValue};
use crate::importer::Importer;
use crate::importer::failure::{Failure, Outcome, refuse};
use crate::jobs::{Category, CharacteristicsAction};
use crate::profile::EmptyValues;

const OF: Category = Category::Attribute;

impl Importer<'_> {
    /// Without limits any attribute type of the model is taken, any number of times.
    pub(super) fn set_attributes(
        &mut self,
        owner: Number,
        is_new: bool,
        attributes: &Attributes<'_>,
        limits: Option<&Limits>,
    ) -> Outcome<()> {
        for (key, values) in attributes.iter() {
            let model = self.store.model.clone();
            let Some(number) = model.attribute_types.by_key(key) else {
                return refuse(OF, format!("Attribute type '{key}' does not exist."));
            };
            limits.map_or(Ok(()), |limits| limits.check_attribute(number, values.len()))?;
            let unknown = AttributeType::default();
            let found = model.attribute_types.get(number).unwrap_or(&unknown);
            let mut wanted = Vec::with_capacity(values.len());
            for value in values {
                let is_empty = matches!(value, AttributeValue::Value(text) if text.is_empty());
                match self.rules.empty_values {
                    EmptyValues::Removed if is_empty => {}
                    EmptyValues::Refused if is_empty => {
                        return refuse(OF, format!("Attribute '{key}' has an empty value."));
                    }
                    _ => wanted.push(stored(key, found, value)?),
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

/// Checks a value against its type and brings it into the stored form.
fn stored(key: &str, found: &AttributeType, value: &AttributeValue<'_>) -> Result<StoredValue, Failure> {
    let single = |value: &str| StoredValue { is_list: false, value: value.to_owned() };
    let allowed = |value: &str| {
        let values = &found.allowed_values;
        match values.is_empty() || values.iter().any(|allowed| allowed == value) {
            true => Ok(()),
            false => Err(Failure::new(OF, format!("'{}' is not an allowed value of '{key}'.", shorten(value)))),
        }
    };
    match (found.kind, value) {
        (AttributeKind::MultiValueList, AttributeValue::Values(values)) => {
            let texts: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
            texts.iter().try_for_each(|text| allowed(text))?;
            Ok(StoredValue { is_list: true, value: serde_json::Value::from(texts).to_string() })
        }
        (AttributeKind::MultiValueList, AttributeValue::Value(_)) => {
            Err(Failure::new(OF, format!("Attribute '{key}' needs values.")))
        }
        (_, AttributeValue::Values(_)) => Err(Failure::new(OF, format!("Attribute '{key}' needs value."))),
        (AttributeKind::SingleValueList, AttributeValue::Value(value)) => allowed(value).map(|()| single(value)),
        (AttributeKind::Numeric, AttributeValue::Value(value)) => match value.trim().parse::<f64>() {
            Ok(number) if found.integer && number.fract() != 0.0 => {
                Err(Failure::new(OF, format!("'{}' is not a whole number for '{key}'.", shorten(value))))
            }
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
