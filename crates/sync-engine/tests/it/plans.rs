//! Plans made without a target.

use std::fs;
use std::path::Path;

use sync_core::command::Command;
use sync_core::cycle::Event;
use sync_core::journal::Entry;
use sync_engine::store::{Change, Difference, ManifestSwap, SqliteStore, StateKey, StateStore};
use sync_engine::{Input, Member, PLAN_LIST, RunOptions, plan};
use sync_formats::{Identity, Parts, content_digest};

fn key() -> StateKey {
    StateKey::new("https://catalogue.example.com", "harbour".parse().unwrap())
}

fn command(name: &str, description: &str) -> String {
    format!(r#"{{"resourceType":"Community","identifier":{{"name":"{name}"}},"description":"{description}"}}"#)
}

/// A state in which these commands were the last ones sent.
fn state(folder: &Path, commands: &[String]) -> SqliteStore {
    let member = |bytes: &[u8]| {
        let identity = Identity::of(&Command::from_slice(bytes).unwrap());
        let parts = Parts::of(bytes).unwrap();
        Member::new(identity.kind(), identity.key().as_bytes(), content_digest(bytes), &parts, u64::MAX)
    };
    let mut members: Vec<_> = commands.iter().map(|command| member(command.as_bytes())).collect();
    members.sort_by_key(Member::key);
    let added: Vec<_> = members.into_iter().map(|member| Difference { change: Change::Added, member }).collect();
    let store = SqliteStore::open(folder.join("state")).unwrap();
    store.begin(&key(), "{}", &mut |take| added.iter().try_for_each(take)).unwrap();
    let entry = Entry { at: 0, event: Event::SourceEnded };
    store.append(&key(), &entry, Some(&ManifestSwap::default())).unwrap();
    store
}

#[test]
fn changed_members_are_named_whichever_input_they_are_in() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["Office", "Ünïcode", "Quay", "Dues", "Tides"];
    let store = state(folder.path(), &names.map(|name| command(name, "old")));

    let [array, between, lines] = ["a.json", "b.json", "c.jsonl"].map(|name| folder.path().join(name));
    fs::write(&array, format!("\u{feff} [ {} ,\n\n {}]", command("Office", "old"), command("Ünïcode", "new"))).unwrap();
    fs::write(&between, format!("[{}]", command("Quay", "old"))).unwrap();
    fs::write(&lines, format!("{}\n{}\n", command("Dues", "new").replace(",", " , "), command("Tides", "new")))
        .unwrap();
    let inputs = [array, between, lines].map(|file| Input::file(file, None).unwrap());

    let planned = plan(&inputs, &RunOptions::new(key()), &store, folder.path(), PLAN_LIST).unwrap().plan;
    assert_eq!((planned.same, planned.changed.total), (2, 3));
    let mut changed: Vec<_> = planned.changed.entries.iter().map(|entry| (&*entry.name, &*entry.members)).collect();
    changed.sort();
    let description = &["description".to_owned()][..];
    assert_eq!(changed, [("Dues", description), ("Tides", description), ("Ünïcode", description)]);
}
