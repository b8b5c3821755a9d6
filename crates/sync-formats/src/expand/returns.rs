//! Remembers whom earlier rows were about, as far as bounded memory can.

use crate::RowPosition;

/// Places in the memory; two resources share one. 768 KiB in all.
const PLACES: usize = 1 << 14;

/// Odd numbers without pattern: digits of the golden ratio and of pi.
const FACTORS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0x2432_f6a8_885a_308d];

/// Resources that were met, with the first of their rows.
#[derive(Debug, Default)]
pub(super) struct Returns {
    places: Vec<Place>,
    has_forgotten: bool,
}

/// Of all resources that fall into one place: the latest, and the one with the smallest hash among the others. The latter
/// are a fair sample of the whole table, so that a file with two passes over the same resources is noticed, too.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    latest: Seen,
    sample: Seen,
}

/// A resource; a hash of zero means none.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    key: u64,
    row: u64,
    line: u64,
}

/// Hash of what says whom a command is about; never zero. Only warnings depend on it, and it is taken of every row: the
/// hash of the standard library would cost a tenth of the whole expansion.
#[inline]
pub(super) fn hash(command: usize, key: [&[u8]; 2]) -> u64 {
    let mut state = [FACTORS[0] ^ command as u64, FACTORS[1]];
    for part in key {
        let (blocks, rest) = part.as_chunks::<16>();
        blocks.iter().for_each(|block| mix(&mut state, block));
        let mut last = [0xff; 16];
        last[..rest.len()].copy_from_slice(rest);
        mix(&mut state, &last);
    }
    let product = u128::from(state[0]) * u128::from(state[1] | 1);
    ((product >> 64) as u64 ^ product as u64).max(1)
}

#[inline(always)]
fn mix(state: &mut [u64; 2], block: &[u8; 16]) {
    let word = u128::from_le_bytes(*block);
    for (lane, part) in [word as u64, (word >> 64) as u64].into_iter().enumerate() {
        state[lane] = (state[lane].rotate_left(23) ^ part).wrapping_mul(FACTORS[lane]);
    }
}

impl Returns {
    /// Row and line where a resource was met before.
    #[inline]
    pub(super) fn find(&self, key: u64) -> Option<(u64, u64)> {
        let place = self.places.get(key as usize % PLACES)?;
        let seen = [place.latest, place.sample].into_iter().find(|seen| seen.key == key)?;
        Some((seen.row, seen.line))
    }

    /// Remembers a resource.
    #[inline]
    pub(super) fn add(&mut self, key: u64, position: RowPosition) {
        if self.places.is_empty() {
            self.places.resize(PLACES, Place::default());
        }
        let place = &mut self.places[key as usize % PLACES];
        let seen = Seen { key, row: position.row, line: position.line };
        if place.sample.key == key {
            place.sample = seen;
            return;
        }
        let before = std::mem::replace(&mut place.latest, seen);
        if before.key == 0 || before.key == key {
            return;
        }
        self.has_forgotten |= place.sample.key != 0;
        if place.sample.key == 0 || before.key < place.sample.key {
            place.sample = before;
        }
    }

    /// Whether some resource is remembered no longer.
    pub(super) fn has_forgotten(&self) -> bool {
        self.has_forgotten
    }
}
