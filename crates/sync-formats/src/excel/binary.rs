//! What the two binary formats, `.xlsb` and `.xls`, write the same way.

use super::fault::{Fault, Problem};
use super::row::RowBuffer;
use crate::TableErrorKind;

/// Bytes of a record, read with its end in view.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data<'a> {
    bytes: &'a [u8],
    /// Type of the record, for messages.
    kind: u16,
}

impl<'a> Data<'a> {
    pub(super) fn new(bytes: &'a [u8], kind: u16) -> Self {
        Self { bytes, kind }
    }

    pub(super) fn bytes(&self, at: usize, length: usize) -> Result<&'a [u8], Fault> {
        let end = at.checked_add(length);
        end.and_then(|end| self.bytes.get(at..end)).ok_or_else(|| Problem::Record(self.kind).into())
    }

    fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], Fault> {
        let bytes = self.bytes(at, N)?;
        <[u8; N]>::try_from(bytes).map_err(|_| Problem::Record(self.kind).into())
    }

    pub(super) fn u8(&self, at: usize) -> Result<u8, Fault> {
        Ok(self.array::<1>(at)?[0])
    }

    pub(super) fn u16(&self, at: usize) -> Result<u16, Fault> {
        self.array(at).map(u16::from_le_bytes)
    }

    pub(super) fn u32(&self, at: usize) -> Result<u32, Fault> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn f64(&self, at: usize) -> Result<f64, Fault> {
        self.array(at).map(f64::from_le_bytes)
    }

    /// A number packed into 30 bits: a whole one or the upper part of another one, or a hundredth of that.
    pub(super) fn packed_number(&self, at: usize) -> Result<f64, Fault> {
        let bits = self.u32(at)?;
        let number = match bits & 2 {
            0 => f64::from_bits(u64::from(bits & !3) << 32),
            _ => f64::from(bits as i32 >> 2),
        };
        Ok(if bits & 1 == 0 { number } else { number / 100.0 })
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Appends text of units of 16 bits; halves of pairs without the other become U+FFFD.
pub(super) fn push_utf16(bytes: &[u8], out: &mut Vec<u8>) {
    let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Appends text of which only the lower half of each unit is written.
pub(super) fn push_latin1(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.extend_from_slice(char::from(*byte).encode_utf8(&mut [0; 4]).as_bytes());
    }
}

pub(super) fn put_boolean(column: usize, value: u8, row: &mut RowBuffer) -> Result<(), Fault> {
    row.put_text(column, if value == 0 { b"false" } else { b"true" })
}

/// The fault of a cell that holds an error, by its code.
pub(super) fn error_cell(column: usize, code: u8) -> Fault {
    let value = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "#UNKNOWN!",
    };
    Fault::new(TableErrorKind::ErrorCell { value: value.to_owned() }).in_column(column)
}
