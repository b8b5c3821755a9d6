//! The zip archive that a workbook is: its parts, unpacked and counted.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::{Crc, Decompress, FlushDecompress, Status};
use memchr::memmem;
use zip::{CompressionMethod, ZipArchive};

use super::fault::{Fault, Problem};
use crate::TableErrorKind;

/// What a workbook is read from.
pub(super) trait Source: Read + Seek + Send + Sync {}
impl<T: Read + Seek + Send + Sync> Source for T {}

impl fmt::Debug for dyn Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

/// A source of any kind.
pub(super) type AnySource = Box<dyn Source>;

/// Most parts of an archive: what one without extensions of the format can have.
const MOST_PARTS: u64 = 65_535;
/// Most bytes of a part that is read whole, such as the list of sheets or the styles.
const MOST_OF_SMALL_PART: u64 = 32 << 20;
/// Bytes of packed data read at once.
const INPUT: usize = 64 * 1024;

/// The parts of an archive.
pub(super) struct Package {
    source: AnySource,
    parts: HashMap<String, Entry>,
    /// Bytes that parts may still unpack to.
    left: u64,
    limit: u64,
}

#[derive(Debug, Clone)]
struct Entry {
    start: u64,
    packed: u64,
    unpacked: u64,
    crc: u32,
    method: CompressionMethod,
    encrypted: bool,
}

impl Package {
    /// Reads the directory of an archive. At most `limit` bytes of its parts will be unpacked.
    pub(super) fn open(mut source: AnySource, limit: u64) -> Result<Self, Fault> {
        check_number_of_parts(&mut source)?;
        let mut archive = ZipArchive::new(source).map_err(zip_fault)?;
        let mut parts = HashMap::with_capacity(archive.len());
        for index in 0..archive.len() {
            // Directories, and parts that cannot be located, are of no use: where one is needed, it will be missed.
            let Ok(file) = archive.by_index_raw(index) else { continue };
            let (Ok(name), Some(start)) = (file.name(), file.data_start()) else { continue };
            let name = normal(&name);
            let entry = Entry {
                start,
                packed: file.compressed_size(),
                unpacked: file.size(),
                crc: file.crc32(),
                method: file.compression(),
                encrypted: file.encrypted(),
            };
            parts.entry(name).or_insert(entry);
        }
        Ok(Self { source: archive.into_inner(), parts, left: limit, limit })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&normal(name))
    }

    /// A part to be read while the package is borrowed.
    pub(super) fn part(&mut self, name: &str) -> Result<Part<&mut AnySource>, Fault> {
        let entry = self.entry(name)?;
        Part::new(&mut self.source, entry, name)
    }

    /// The last part read, which keeps the source.
    pub(super) fn into_part(mut self, name: &str) -> Result<Part<AnySource>, Fault> {
        let entry = self.entry(name)?;
        Part::new(self.source, entry, name)
    }

    /// All of a part that is never large.
    pub(super) fn small_part(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        let entry = self.entry(name)?;
        if entry.unpacked > MOST_OF_SMALL_PART {
            return Err(Problem::PartTooLarge(name.to_owned(), MOST_OF_SMALL_PART).into());
        }
        let mut bytes = Vec::new();
        Part::new(&mut self.source, entry, name)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Where a part is; what it unpacks to is taken from what is left.
    fn entry(&mut self, name: &str) -> Result<Entry, Fault> {
        let entry = self.parts.get(&normal(name)).cloned().ok_or_else(|| Problem::MissingPart(name.to_owned()))?;
        if entry.encrypted {
            return Err(Fault::new(TableErrorKind::Password));
        }
        self.left = match self.left.checked_sub(entry.unpacked) {
            Some(left) => left,
            None => return Err(Fault::new(TableErrorKind::TooLarge { limit: self.limit })),
        };
        Ok(entry)
    }
}

/// Names are compared without regard to case, as the format demands, and without a slash before them.
fn normal(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_ascii_lowercase()
}

/// Looks at the end of the archive for the number of its parts, before anything is made room for.
fn check_number_of_parts(source: &mut AnySource) -> Result<(), Fault> {
    let length = source.seek(SeekFrom::End(0))?;
    let tail_length = length.min(66_000);
    source.seek(SeekFrom::Start(length - tail_length))?;
    let mut tail = Vec::new();
    source.take(tail_length).read_to_end(&mut tail)?;
    source.seek(SeekFrom::Start(0))?;
    let number = |at: usize, size: usize| tail.get(at..at + size).map(little_endian);
    let Some(end) = memmem::rfind(&tail, b"PK\x05\x06") else { return Ok(()) };
    let parts = match (number(end + 10, 2), end.checked_sub(20)) {
        // The true number stands in the larger record in front of the locator that comes before this one.
        (Some(0xFFFF), Some(locator)) if tail[locator..].starts_with(b"PK\x06\x07") => {
            memmem::rfind(&tail[..locator], b"PK\x06\x06").and_then(|record| number(record + 32, 8))
        }
        (parts, _) => parts,
    };
    match parts {
        Some(parts) if parts > MOST_PARTS => Err(Problem::TooManyParts(parts, MOST_PARTS).into()),
        _ => Ok(()),
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn zip_fault(error: zip::result::ZipError) -> Fault {
    match error {
        zip::result::ZipError::Io(error) => error.into(),
        error => Fault::workbook(error),
    }
}

/// One part, unpacked while it is read. Longer or shorter than the archive says, or with another checksum, it fails.
pub(super) struct Part<S> {
    source: S,
    name: String,
    /// `None` where it is stored as it is.
    inflate: Option<Box<Decompress>>,
    input: Box<[u8]>,
    given: usize,
    filled: usize,
    /// Packed bytes not read from the source yet.
    packed: u64,
    /// Unpacked bytes still to come.
    left: u64,
    crc: Crc,
    expected: u32,
    ended: bool,
}

impl<S> fmt::Debug for Part<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("name", &self.name).field("left", &self.left).finish_non_exhaustive()
    }
}

impl<S: Read + Seek> Part<S> {
    fn new(mut source: S, entry: Entry, name: &str) -> Result<Self, Fault> {
        let inflate = match entry.method {
            CompressionMethod::Stored => None,
            CompressionMethod::Deflated => Some(Box::new(Decompress::new(false))),
            _ => return Err(Problem::Packing(name.to_owned()).into()),
        };
        source.seek(SeekFrom::Start(entry.start))?;
        Ok(Self {
            source,
            name: name.to_owned(),
            inflate,
            input: vec![0; INPUT].into(),
            given: 0,
            filled: 0,
            packed: entry.packed,
            left: entry.unpacked,
            crc: Crc::new(),
            expected: entry.crc,
            ended: false,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn damaged(&self) -> io::Error {
        Problem::Damaged(self.name.clone()).into()
    }

    /// Packed bytes at hand; none at their end.
    fn fill(&mut self) -> io::Result<()> {
        if self.given == self.filled && self.packed > 0 {
            let most = self.input.len().min(usize::try_from(self.packed).unwrap_or(usize::MAX));
            self.given = 0;
            self.filled = self.source.read(&mut self.input[..most])?;
            if self.filled == 0 {
                return Err(Problem::Truncated(self.name.clone()).into());
            }
            self.packed -= self.filled as u64;
        }
        Ok(())
    }

    /// Unpacks into `output`; 0 bytes mean the end.
    fn unpack(&mut self, output: &mut [u8]) -> io::Result<usize> {
        loop {
            self.fill()?;
            let input = &self.input[self.given..self.filled];
            let Some(inflate) = &mut self.inflate else {
                let count = input.len().min(output.len());
                output[..count].copy_from_slice(&input[..count]);
                self.given += count;
                return Ok(count);
            };
            let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
            let status = match inflate.decompress(input, output, FlushDecompress::None) {
                Ok(status) => status,
                Err(_) => return Err(self.damaged()),
            };
            let (consumed, count) = (inflate.total_in() - before_in, inflate.total_out() - before_out);
            self.given += consumed as usize;
            if count > 0 || status == Status::StreamEnd {
                return Ok(count as usize);
            }
            if consumed == 0 {
                // Nothing moves: the packed data has ended in the middle.
                return Err(self.damaged());
            }
        }
    }
}

impl<S: Read + Seek> Read for Part<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.ended {
            return Ok(0);
        }
        let count = self.unpack(buffer)?;
        self.crc.update(&buffer[..count]);
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| self.damaged())?;
        if count == 0 {
            self.ended = true;
            if self.left > 0 || self.crc.sum() != self.expected {
                return Err(self.damaged());
            }
        }
        Ok(count)
    }
}
