//! Numbers, dates and durations as text.

use std::io::Write;

/// What a cell's number stands for, as its number format says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Meaning {
    #[default]
    Number,
    /// Days since the epoch: a date, or a time of day below one day.
    Date,
    /// Days that have passed.
    Duration,
}

/// From which day dates are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Epoch {
    /// 1 is 1 January 1900, and 60 the 29 February of that year, which never was.
    #[default]
    Year1900,
    /// 0 is 1 January 1904.
    Year1904,
}

const MILLISECONDS_A_DAY: i64 = 86_400_000;
/// 31 December 9999, in days from 1 January 1970.
const LAST_DAY: i64 = 2_932_896;

/// Appends a number as it stands in a workbook's XML, shortened: `5` for `5.0`. `false` where it is no number.
pub(super) fn push_number_text(text: &[u8], out: &mut Vec<u8>) -> bool {
    if is_shortest(text) {
        out.extend_from_slice(text);
        return true;
    }
    match parse_number(text) {
        Some(number) => {
            push_number(number, out);
            true
        }
        None => false,
    }
}

/// A number as it stands in a workbook's XML.
pub(super) fn parse_number(text: &[u8]) -> Option<f64> {
    str::from_utf8(text).ok()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether a decimal is surely the shortest one of its number: at most 15 digits, none to spare.
fn is_shortest(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.len() > 16 {
        return false;
    }
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {}
            b'.' if point.is_none() => point = Some(at),
            _ => return false,
        }
    }
    let whole = &digits[..point.unwrap_or(digits.len())];
    let plain = match whole {
        [] => false,
        [b'0'] => true,
        [first, ..] => *first != b'0',
    };
    match point {
        None => plain && whole.len() <= 15 && text != b"-0",
        // `0.00…` has digits that say nothing, and might want an exponent.
        Some(point) => plain && !digits.ends_with(b"0") && point + 1 < digits.len() && !digits.starts_with(b"0.000"),
    }
}

/// Appends the shortest decimal that stands for a number: `5`, `0.25`, `1234567890123`. Numbers from 10²¹ on and below
/// 10⁻⁶ have an exponent, as they have in JSON.
pub(super) fn push_number(number: f64, out: &mut Vec<u8>) {
    let size = number.abs();
    let done = if number == 0.0 {
        out.write_all(b"0")
    } else if (1e-6..1e21).contains(&size) {
        write!(out, "{number}")
    } else {
        write!(out, "{number:e}")
    };
    debug_assert!(done.is_ok(), "writing to memory succeeds");
}

/// Appends a day as `2024-02-29`, with the time where it is not midnight: `2024-02-29T13:05:00`, and a time of day alone
/// as `13:05:00`. `false`, and nothing appended, where the number stands for no day.
pub(super) fn push_date(serial: f64, epoch: Epoch, out: &mut Vec<u8>) -> bool {
    if !(0.0..3_000_000.0).contains(&serial) {
        return false;
    }
    let milliseconds = (serial * MILLISECONDS_A_DAY as f64).round() as i64;
    let (day, time) = (milliseconds / MILLISECONDS_A_DAY, milliseconds % MILLISECONDS_A_DAY);
    // In days from 1 January 1970.
    let day = match (epoch, day) {
        (_, 0) => {
            push_time(time, out);
            return true;
        }
        (Epoch::Year1900, 60) => return false,
        (Epoch::Year1900, 1..60) => day - 25_568,
        (Epoch::Year1900, _) => day - 25_569,
        (Epoch::Year1904, _) => day - 24_107,
    };
    if day > LAST_DAY {
        return false;
    }
    let (year, month, day) = civil(day);
    let done = write!(out, "{year:04}-{month:02}-{day:02}");
    debug_assert!(done.is_ok(), "writing to memory succeeds");
    if time > 0 {
        out.push(b'T');
        push_time(time, out);
    }
    true
}

/// Appends a duration as hours, minutes and seconds: `36:15:00`.
pub(super) fn push_duration(days: f64, out: &mut Vec<u8>) {
    let milliseconds = (days.abs() * MILLISECONDS_A_DAY as f64).round();
    if milliseconds >= 9e15 {
        return push_number(days, out);
    }
    if days < 0.0 && milliseconds > 0.0 {
        out.push(b'-');
    }
    push_time(milliseconds as i64, out);
}

/// Hours, minutes, seconds, and a fraction where there is one.
fn push_time(milliseconds: i64, out: &mut Vec<u8>) {
    let (seconds, fraction) = (milliseconds / 1000, milliseconds % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let done = write!(out, "{hours:02}:{minutes:02}:{seconds:02}");
    debug_assert!(done.is_ok(), "writing to memory succeeds");
    if fraction > 0 {
        let digits = format!(".{fraction:03}");
        out.extend_from_slice(digits.trim_end_matches('0').as_bytes());
    }
}

/// Year, month and day of a number of days from 1 January 1970, in years that begin in March so that the day of a leap
/// year comes last.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, of_month)
}

/// Appends a date that is text already, in the form of [`push_date`]: `2024-02-29T00:00:00.000` becomes `2024-02-29`.
pub(super) fn push_iso_date(text: &[u8], out: &mut Vec<u8>) {
    let (day, time) = match text.iter().position(|byte| *byte == b'T') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[][..]),
    };
    out.extend_from_slice(day);
    let time = without_idle_fraction(time);
    if !matches!(time, b"" | b"00:00" | b"00:00:00") {
        out.push(b'T');
        out.extend_from_slice(time);
    }
}

fn without_idle_fraction(time: &[u8]) -> &[u8] {
    match time.iter().position(|byte| *byte == b'.') {
        Some(point) if time[point + 1..].iter().all(u8::is_ascii_digit) => {
            let idle = time.iter().rev().take_while(|byte| **byte == b'0').count();
            time[..time.len() - idle].strip_suffix(b".").unwrap_or(&time[..time.len() - idle])
        }
        _ => time,
    }
}

/// Appends a duration of the form `PT36H15M0.5S` as [`push_duration`] would; any other form as it is.
pub(super) fn push_iso_duration(text: &[u8], out: &mut Vec<u8>) {
    match iso_duration(text) {
        Some(days) => push_duration(days, out),
        None => out.extend_from_slice(text),
    }
}

fn iso_duration(text: &[u8]) -> Option<f64> {
    let text = str::from_utf8(text).ok()?;
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut rest = text.strip_prefix('P')?;
    let (mut seconds, mut in_time) = (0.0, false);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            (rest, in_time) = (time, true);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        seconds += number
            * match (in_time, &rest.as_bytes()[end]) {
                (false, b'D') => 86_400.0,
                (true, b'H') => 3_600.0,
                (true, b'M') => 60.0,
                (true, b'S') => 1.0,
                _ => return None,
            };
        rest = &rest[end + 1..];
    }
    Some(sign * seconds / 86_400.0)
}

/// What a number format that comes with every workbook means.
pub(super) fn builtin_format(id: u32) -> Meaning {
    match id {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Meaning::Date,
        46 => Meaning::Duration,
        _ => Meaning::Number,
    }
}

/// What a number format means: `yyyy-mm-dd` a date, `[h]:mm` a duration, `0.00 "days"` a number. Letters in quotes, after
/// a backslash, or only as wide as a space (`_d`) or filling the cell (`*d`) are not part of a date.
pub(super) fn format_meaning(code: &str) -> Meaning {
    let mut rest = code;
    let mut meaning = Meaning::Number;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '"' => after.split_once('"').map_or("", |(_, rest)| rest),
            '\\' | '_' | '*' => after.chars().next().map_or("", |skipped| &after[skipped.len_utf8()..]),
            '[' => {
                let (inside, rest) = after.split_once(']').unwrap_or((after, ""));
                if is_elapsed(inside) {
                    return Meaning::Duration;
                }
                rest
            }
            'G' | 'g' if has_prefix(rest, "General") => &rest["General".len()..],
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => {
                meaning = Meaning::Date;
                after
            }
            _ => after,
        };
    }
    meaning
}

/// `h`, `hh`, `m`, `ss`: a unit that counts on past its next larger one.
fn is_elapsed(inside: &str) -> bool {
    ["h", "m", "s"].iter().any(|unit| !inside.is_empty() && inside.to_ascii_lowercase().replace(unit, "").is_empty())
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("what is written is ASCII")
    }

    #[test]
    fn numbers_are_shortest_decimals() {
        let cases = [
            ("5", "5"),
            ("5.0", "5"),
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("00", "0"),
            ("0.25", "0.25"),
            ("1e3", "1000"),
            ("1.1000000000000001", "1.1"),
            ("1234567890123", "1234567890123"),
            ("1.234567890123E+12", "1234567890123"),
            ("0.1", "0.1"),
            ("0.10", "0.1"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-12.5", "-12.5"),
            ("1e-7", "1e-7"),
            ("0.000001", "0.000001"),
            ("1E+20", "100000000000000000000"),
            ("1E+21", "1e21"),
            (" 7 ", "7"),
            ("123456789012345678", "123456789012345680"),
            ("9007199254740993", "9007199254740992"),
        ];
        for (given, expected) in cases {
            assert_eq!(text(|out| assert!(push_number_text(given.as_bytes(), out))), expected, "{given}");
        }
        for given in ["", "x", "NaN", "inf", "1e999", "1,5"] {
            assert!(!push_number_text(given.as_bytes(), &mut Vec::new()), "{given}");
        }
    }

    #[test]
    fn shortest_decimals_are_those_that_std_writes() {
        // What is copied unparsed is what parsing and writing would give.
        let mut x = 1_u64;
        for _ in 0..20_000 {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = format!("{}", (x >> 20) % 10_u64.pow((x % 16) as u32 + 1));
            let point = (x >> 8) as usize % (digits.len() + 1);
            for given in [digits.clone(), format!("{}.{}", &digits[..point], &digits[point..])] {
                if is_shortest(given.as_bytes()) {
                    assert_eq!(text(|out| push_number(given.parse().expect("it is a number"), out)), given);
                }
            }
        }
    }

    #[test]
    fn days_are_iso_dates() {
        let cases = [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (61.0, "1900-03-01"),
            (45351.0, "2024-02-29"),
            (45351.545138888886, "2024-02-29T13:05:00"),
            (45351.999_999_999, "2024-03-01"),
            (2958465.0, "9999-12-31"),
            (0.5, "12:00:00"),
            (0.0, "00:00:00"),
            (45351.000_005, "2024-02-29T00:00:00.432"),
            (36526.5, "2000-01-01T12:00:00"),
        ];
        for (serial, expected) in cases {
            assert_eq!(text(|out| assert!(push_date(serial, Epoch::Year1900, out))), expected);
        }
        for (serial, expected) in [(1.0, "1904-01-02"), (43889.0, "2024-02-29"), (0.25, "06:00:00")] {
            assert_eq!(text(|out| assert!(push_date(serial, Epoch::Year1904, out))), expected);
        }
        for serial in [60.0, 60.5, -1.0, 2958466.0, 1e300, f64::NAN] {
            assert!(!push_date(serial, Epoch::Year1900, &mut Vec::new()), "{serial}");
        }
    }

    #[test]
    fn durations_count_hours() {
        for (days, expected) in
            [(1.5104166666666667, "36:15:00"), (0.0, "00:00:00"), (-0.25, "-06:00:00"), (1e-5, "00:00:00.864")]
        {
            assert_eq!(text(|out| push_duration(days, out)), expected);
        }
        for (iso, expected) in [
            ("PT36H15M00S", "36:15:00"),
            ("PT13H05M00.5S", "13:05:00.5"),
            ("P1DT1H", "25:00:00"),
            ("-PT1M", "-00:01:00"),
            ("PT1X", "PT1X"),
            ("P1M", "P1M"),
            ("soon", "soon"),
            ("PT.5S", "00:00:00.5"),
            ("PT..S", "PT..S"),
        ] {
            assert_eq!(text(|out| push_iso_duration(iso.as_bytes(), out)), expected);
        }
    }

    #[test]
    fn iso_dates_lose_an_idle_time() {
        for (iso, expected) in [
            ("2024-02-29", "2024-02-29"),
            ("2024-02-29T00:00:00", "2024-02-29"),
            ("2024-02-29T00:00:00.000", "2024-02-29"),
            ("2024-02-29T13:05:00.000000000", "2024-02-29T13:05:00"),
            ("2024-02-29T13:05:00.250", "2024-02-29T13:05:00.25"),
            ("2024-02-29T13:05:00Z", "2024-02-29T13:05:00Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(text(|out| push_iso_date(iso.as_bytes(), out)), expected);
        }
    }

    #[test]
    fn formats_tell_dates_from_numbers() {
        for code in [
            "yyyy-mm-dd",
            "DD/MM/YY",
            "h:mm AM/PM",
            "[$-409]d-mmm-yy;@",
            "m\"M\"d\"D\"",
            "[Red]0;dd",
            "*-yyyy",
            "ss.000",
        ] {
            assert_eq!(format_meaning(code), Meaning::Date, "{code}");
        }
        for code in ["[h]:mm:ss", "[mm]", "[ss].00", "[Blue]\\+[H]:mm"] {
            assert_eq!(format_meaning(code), Meaning::Duration, "{code}");
        }
        for code in [
            "General",
            "0.00E+00",
            "#,##0.00 [$€-407]",
            "0\" days\"",
            "0 \\d",
            "#,##0_d",
            "*d0",
            "@",
            "[>=100][Magenta]General",
            "[]0",
            "\"unclosed d",
            "0\\",
            "[d",
            "GENERAL",
            "#,##0.00\\ _M\"H\"_)",
        ] {
            assert_eq!(format_meaning(code), Meaning::Number, "{code}");
        }
    }
}
