//! What several fuzz targets need.

mod chunks;
mod place;

pub use chunks::Chunks;
pub use place::place;
