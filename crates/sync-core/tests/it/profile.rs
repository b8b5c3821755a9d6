//! Versions of the service and what follows from them.

use sync_core::{Profile, ServerVersion, UnknownVersion};

#[test]
fn a_version_is_read_by_its_first_two_numbers() {
    for (text, major, minor) in [
        ("2026.07", 2026, 7),
        ("2026.7.1", 2026, 7),
        (" 2024.10.0-123 ", 2024, 10),
        ("5.7.2-SNAPSHOT", 5, 7),
        ("2026.11b", 2026, 11),
    ] {
        let version: ServerVersion = text.parse().expect(text);
        assert_eq!((version.major(), version.minor(), version.as_str()), (major, minor, text.trim()));
    }
    for text in ["", "2026", "2026.", ".07", "-2026.07", "+2026.07", "2026.x", "99999999999.1", "v2026.07"] {
        assert_eq!(text.parse::<ServerVersion>(), Err(UnknownVersion), "{text}");
    }
}

#[test]
fn the_default_that_changed_divides_the_profiles() {
    for (version, profile, default) in [
        (ServerVersion::new(5, 7), Profile::BeforeV2026_07, false),
        (ServerVersion::new(2026, 6), Profile::BeforeV2026_07, false),
        (ServerVersion::new(2026, 7), Profile::V2026_07, true),
        (ServerVersion::new(2027, 1), Profile::V2026_07, true),
    ] {
        assert_eq!((Profile::of(&version), profile.continues_on_error_by_default()), (profile, default), "{version}");
    }
}

#[test]
fn a_profile_is_read_as_it_is_written_and_the_newest_is_the_default() {
    for profile in [Profile::BeforeV2026_07, Profile::V2026_07] {
        assert_eq!(profile.to_string().parse(), Ok(profile));
    }
    assert_eq!(Profile::default(), Profile::V2026_07);
    let error = "2026.7".parse::<Profile>().expect_err("no profile").to_string();
    assert_eq!(error, "\"2026.7\" is not a profile; there are before-2026.07 and 2026.07");
}
