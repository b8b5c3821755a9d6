//! Commands on the wire: written exactly, read leniently where the meaning is clear, refused where it is not.

mod lenient;
mod robust;
mod sample;
mod strict;
mod written;
