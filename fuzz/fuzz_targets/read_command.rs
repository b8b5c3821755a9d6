//! Both readers see the same resource, and what an identity writes is read back as that identity.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_core::command::Command;
use sync_formats::Identity;

fuzz_target!(|record: &[u8]| {
    let Ok(full) = Command::from_slice(record) else {
        // May fail or not: it does not look at what is wrong in other members.
        let _ = Command::from_slice_shallow(record);
        return;
    };
    let identity = Identity::of(&full);
    let shallow = Command::from_slice_shallow(record).expect("the whole command can be read");
    assert_eq!(Identity::of(&shallow), identity);

    let written = identity.to_command_json();
    let again = Command::from_slice(written.as_bytes()).expect("an identity is a command");
    assert_eq!(Identity::of(&again), identity, "{written}");
});
