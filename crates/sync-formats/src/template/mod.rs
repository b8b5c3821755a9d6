//! Templates: import commands with placeholders for the cells of a row.

mod error;
mod lint;
mod names;
mod node;
mod parse;
mod placeholder;
mod text;

pub use error::{TemplateError, TemplateErrorKind};
pub use lint::{LintContext, TemplateFinding};
pub(crate) use names::column_title;
pub(crate) use node::{Kind, Member, Node, Part};
pub use text::{MAX_TEMPLATE_BYTES, MAX_TEMPLATE_COLUMNS, Template, TemplatePlace};
