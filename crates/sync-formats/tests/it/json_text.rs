//! JSON of any content, laid out in any way, for properties.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A JSON value as pieces of text; strings are already written.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    Plain(&'static str),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Writes the value, with something from `spaces` at every place where JSON allows white space inside a value.
    pub(crate) fn write(&self, spaces: &mut impl Iterator<Item = &'static str>, out: &mut String) {
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => out.push_str(text),
            Self::List(values) => {
                out.push('[');
                for (number, value) in values.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    out.extend(spaces.next());
                    value.write(spaces, out);
                    out.extend(spaces.next());
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (number, (key, value)) in members.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    out.extend(spaces.next());
                    out.push_str(key);
                    out.extend(spaces.next());
                    out.push(':');
                    out.extend(spaces.next());
                    value.write(spaces, out);
                    out.extend(spaces.next());
                }
                out.push('}');
            }
        }
    }

    pub(crate) fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut std::iter::empty(), &mut out);
        out
    }
}

/// A written string: quotes around pieces chosen to mislead a scanner.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = select(vec![
        r#"\""#,
        r"\\",
        r"\\\\\\",
        r"\u00e9",
        r"\n",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "Y",
        "_",
        "\u{7f}",
        "é",
        "🚢",
        "tidedb.readings",
        "a description long enough to fill more than one block of sixty-four bytes, all by itself",
    ]);
    vec(piece, 0..12).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

pub(crate) fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        select(vec!["0", "-1.5e3", "true", "false", "null", "[]", "{}"]).prop_map(Json::Plain),
        text().prop_map(Json::Text),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![vec(inner.clone(), 0..5).prop_map(Json::List), vec((text(), inner), 0..5).prop_map(Json::Object),]
    })
}

/// An object, as every command is.
pub(crate) fn object() -> impl Strategy<Value = Json> {
    vec((text(), value()), 0..5).prop_map(Json::Object)
}

/// Stretches of white space, without line feeds where `lines` forbids them.
pub(crate) fn spaces(lines: bool) -> impl Strategy<Value = Vec<&'static str>> {
    let mut choice = vec!["", "", "", " ", "\t", "    ", "\r", "                                   "];
    if !lines {
        choice.extend(["\n", "\r\n", "\n\n  "]);
    }
    vec(select(choice), 1..20)
}
