//! Tests through the public face of the crate.

#[cfg(feature = "excel")]
#[cfg(feature = "excel")]
#[cfg(feature = "excel")]
#[cfg(feature = "excel")]
#[cfg(feature = "excel")]
#[cfg(feature = "excel")]
#[cfg(feature = "excel")]
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
mod excel_cells;
mod excel_formats;
mod excel_hostile;
mod excel_properties;
mod excel_sheets;
mod excel_support;
mod excel_writing;
mod expand_cut;
mod expand_merge;
mod expand_order;
mod expand_places;
mod expand_rows;
mod expand_support;
mod expand_warnings;
mod identities;
mod json_text;
mod places;
mod shapes;
mod split_errors;
mod split_properties;
mod support;
mod template;
mod template_lint;
