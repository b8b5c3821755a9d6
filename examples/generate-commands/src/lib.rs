//! Writes import commands for load tests: a data dictionary of any size, the same bytes for the same arguments.
//!
//! The commands come in dependency order. The first one is the community; then, group by group, a domain, a schema in it
//! and 40 tables, each followed by its 25 columns, so a full group has 1,042 commands. Command *i* is the same whatever the
//! count, so a shorter output is the beginning of a longer one. Everything is identified by name and domain.

#![forbid(unsafe_code)]

mod command;
mod words;

use std::io;

use command::Writer;

/// Bytes collected before they go to the output.
const CHUNK_BYTES: usize = 64 * 1024;

/// Writes exactly `count` import commands to `out` as one JSON array, one command a line.
///
/// `change_percent` is the share of commands whose description differs from the one written with 0: that many of every
/// hundred commands in a row, spread evenly. Values above 100 count as 100. Memory stays at about 64 KiB; `out` needs no
/// buffer of its own.
///
/// # Errors
///
/// Whatever `out` returns while writing or flushing.
///
/// # Examples
///
/// ```
/// let mut bytes = Vec::new();
/// generate_commands::write_commands(1000, 0, &mut bytes)?;
/// assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1002); // 1000 commands and the two brackets
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_commands(count: u64, change_percent: u8, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = Writer::new(change_percent);
    let mut chunk = Vec::with_capacity(CHUNK_BYTES + 4096);
    chunk.extend_from_slice(b"[\n");
    for index in 0..count {
        writer.append(index, &mut chunk);
        chunk.extend_from_slice(if index + 1 < count { b",\n" } else { b"\n" });
        if chunk.len() >= CHUNK_BYTES {
            out.write_all(&chunk)?;
            chunk.clear();
        }
    }
    chunk.extend_from_slice(b"]\n");
    out.write_all(&chunk)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::write_commands;

    fn lines(count: u64, change_percent: u8) -> Vec<String> {
        let mut bytes = Vec::new();
        write_commands(count, change_percent, &mut bytes).expect("writing to memory does not fail");
        let text = String::from_utf8(bytes).expect("the output is UTF-8");
        text.lines().map(|line| line.trim_end_matches(',').to_owned()).filter(|line| line.len() > 1).collect()
    }

    #[test]
    fn any_count_gives_exactly_that_many_commands() {
        for count in [0, 1, 2, 3, 28, 1042, 1043, 1044, 5000] {
            assert_eq!(lines(count, 0).len() as u64, count);
        }
    }

    #[test]
    fn shorter_output_is_the_beginning_of_a_longer_one() {
        assert_eq!(lines(1500, 7), lines(4000, 7)[..1500]);
    }

    #[test]
    fn change_alters_that_share_of_the_commands() {
        let (before, after) = (lines(3000, 0), lines(3000, 5));
        let changed = before.iter().zip(&after).filter(|(old, new)| old != new).count();
        assert_eq!(changed, 150);
    }

    #[test]
    fn average_command_has_about_620_bytes() {
        let commands = lines(20_000, 0);
        let bytes: usize = commands.iter().map(|command| command.len() + 2).sum();
        let average = bytes / commands.len();
        assert!((600..=650).contains(&average), "{average} bytes");
    }
}
