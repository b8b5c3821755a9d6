//! Which name may have been meant.

/// Longer names are not compared: nobody mistypes those by a letter.
const LONGEST: usize = 80;

/// The name that is most like `wanted`, if one is like enough: the same but for case, or a few letters off.
pub(super) fn closest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let letters: Vec<char> = wanted.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    if letters.len() > LONGEST {
        return None;
    }
    let most = (letters.len() / 4).clamp(1, 3);
    let distances = names.filter_map(|name| {
        let other: Vec<char> = name.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
        let distance = distance(&letters, &other, most)?;
        Some((distance, name))
    });
    distances.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// Letters to change, add, leave out or swap with their neighbour; nothing if there are more than `most`.
fn distance(one: &[char], other: &[char], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = Vec::with_capacity(other.len() + 1);
        row.push(i + 1);
        for (j, b) in other.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_letter_off_is_found_and_what_is_another_word_is_not() {
        let names = ["Table", "Column", "Physical Data Dictionary", "Report"];
        let closest = |wanted| closest(wanted, names.into_iter());
        assert_eq!(closest("Tabel"), Some("Table"));
        assert_eq!(closest("TABLE"), Some("Table"));
        assert_eq!(closest("Colum"), Some("Column"));
        assert_eq!(closest("Phyiscal Data Dictonary"), Some("Physical Data Dictionary"));
        assert_eq!(closest("Schema"), None);
        assert_eq!(closest(""), None);
        assert_eq!(closest(&"x".repeat(10_000)), None);
    }
}
