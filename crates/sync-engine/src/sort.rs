//! Sorting members in bounded memory: runs in temporary files, merged as they are read.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_formats::{DigestBuilder, Identity};

use crate::member::Member;
use crate::spool::{HEAD, member_bytes, read_member, write_member};

/// Bytes gathered before a run is written. Ten million members of 200 bytes make about 130 runs.
const RUN_BYTES: usize = 16 * 1024 * 1024;

/// Read buffer of each run while merging.
const MERGE_BUFFER: usize = 32 * 1024;

/// Gathers members in any order; gives them back sorted by key, each identity once.
///
/// Memory: 16 MiB and 12 bytes a member of one run, then 32 KiB a run while merging.
#[derive(Debug)]
pub(crate) struct Sorter {
    folder: PathBuf,
    arena: Vec<u8>,
    index: Vec<(Digest, u32)>,
    runs: Vec<File>,
}

impl Sorter {
    /// An empty sorter that spills into `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), arena: Vec::new(), index: Vec::new(), runs: Vec::new() }
    }

    /// Adds one command's resource: its identity as kind and canonical key, and the digest of what it says.
    pub(crate) fn push(&mut self, kind: ResourceKind, identity: &[u8], content: Digest) -> io::Result<()> {
        if self.arena.len() + HEAD + identity.len() > RUN_BYTES && !self.index.is_empty() {
            self.spill()?;
        }
        let key = Identity::digest_of(kind, identity);
        self.index.push((key, self.arena.len() as u32));
        write_member(&mut self.arena, key, content, kind, identity)
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut run = BufWriter::with_capacity(256 * 1024, tempfile::tempfile_in(&self.folder)?);
        self.index.sort_unstable();
        for (_, start) in &self.index {
            run.write_all(member_bytes(&self.arena[*start as usize..]))?;
        }
        self.runs.push(run.into_inner()?);
        self.arena.clear();
        self.index.clear();
        Ok(())
    }

    /// Ends the gathering.
    pub(crate) fn finish(mut self) -> io::Result<Sorted> {
        if !self.runs.is_empty() && !self.index.is_empty() {
            self.spill()?;
        }
        self.index.sort_unstable();
        if !self.runs.is_empty() {
            self.arena = Vec::new();
            self.index = Vec::new();
        }
        Ok(Sorted { arena: self.arena, index: self.index, runs: self.runs })
    }
}

/// Sorted members, in memory where they fit, else in runs on disk.
#[derive(Debug)]
pub(crate) struct Sorted {
    arena: Vec<u8>,
    index: Vec<(Digest, u32)>,
    runs: Vec<File>,
}

impl Sorted {
    /// Members by key, each identity once. Can be asked for again, one reading at a time.
    pub(crate) fn members(&mut self) -> io::Result<Members<'_>> {
        let mut heads = BinaryHeap::with_capacity(self.runs.len());
        let mut runs = Vec::with_capacity(self.runs.len());
        for (number, file) in self.runs.iter_mut().enumerate() {
            file.rewind()?;
            let mut run = BufReader::with_capacity(MERGE_BUFFER, &*file);
            if let Some(member) = read_member(&mut run)? {
                heads.push(Head { member, run: number });
            }
            runs.push(run);
        }
        Ok(Members { arena: &self.arena, index: self.index.iter(), runs, heads, waiting: None })
    }
}

/// A run's next member; the greatest head is the one with the smallest key, of equal keys the earliest run.
#[derive(Debug)]
struct Head {
    member: Member,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.member.key, other.run).cmp(&(self.member.key, self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

/// Iterates sorted members, several commands of one identity combined into one.
#[derive(Debug)]
pub(crate) struct Members<'s> {
    arena: &'s [u8],
    index: std::slice::Iter<'s, (Digest, u32)>,
    runs: Vec<BufReader<&'s File>>,
    heads: BinaryHeap<Head>,
    waiting: Option<Member>,
}

impl Members<'_> {
    fn next_entry(&mut self) -> io::Result<Option<Member>> {
        if let Some((_, start)) = self.index.next() {
            return read_member(&mut &self.arena[*start as usize..]);
        }
        let Some(Head { member, run }) = self.heads.pop() else { return Ok(None) };
        if let Some(next) = read_member(&mut self.runs[run])? {
            self.heads.push(Head { member: next, run });
        }
        Ok(Some(member))
    }

    fn next_member(&mut self) -> io::Result<Option<Member>> {
        let first = match self.waiting.take() {
            Some(member) => Some(member),
            None => self.next_entry()?,
        };
        let Some(mut first) = first else { return Ok(None) };
        let mut combined: Option<DigestBuilder> = None;
        while let Some(next) = self.next_entry()? {
            if next.key != first.key {
                self.waiting = Some(next);
                break;
            }
            let builder = combined.get_or_insert_with(|| {
                let mut builder = DigestBuilder::new();
                builder.update(first.content.as_bytes());
                builder
            });
            builder.update(next.content.as_bytes());
        }
        if let Some(builder) = combined {
            first.content = builder.finish();
        }
        Ok(Some(first))
    }
}

impl Iterator for Members<'_> {
    type Item = io::Result<Member>;

    fn next(&mut self) -> Option<io::Result<Member>> {
        self.next_member().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(commands: &[(ResourceKind, String, u8)], spill_every: usize) -> Vec<Member> {
        let folder = std::env::temp_dir();
        let mut sorter = Sorter::new(&folder);
        for (i, (kind, identity, content)) in commands.iter().enumerate() {
            sorter.push(*kind, identity.as_bytes(), Digest::from_bytes([*content; 16])).unwrap();
            if (i + 1) % spill_every == 0 {
                sorter.spill().unwrap();
            }
        }
        let mut sorted = sorter.finish().unwrap();
        let once: Vec<_> = sorted.members().unwrap().map(Result::unwrap).collect();
        let again: Vec<_> = sorted.members().unwrap().map(Result::unwrap).collect();
        assert_eq!(once, again, "a second reading gives the same");
        once
    }

    #[test]
    fn members_come_sorted_and_once_whether_they_were_spilled_or_not() {
        let commands: Vec<_> = (0..500)
            .map(|i| (ResourceKind::ALL[i % 5], format!(r#"{{"name":"{}"}}"#, i * 7 % 200), (i % 251) as u8))
            .collect();
        let in_memory = sorted(&commands, usize::MAX);
        assert_eq!(in_memory.len(), 200);
        assert!(in_memory.windows(2).all(|pair| pair[0].key < pair[1].key));
        assert_eq!(in_memory, sorted(&commands, 7), "combined digests keep the order of the commands");
        assert_eq!(in_memory, sorted(&commands, 1));
    }

    #[test]
    fn one_command_keeps_its_digest_and_two_in_another_order_have_another() {
        let name = |i: u8| (ResourceKind::Community, r#"{"name":"x"}"#.to_owned(), i);
        assert_eq!(sorted(&[name(1)], 9)[0].content, Digest::from_bytes([1; 16]));
        assert_ne!(sorted(&[name(1), name(2)], 9), sorted(&[name(2), name(1)], 9));
    }
}
