//! What a digest sees and what it does not.

use proptest::prelude::*;
use sync_formats::{DigestBuilder, content_digest};

use crate::json_text::{object, spaces};

fn plain(bytes: &[u8]) -> sync_core::Digest {
    let mut builder = DigestBuilder::new();
    builder.update(bytes);
    builder.finish()
}

#[test]
fn digest_is_the_first_half_of_sha_256() {
    // FIPS 180-2, appendix B.1.
    assert_eq!(plain(b"abc").to_string(), "ba7816bf8f01cfea414140de5dae2223");
    assert_eq!(content_digest(b"abc"), plain(b"abc"));
}

#[test]
fn pieces_make_no_difference() {
    let mut builder = DigestBuilder::new();
    for piece in [&b"a"[..], b"", b"bc"] {
        builder.update(piece);
    }
    assert_eq!(builder.finish(), plain(b"abc"));
}

#[test]
fn white_space_inside_strings_matters() {
    assert_ne!(content_digest(br#"{"a":"x y"}"#), content_digest(br#"{"a":"xy"}"#));
    assert_ne!(content_digest(br#"{"a":"\" "}"#), content_digest(br#"{"a":"\""}"#));
    assert_ne!(content_digest(br#"{"a b":1}"#), content_digest(br#"{"ab":1}"#));
}

#[test]
fn order_of_members_matters() {
    assert_ne!(content_digest(br#"{"a":1,"b":2}"#), content_digest(br#"{"b":2,"a":1}"#));
}

#[test]
fn nothing_but_white_space_is_nothing() {
    assert_eq!(content_digest(b" \t\r\n"), plain(b""));
    assert_eq!(content_digest(b""), plain(b""));
}

proptest! {
    #[test]
    fn white_space_outside_strings_does_not_matter(object in object(), spaces in spaces(false)) {
        let mut spaced = String::new();
        object.write(&mut spaces.into_iter().cycle(), &mut spaced);
        prop_assert_eq!(content_digest(spaced.as_bytes()), plain(object.compact().as_bytes()));
    }

    #[test]
    fn any_bytes_have_a_digest(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        content_digest(&bytes);
    }
}
