//! Connections that can be cut from the inside, which HTTP has no word for.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Waker;

/// All connections that are open.
#[derive(Debug, Default)]
pub(crate) struct Connections(Mutex<Vec<Weak<Blade>>>);

impl Connections {
    /// One more.
    pub(super) fn add(&self) -> Cut {
        let cut = Cut(Arc::new(Blade::default()));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|blade| blade.strong_count() > 0);
        all.push(Arc::downgrade(&cut.0));
        cut
    }

    /// Ends all connections at once.
    pub(crate) fn cut_all(&self) {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.iter().filter_map(Weak::upgrade).for_each(|blade| blade.cut());
    }
}

/// Ends one connection.
#[derive(Debug, Clone)]
pub(super) struct Cut(Arc<Blade>);

impl Cut {
    /// Nothing more is read or written from now on.
    pub(super) fn cut(&self) {
        self.0.cut();
    }

    /// An error once the connection is cut; `waker` is told if that happens later.
    pub(super) fn check(&self, waker: Option<&Waker>) -> io::Result<()> {
        self.0.check(waker)
    }
}

#[derive(Debug, Default)]
struct Blade {
    is_cut: AtomicBool,
    reader: Mutex<Option<Waker>>,
}

impl Blade {
    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        if let Some(waker) = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take() {
            waker.wake();
        }
    }

    fn check(&self, waker: Option<&Waker>) -> io::Result<()> {
        if let Some(waker) = waker {
            *self.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker.clone());
        }
        match self.is_cut.load(Ordering::SeqCst) {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }
}
