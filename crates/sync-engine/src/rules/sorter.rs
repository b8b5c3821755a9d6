//! Sorting small facts in bounded memory: runs in temporary files, merged as they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// What is known of one place in the source: four words, compared in their order.
pub(super) type Fact = [u64; 4];

/// Bytes of a fact in a file.
const FACT_BYTES: usize = size_of::<Fact>();

/// Facts gathered before a run is written: 4 MiB. Ten million commands with two facts each make 160 runs.
const RUN_FACTS: usize = 128 * 1024;

/// Read buffer of each run while merging.
const MERGE_BUFFER: usize = 32 * 1024;

/// Gathers facts in any order, gives them back sorted.
///
/// Memory: 4 MiB of facts, then 32 KiB a run while merging.
#[derive(Debug)]
pub(super) struct FactSorter {
    folder: PathBuf,
    facts: Vec<Fact>,
    most: usize,
    runs: Vec<File>,
}

impl FactSorter {
    /// An empty sorter that spills into `folder`.
    pub(super) fn new(folder: &Path) -> Self {
        Self::with_run(folder, RUN_FACTS)
    }

    fn with_run(folder: &Path, most: usize) -> Self {
        Self { folder: folder.to_owned(), facts: Vec::new(), most, runs: Vec::new() }
    }

    /// Adds one fact.
    #[inline]
    pub(super) fn push(&mut self, fact: Fact) -> io::Result<()> {
        if self.facts.len() == self.most {
            self.spill()?;
        }
        self.facts.push(fact);
        Ok(())
    }

    #[cold]
    fn spill(&mut self) -> io::Result<()> {
        self.facts.sort_unstable();
        let mut run = BufWriter::with_capacity(256 * 1024, tempfile::tempfile_in(&self.folder)?);
        for fact in &self.facts {
            let mut bytes = [0; FACT_BYTES];
            for (place, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(fact) {
                *place = word.to_le_bytes();
            }
            run.write_all(&bytes)?;
        }
        self.runs.push(run.into_inner()?);
        self.facts.clear();
        Ok(())
    }

    /// Ends the gathering; the facts in their order.
    pub(super) fn finish(mut self) -> io::Result<Facts> {
        if self.runs.is_empty() {
            self.facts.sort_unstable();
            return Ok(Facts { memory: self.facts.into_iter(), runs: Vec::new(), heads: BinaryHeap::new() });
        }
        if !self.facts.is_empty() {
            self.spill()?;
        }
        let mut runs = Vec::with_capacity(self.runs.len());
        let mut heads = BinaryHeap::with_capacity(self.runs.len());
        for (number, mut file) in self.runs.into_iter().enumerate() {
            file.rewind()?;
            let mut run = BufReader::with_capacity(MERGE_BUFFER, file);
            heads.extend(read(&mut run)?.map(|fact| Reverse((fact, number))));
            runs.push(run);
        }
        Ok(Facts { memory: Vec::new().into_iter(), runs, heads })
    }
}

/// Sorted facts, one after the other.
#[derive(Debug)]
pub(super) struct Facts {
    memory: std::vec::IntoIter<Fact>,
    runs: Vec<BufReader<File>>,
    /// The next fact of each run, the smallest on top.
    heads: BinaryHeap<Reverse<(Fact, usize)>>,
}

impl Facts {
    /// The next fact; `None` at the end.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Option<Fact>> {
        if let Some(fact) = self.memory.next() {
            return Ok(Some(fact));
        }
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let Reverse((fact, run)) = *head;
        match read(&mut self.runs[run])? {
            Some(next) => *head = Reverse((next, run)),
            None => _ = std::collections::binary_heap::PeekMut::pop(head),
        }
        Ok(Some(fact))
    }
}

fn read(run: &mut BufReader<File>) -> io::Result<Option<Fact>> {
    let mut bytes = [0; FACT_BYTES];
    match run.read_exact(&mut bytes) {
        Ok(()) => {}
        // Runs are written as a whole: their end is never inside a fact.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut fact = Fact::default();
    for (word, place) in fact.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*place);
    }
    Ok(Some(fact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_come_sorted_whether_they_were_spilled_or_not() {
        let facts: Vec<Fact> = (0..1000u64).map(|i| [i * 7 % 31, i * 11 % 13, i % 5, i]).collect();
        let mut expected = facts.clone();
        expected.sort_unstable();
        for run in [1, 7, 500, 1000, 5000] {
            let mut sorter = FactSorter::with_run(&std::env::temp_dir(), run);
            facts.iter().for_each(|fact| sorter.push(*fact).unwrap());
            let mut sorted = sorter.finish().unwrap();
            let got: Vec<Fact> = std::iter::from_fn(|| sorted.next().unwrap()).collect();
            assert_eq!(got, expected, "runs of {run}");
        }
    }
}
