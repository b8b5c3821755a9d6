//! Records of an `.xls`, and texts that go on in the next one.

use super::binary::{Data, push_latin1, push_utf16};
use super::fault::{Fault, Problem};
use super::strings::Strings;

/// Records that matter, by their names in the documentation.
pub(super) mod record {
    pub(in crate::excel) const FORMULA: u16 = 0x0006;
    pub(in crate::excel) const EOF: u16 = 0x000A;
    pub(in crate::excel) const DATE_1904: u16 = 0x0022;
    pub(in crate::excel) const FILE_PASS: u16 = 0x002F;
    pub(in crate::excel) const CONTINUE: u16 = 0x003C;
    pub(in crate::excel) const BOUND_SHEET: u16 = 0x0085;
    pub(in crate::excel) const MUL_RK: u16 = 0x00BD;
    pub(in crate::excel) const R_STRING: u16 = 0x00D6;
    pub(in crate::excel) const XF: u16 = 0x00E0;
    pub(in crate::excel) const MERGE_CELLS: u16 = 0x00E5;
    pub(in crate::excel) const SST: u16 = 0x00FC;
    pub(in crate::excel) const LABEL_SST: u16 = 0x00FD;
    pub(in crate::excel) const NUMBER: u16 = 0x0203;
    pub(in crate::excel) const LABEL: u16 = 0x0204;
    pub(in crate::excel) const BOOL_ERR: u16 = 0x0205;
    pub(in crate::excel) const STRING: u16 = 0x0207;
    pub(in crate::excel) const ARRAY: u16 = 0x0221;
    pub(in crate::excel) const TABLE: u16 = 0x0236;
    pub(in crate::excel) const RK: u16 = 0x027E;
    pub(in crate::excel) const FORMAT: u16 = 0x041E;
    pub(in crate::excel) const SHARED_FORMULA: u16 = 0x04BC;
    pub(in crate::excel) const BOF: u16 = 0x0809;
}

/// The records of a stream from a place on.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
    given: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at, given: at }
    }

    /// Where the record given last begins: streams are smaller than 4 GiB.
    pub(super) fn given(&self) -> u32 {
        self.given as u32
    }

    /// The next record; `None` at the end of the stream.
    pub(super) fn next(&mut self) -> Result<Option<(u16, Data<'a>)>, Fault> {
        let rest = self.stream.get(self.at..).unwrap_or_default();
        let [kind_low, kind_high, low, high, ..] = *rest else {
            return if rest.is_empty() { Ok(None) } else { Err(Problem::Truncated("Workbook".to_owned()).into()) };
        };
        let kind = u16::from_le_bytes([kind_low, kind_high]);
        let length = usize::from(u16::from_le_bytes([low, high]));
        let Some(data) = rest.get(4..4 + length) else { return Err(Problem::Record(kind).into()) };
        self.given = self.at;
        self.at += 4 + length;
        Ok(Some((kind, Data::new(data, kind))))
    }

    /// The next record, if it goes on with the last one.
    fn next_continued(&mut self) -> Result<Option<Data<'a>>, Fault> {
        let mut ahead = self.clone();
        match ahead.next()? {
            Some((record::CONTINUE, data)) => {
                *self = ahead;
                Ok(Some(data))
            }
            _ => Ok(None),
        }
    }

    /// Appends a text with its number of units before it that may go on in further records.
    pub(super) fn push_continued_text(&mut self, data: Data<'a>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let mut texts = SharedTexts { records: self, data, at: 3 };
        let (units, flags) = (usize::from(data.u16(0)?), data.u8(2).unwrap_or(0));
        texts.push_units(units, flags, out)
    }
}

/// Appends a text with its number of units before it.
pub(super) fn push_counted_text(data: &Data<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    let units = usize::from(data.u16(at)?);
    match units {
        // Without a unit, the byte that says how wide they are may be missing.
        0 => Ok(()),
        units => push_units(data, at + 3, units, data.u8(at + 2)?, out),
    }
}

/// Appends so many units, all within one record.
pub(super) fn push_units(data: &Data<'_>, at: usize, units: usize, flags: u8, out: &mut Vec<u8>) -> Result<(), Fault> {
    match flags & 1 {
        0 => push_latin1(data.bytes(at, units)?, out),
        _ => push_utf16(data.bytes(at, 2 * units)?, out),
    }
    Ok(())
}

/// The texts that cells share: one record and those that go on with it.
pub(super) struct SharedTexts<'r, 'a> {
    records: &'r mut Records<'a>,
    data: Data<'a>,
    at: usize,
}

impl<'r, 'a> SharedTexts<'r, 'a> {
    /// Begins after the two numbers of texts, which are not needed.
    pub(super) fn new(records: &'r mut Records<'a>, data: Data<'a>) -> Self {
        Self { records, data, at: 8 }
    }

    /// Reads them all.
    pub(super) fn read(mut self, strings: &mut Strings, limit: u64) -> Result<(), Fault> {
        while self.at < self.data.len() || self.go_on()? {
            let mut text = Vec::new();
            self.push_text(&mut text)?;
            strings.push(limit, |out| out.extend_from_slice(&text))?;
        }
        Ok(())
    }

    /// Moves to the next record with data; `false` where there is none.
    fn go_on(&mut self) -> Result<bool, Fault> {
        while let Some(data) = self.records.next_continued()? {
            (self.data, self.at) = (data, 0);
            if data.len() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        if self.at >= self.data.len() && !self.go_on()? {
            return Err(Problem::Record(record::SST).into());
        }
        let byte = self.data.u8(self.at)?;
        self.at += 1;
        Ok(byte)
    }

    fn u16(&mut self) -> Result<u16, Fault> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut count: usize) -> Result<(), Fault> {
        while count > 0 {
            if self.at >= self.data.len() && !self.go_on()? {
                return Err(Problem::Record(record::SST).into());
            }
            let here = count.min(self.data.len() - self.at);
            self.at += here;
            count -= here;
        }
        Ok(())
    }

    /// A text: its units, then how they look and are pronounced, which is passed over.
    fn push_text(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let (units, flags) = (usize::from(self.u16()?), self.byte()?);
        let runs = if flags & 8 == 0 { 0 } else { usize::from(self.u16()?) };
        let extension = match flags & 4 {
            0 => 0,
            _ => usize::from(self.u16()?) | usize::from(self.u16()?) << 16,
        };
        self.push_units(units, flags, out)?;
        self.skip(4 * runs)?;
        self.skip(extension)
    }

    /// Units, which say again how wide they are where they go on in another record.
    fn push_units(&mut self, mut units: usize, mut flags: u8, out: &mut Vec<u8>) -> Result<(), Fault> {
        // Pairs of units may be divided between records: they are put together first.
        let mut wide = Vec::new();
        while units > 0 {
            if self.at >= self.data.len() {
                if !self.go_on()? {
                    return Err(Problem::Record(record::SST).into());
                }
                flags = self.byte()?;
            }
            let width = 1 + usize::from(flags & 1);
            let here = units.min((self.data.len() - self.at) / width);
            if here == 0 && self.at < self.data.len() {
                return Err(Problem::Record(record::SST).into());
            }
            let bytes = self.data.bytes(self.at, here * width)?;
            match width {
                1 => wide.extend(bytes.iter().flat_map(|byte| [*byte, 0])),
                _ => wide.extend_from_slice(bytes),
            }
            self.at += here * width;
            units -= here;
        }
        push_utf16(&wide, out);
        Ok(())
    }
}
