//! What stands beside the calls of a cycle.

use std::sync::Mutex;

use async_trait::async_trait;
use sync_core::transport::TransportError;
use sync_core::{
    FileId, FileInfo, ImportApi, ImportApiExt, ImportMode, ImportRequest, Job, JobId, Page, Payload, ServerInfo,
    SynchronizationId, SynchronizationInfo,
};

#[test]
fn no_mode_is_a_simulation_that_continues_on_error() {
    for (mode, continues, simulates) in [
        (ImportMode::AllOrNothing, false, false),
        (ImportMode::ContinueOnError, true, false),
        (ImportMode::Simulation, false, true),
    ] {
        assert_eq!((mode.continues_on_error(), mode.is_simulation()), (continues, simulates));
    }
}

/// Lists synchronizations page by page and keeps the offsets asked for.
struct Pages {
    pages: Vec<Page<SynchronizationInfo>>,
    asked: Mutex<Vec<u64>>,
}

impl Pages {
    fn new(pages: impl IntoIterator<Item = (i64, std::ops::Range<usize>)>) -> Self {
        let info = |number: usize| SynchronizationInfo::new(format!("s-{number}"));
        let pages = pages.into_iter().map(|(total, rows)| Page::new(total, 0, 1000, rows.map(info).collect()));
        Self { pages: pages.collect(), asked: Mutex::default() }
    }

    async fn all(&self, max: usize) -> (usize, Vec<u64>) {
        let all = self.all_synchronizations(max).await.expect("a list");
        (all.len(), self.asked.lock().expect("no panic").drain(..).collect())
    }
}

#[async_trait]
impl ImportApi for Pages {
    async fn synchronizations(&self, offset: u64) -> Result<Page<SynchronizationInfo>, TransportError> {
        let mut asked = self.asked.lock().expect("no panic");
        asked.push(offset);
        let page = &self.pages[(asked.len() - 1).min(self.pages.len() - 1)];
        Ok(page.clone())
    }

    async fn submit_import(&self, _: &ImportRequest) -> Result<Job, TransportError> {
        unreachable!("only lists are asked for")
    }
    async fn upload_file(&self, _: &Payload) -> Result<FileInfo, TransportError> {
        unreachable!("only lists are asked for")
    }
    async fn file_info(&self, _: &FileId) -> Result<FileInfo, TransportError> {
        unreachable!("only lists are asked for")
    }
    async fn delete_file(&self, _: &FileId) -> Result<(), TransportError> {
        unreachable!("only lists are asked for")
    }
    async fn evict(&self, _: &SynchronizationId) -> Result<(), TransportError> {
        unreachable!("only lists are asked for")
    }
    async fn cancel(&self, _: &JobId, _: Option<&str>) -> Result<(), TransportError> {
        unreachable!("only lists are asked for")
    }
    async fn server(&self) -> Result<ServerInfo, TransportError> {
        unreachable!("only lists are asked for")
    }
}

#[tokio::test]
async fn a_list_is_read_to_its_end_whatever_its_total() {
    let all = usize::MAX;
    assert_eq!(Pages::new([(0, 0..1000), (0, 1000..1007)]).all(all).await, (1007, vec![0, 1000]));
    assert_eq!(Pages::new([(-1, 0..1000), (-1, 0..0)]).all(all).await, (1000, vec![0, 1000]));
    assert_eq!(Pages::new([(9, 0..0)]).all(all).await, (0, vec![0]), "a total that lies");
    let short = Pages::new([(250, 0..100), (250, 100..200), (250, 200..250)]);
    assert_eq!(short.all(all).await, (250, vec![0, 100, 200]), "pages shorter than asked for");
}

#[tokio::test]
async fn a_list_that_repeats_itself_ends() {
    assert_eq!(Pages::new([(5000, 0..1000)]).all(usize::MAX).await, (1000, vec![0, 1000]));
    let overlapping = Pages::new([(0, 0..1000), (0, 990..1010)]);
    assert_eq!(overlapping.all(usize::MAX).await.0, 1010, "each once");
}

#[tokio::test]
async fn no_more_is_read_than_wanted() {
    assert_eq!(Pages::new([(0, 0..1000)]).all(10).await, (10, vec![0]));
}
