//! Cases about locks.

use super::support::*;
use crate::store::StoreErrorKind;

/// Whether the holder works in the same store or in another one on the same state.
pub fn held_lock_is_refused_to_others(open: &Open<'_>) {
    let (store, other) = (open(), open());
    let _lock = store.lock(&harbour()).expect("the lock is free");
    for store in [store.as_ref(), other.as_ref()] {
        match kind_of(store.lock(&harbour())) {
            StoreErrorKind::Locked { holder } => assert!(!holder.is_empty(), "something is said of who holds it"),
            kind => panic!("locked is what it is, not {kind}"),
        }
    }
}

/// Also for others, and after it was refused to them.
pub fn dropped_lock_is_free(open: &Open<'_>) {
    let (store, other) = (open(), open());
    let lock = store.lock(&harbour()).expect("the lock is free");
    kind_of(other.lock(&harbour()));
    drop(lock);
    let lock = other.lock(&harbour()).expect("the lock was dropped");
    drop(other);
    kind_of(store.lock(&harbour()));
    drop(lock);
    store.lock(&harbour()).expect("the lock was dropped");
}

/// The same id on another target is another synchronization.
pub fn lock_of_one_synchronization_leaves_the_others_free(open: &Open<'_>) {
    let store = open();
    let keys = [harbour(), key(harbour().target(), "harbour-2"), key("https://other.example.com", "harbour")];
    let locks = keys.map(|key| store.lock(&key).expect("nobody holds this one"));
    drop(locks);
}

/// In the words others are refused with; looking holds nobody back.
pub fn holder_of_a_lock_is_named_while_it_is_held(open: &Open<'_>) {
    let (store, other) = (open(), open());
    let holder = || other.holder(&harbour()).expect("it can be looked at");
    assert_eq!(holder(), None);
    let lock = store.lock(&harbour()).expect("the lock is free");
    let StoreErrorKind::Locked { holder: refused } = kind_of(other.lock(&harbour())) else { panic!("locked") };
    assert_eq!(holder(), Some(refused));
    drop(lock);
    assert_eq!(holder(), None);
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| (0..1000).for_each(|_| drop(holder())));
        while !looking.is_finished() {
            drop(store.lock(&harbour()).expect("nobody holds it"));
        }
    });
}

/// Looking at a synchronization that somebody works on is fine, and the lock's holder works through any store.
pub fn lock_holds_back_nothing_but_locks(open: &Open<'_>) {
    let (store, other) = (open(), open());
    let _lock = store.lock(&harbour()).expect("the lock is free");
    begin(other.as_ref(), &harbour(), added(0..3));
    assert_eq!(numbers(store.as_ref(), &harbour()), [0, 1, 2]);
    assert_eq!(numbers(other.as_ref(), &harbour()), [0, 1, 2]);
}
