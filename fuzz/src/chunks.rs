//! A reader that gives little at a time.

use std::io::{self, Read};

/// Hands out at most `size` bytes of `rest` at a time.
#[derive(Debug)]
pub struct Chunks<'a> {
    /// What is still to come.
    pub rest: &'a [u8],
    /// The most bytes of one read; with 0 the source is empty.
    pub size: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.size.min(self.rest.len()).min(buffer.len());
        let (given, rest) = self.rest.split_at(count);
        buffer[..count].copy_from_slice(given);
        self.rest = rest;
        Ok(count)
    }
}
