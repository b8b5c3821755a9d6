//! Tests through the public face of the crate.

mod batches;
mod csv_dialect_table;
mod csv_dialects;
mod csv_differences;
mod csv_errors;
mod csv_properties;
mod csv_reference;
mod csv_rfc4180;
mod csv_support;
mod csv_vectors;
mod csv_writing;
mod digests;
#[cfg(feature = "excel")]
mod excel_cells;
#[cfg(feature = "excel")]
mod excel_formats;
#[cfg(feature = "excel")]
mod excel_hostile;
#[cfg(feature = "excel")]
mod excel_properties;
#[cfg(feature = "excel")]
mod excel_sheets;
#[cfg(feature = "excel")]
mod excel_support;
#[cfg(feature = "excel")]
mod excel_writing;
mod expand_cut;
mod expand_merge;
mod expand_order;
mod expand_places;
mod expand_properties;
mod expand_reference;
mod expand_rows;
mod expand_support;
mod expand_warnings;
mod halves;
mod identities;
mod json_text;
mod places;
mod shapes;
mod split_errors;
mod split_properties;
mod support;
mod template;
mod template_lint;
