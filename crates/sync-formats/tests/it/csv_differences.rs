//! Where files read differently in the two dialects.

use sync_formats::{CsvDialect, csv_differences};

fn told(sample: &[u8]) -> Vec<String> {
    told_at_most(sample, 100)
}

fn told_at_most(sample: &[u8], at_most: usize) -> Vec<String> {
    let differences = csv_differences(sample, &CsvDialect::default(), at_most).expect("the characters are ASCII");
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn file_that_reads_the_same_has_no_differences() {
    assert!(told(b"").is_empty());
    assert!(told("name;note\n\"a;b\";\"say \"\"no\"\"\"\r\n\n;\u{20AC}\n".as_bytes()).is_empty());
    // Line breaks within a cell are LF for the service; nothing is lost.
    assert!(told(b"\"a\r\nb\";c\r\n").is_empty());
}

#[test]
fn lost_backslashes_are_told_cell_by_cell() {
    assert_eq!(
        told(b"a;b\nC:\\x;D:\\y\nc;d"),
        [
            r#"row 2, column 1 (line 2, byte 1): the service reads "C:x", most other programs "C:\\x""#,
            r#"row 2, column 2 (line 2, byte 6): the service reads "D:y", most other programs "D:\\y""#,
        ]
    );
}

#[test]
fn cell_that_swallows_its_neighbour_is_told_once() {
    assert_eq!(
        told(b"a\\;b;c\nd;e\\\n"),
        [
            r#"row 1, column 1 (line 1, byte 1): the service reads "a;b", most other programs "a\\""#,
            r#"row 2, column 2 (line 2, byte 3): the service reads "e", most other programs "e\\""#,
        ]
    );
}

#[test]
fn row_that_goes_on_in_the_next_line_for_one_of_them_is_told_and_both_meet_again() {
    assert_eq!(
        told(b"\"x\\\";1\ny\";2\nC:\\;3\n"),
        [
            r#"row 1, column 1 (line 1, byte 1): the service reads "x\";1\ny", most other programs "x\\""#,
            r#"row 2, column 1 (line 3, byte 1): the service reads "C:;3", most other programs "C:\\""#,
        ]
    );
}

#[test]
fn row_without_an_end_for_one_of_them_is_the_last_difference() {
    assert_eq!(
        told(b"a;b\n1;\"C:\\\"\n2;\\x\n"),
        [r#"row 2, column 2 (line 2, byte 3): the service reads no end of the cell, most other programs "C:\\""#]
    );
    // A quote within a cell is text for most programs.
    assert_eq!(
        told(b"a;5\" b;c\n2;\\x\n"),
        [r#"row 1, column 2 (line 1, byte 3): the service reads no end of the cell, most other programs "5\" b""#]
    );
}

#[test]
fn no_more_are_told_than_asked_for() {
    let sample = b"\\a;\\b;\\c\n".repeat(100);
    assert_eq!(told_at_most(&sample, 0).len(), 0);
    assert_eq!(told_at_most(&sample, 5).len(), 5);
    assert_eq!(told_at_most(&sample, 1_000).len(), 300);
}

#[test]
fn sample_that_is_cut_off_anywhere_shows_nothing_that_is_not_there() {
    let file = "name;note\n\"a;b\";\"say \"\"nö\"\"\"\r\n\"c\nd\";\u{20AC}\n".as_bytes();
    for end in 0..file.len() {
        assert_eq!(told(&file[..end]), [""; 0], "{end} bytes");
    }
}

#[test]
fn long_cells_are_shortened_in_the_message() {
    let told = told(format!("\\{}\n", "é".repeat(1_000)).as_bytes());
    assert!(told[0].contains("…") && told[0].len() < 500, "{told:?}");
}

#[test]
fn characters_that_rfc_4180_does_not_take_are_an_error() {
    let dialect = CsvDialect::new("→", "\"", "\\").expect("a dialect");
    assert!(csv_differences(b"a", &dialect, 1).is_err());
}
