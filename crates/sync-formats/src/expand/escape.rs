//! Text as it stands inside a JSON string.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bytes looked at in one go.
const BLOCK_BYTES: usize = 16;

// Without short cuts, so that the compiler can do a block at once.
#[inline(always)]
fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

/// Whether some byte of `text` cannot stand in a JSON string as it is.
#[inline]
pub(super) fn needs_escape(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<BLOCK_BYTES>() else {
        return text.iter().fold(false, |any, byte| any | is_special(*byte));
    };
    let mut found = [0; BLOCK_BYTES];
    // The last block overlaps the one before.
    for block in text.as_chunks::<BLOCK_BYTES>().0.iter().chain([last]) {
        found.iter_mut().zip(block).for_each(|(found, byte)| *found |= u8::from(is_special(*byte)));
    }
    found != [0; BLOCK_BYTES]
}

/// Appends `text` as it stands between the quotes of a JSON string.
pub(super) fn escape(text: &[u8], out: &mut Vec<u8>) {
    if !needs_escape(text) {
        out.extend_from_slice(text);
        return;
    }
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| is_special(*byte)) {
        out.extend_from_slice(&rest[..at]);
        let byte = rest[at];
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ => b'u',
        };
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            out.extend_from_slice(&[b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}
