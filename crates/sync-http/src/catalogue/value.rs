//! Attribute values as commands want them: text, whatever the kind of their type.

use serde_json::value::RawValue;
use sync_core::command::AttributeValue;

/// The value; `None` for `null`, which there is nothing to set with, and an error for what is no value.
pub(super) fn attribute_value(value: &RawValue) -> Result<Option<AttributeValue<'static>>, NoValue> {
    match value.get().as_bytes().first() {
        Some(b'n') => Ok(None),
        Some(b'[') => {
            let values: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(|_| NoValue)?;
            let values = values.into_iter().map(scalar).collect::<Result<Vec<String>, NoValue>>()?;
            Ok(Some(AttributeValue::list(values)))
        }
        _ => scalar(value).map(AttributeValue::text).map(Some),
    }
}

/// A string without its quotes; numbers and booleans as they are written, so that no digit is lost.
fn scalar(value: &RawValue) -> Result<String, NoValue> {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text).map_err(|_| NoValue),
        Some(b'-' | b'0'..=b'9' | b't' | b'f') => Ok(text.to_owned()),
        _ => Err(NoValue),
    }
}

/// Neither text nor number nor boolean nor a list of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoValue;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Option<AttributeValue<'static>>, NoValue> {
        attribute_value(&RawValue::from_string(json.to_owned()).expect("JSON"))
    }

    #[test]
    fn values_of_every_kind_become_text_without_loss() {
        for (json, text) in [
            (r#""a \"b\"\n\u00e4""#, "a \"b\"\nä"),
            (r#""""#, ""),
            ("12.50", "12.50"),
            ("-1E+3", "-1E+3"),
            ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
            ("1700000000000", "1700000000000"),
            ("true", "true"),
            ("false", "false"),
        ] {
            assert_eq!(read(json), Ok(Some(AttributeValue::text(text))), "{json}");
        }
        assert_eq!(read(r#"["a", 2]"#), Ok(Some(AttributeValue::list(["a", "2"]))));
        assert_eq!(read("[]"), Ok(Some(AttributeValue::list([""; 0]))));
    }

    #[test]
    fn null_is_nothing_and_objects_are_no_values() {
        assert_eq!(read("null"), Ok(None));
        for json in ["{}", r#"[null]"#, "[[1]]", r#"[{"value": 1}]"#] {
            assert_eq!(read(json), Err(NoValue), "{json}");
        }
    }
}
