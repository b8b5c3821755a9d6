//! Offsets as people count them.

/// Line and column of a byte, found the slow way; both from 1, the column in bytes.
///
/// A byte order mark at the start of the source has no column.
///
/// # Panics
/// If `offset` lies outside the source; the byte after the last one is still inside.
pub fn place(source: &[u8], offset: u64) -> (u64, u64) {
    let offset = usize::try_from(offset).expect("sources fit in memory");
    assert!(offset <= source.len(), "offset {offset} of {} bytes", source.len());
    let before = &source[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let mark = if source.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(mark.min(offset), |feed| feed + 1);
    (line, (offset - start) as u64 + 1)
}
