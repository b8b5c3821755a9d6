//! Sorting members in bounded memory: runs in temporary files, merged as they are read.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_formats::{DigestBuilder, Identity};

use crate::member::{HEAD, Member, append, len_of};

/// Bytes gathered before a run is written. Ten million members of 200 bytes make about 250 runs.
const RUN_BYTES: usize = 8 * 1024 * 1024;

/// Read buffer of each run while merging.
const MERGE_BUFFER: usize = 32 * 1024;

/// Gathers members in any order; gives them back sorted by key, each identity once.
///
/// Memory: 8 MiB and 20 bytes a member of one run, then 32 KiB a run while merging.
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

    /// Adds one command's resource.
    pub(crate) fn push(
        &mut self,
        kind: ResourceKind,
        identity: &[u8],
        content: Digest,
        parts: &[u8],
        place: u64,
    ) -> io::Result<()> {
        if self.arena.len() + HEAD + parts.len() + identity.len() > RUN_BYTES && !self.index.is_empty() {
            self.spill()?;
        }
        let key = Identity::digest_of(kind, identity);
        self.index.push((key, self.arena.len() as u32));
        append(&mut self.arena, key, kind, identity, content, parts, place);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut run = BufWriter::with_capacity(256 * 1024, tempfile::tempfile_in(&self.folder)?);
        self.index.sort_unstable();
        for (_, start) in &self.index {
            let rest = &self.arena[*start as usize..];
            run.write_all(&rest[..len_of(rest)])?;
        }
        self.runs.push(run.into_inner()?);
        self.arena.clear();
        self.index.clear();
        Ok(())
    }

    /// Ends the gathering.
    pub(crate) fn finish(mut self) -> io::Result<Sorted> {
        if !self.runs.is_empty() {
            if !self.index.is_empty() {
                self.spill()?;
            }
            self.arena = Vec::new();
            self.index = Vec::new();
        }
        self.index.sort_unstable();
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
            let mut member = Member::blank();
            if member.read(&mut run)? {
                heads.push(Head { member, run: number });
            }
            runs.push(run);
        }
        let (arena, index) = (self.arena.as_slice(), self.index.iter());
        let mut members = Members { arena, index, runs, heads, waiting: Member::blank(), is_waiting: false };
        members.is_waiting = members.read_waiting()?;
        Ok(members)
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
        (other.member.key(), other.run).cmp(&(self.member.key(), self.run))
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

/// Gives sorted members one after the other, several commands of one identity combined into one.
#[derive(Debug)]
pub(crate) struct Members<'s> {
    arena: &'s [u8],
    index: std::slice::Iter<'s, (Digest, u32)>,
    runs: Vec<BufReader<&'s File>>,
    heads: BinaryHeap<Head>,
    /// One entry ahead, to see whether it is about the same resource.
    waiting: Member,
    is_waiting: bool,
}

impl Members<'_> {
    /// Reads the next entry into the waiting place.
    fn read_waiting(&mut self) -> io::Result<bool> {
        if let Some((_, start)) = self.index.next() {
            return self.waiting.read(&mut &self.arena[*start as usize..]);
        }
        let Some(mut head) = self.heads.peek_mut() else { return Ok(false) };
        std::mem::swap(&mut head.member, &mut self.waiting);
        let run = head.run;
        if !head.member.read(&mut self.runs[run])? {
            std::collections::binary_heap::PeekMut::pop(head);
        }
        Ok(true)
    }

    /// Puts the next member into `member`; `false` at the end.
    pub(crate) fn next_into(&mut self, member: &mut Member) -> io::Result<bool> {
        if !self.is_waiting {
            return Ok(false);
        }
        std::mem::swap(member, &mut self.waiting);
        self.is_waiting = self.read_waiting()?;
        if self.is_waiting && self.waiting.key() == member.key() {
            self.combine(member)?;
        }
        Ok(true)
    }

    /// Several commands about one resource: digests combined in their order, parts joined.
    fn combine(&mut self, member: &mut Member) -> io::Result<()> {
        let mut content = DigestBuilder::new();
        content.update(member.content().as_bytes());
        let mut parts = member.parts();
        while self.is_waiting && self.waiting.key() == member.key() {
            content.update(self.waiting.content().as_bytes());
            parts.join(&self.waiting.parts());
            self.is_waiting = self.read_waiting()?;
        }
        let mut combined = Member::new(member.kind(), member.identity_bytes(), content.finish(), &parts, u64::MAX);
        std::mem::swap(member, &mut combined);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Said = (ResourceKind, String, u8);

    fn sorted(commands: &[Said], spill_every: usize) -> Vec<Member> {
        let folder = std::env::temp_dir();
        let mut sorter = Sorter::new(&folder);
        for (i, (kind, identity, content)) in commands.iter().enumerate() {
            let content = Digest::from_bytes([*content; 16]);
            sorter.push(*kind, identity.as_bytes(), content, &[1, 2, 3, 4, 5], i as u64).unwrap();
            if (i + 1) % spill_every == 0 {
                sorter.spill().unwrap();
            }
        }
        let mut sorted = sorter.finish().unwrap();
        let once = read(&mut sorted);
        assert_eq!(once, read(&mut sorted), "a second reading gives the same");
        once
    }

    fn read(sorted: &mut Sorted) -> Vec<Member> {
        let mut members = sorted.members().unwrap();
        let mut member = Member::blank();
        let mut all = Vec::new();
        while members.next_into(&mut member).unwrap() {
            all.push(member.clone());
        }
        all
    }

    #[test]
    fn members_come_sorted_and_once_whether_they_were_spilled_or_not() {
        let commands: Vec<Said> = (0..500)
            .map(|i| (ResourceKind::ALL[i % 5], format!(r#"{{"name":"{}"}}"#, i * 7 % 200), (i % 251) as u8))
            .collect();
        let in_memory = sorted(&commands, usize::MAX);
        assert_eq!(in_memory.len(), 200);
        assert!(in_memory.windows(2).all(|pair| pair[0].key() < pair[1].key()));
        assert_eq!(in_memory, sorted(&commands, 7), "combined digests keep the order of the commands");
        assert_eq!(in_memory, sorted(&commands, 1));
    }

    #[test]
    fn one_command_keeps_its_digest_and_two_in_another_order_have_another() {
        let name = |i: u8| (ResourceKind::Community, r#"{"name":"x"}"#.to_owned(), i);
        let alone = &sorted(&[name(1)], 9)[0];
        assert_eq!((alone.content(), alone.place()), (Digest::from_bytes([1; 16]), 0));
        assert_ne!(sorted(&[name(1), name(2)], 9), sorted(&[name(2), name(1)], 9));
        assert_eq!(sorted(&[name(1), name(2)], 9)[0].place(), u64::MAX);
    }
}
