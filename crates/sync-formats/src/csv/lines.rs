//! Lines of a table: LF, CR and CRLF end one.

use memchr::memchr2_iter;

/// How many lines end in `bytes`, and where the last one of them begins.
pub(super) fn lines(bytes: &[u8]) -> (u64, usize) {
    let (mut ended, mut start) = (0, 0);
    for at in memchr2_iter(b'\r', b'\n', bytes) {
        let second_half = bytes[at] == b'\n' && at > 0 && bytes[at - 1] == b'\r';
        ended += u64::from(!second_half);
        start = at + 1;
    }
    (ended, start)
}
