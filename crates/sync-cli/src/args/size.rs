//! Sizes as people write them.

use std::str::FromStr;

/// A number of bytes: `20MiB`, `512KiB`, `1GB`, `1000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteSize(pub(crate) u64);

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            "g" | "gib" => 1 << 30,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            _ => return Err(format!("{:?} is no unit of size; use KiB, MiB, GiB, KB, MB or GB", unit.trim())),
        };
        let number: u64 = number.parse().map_err(|_| "a size begins with a whole number".to_owned())?;
        number.checked_mul(factor).map(Self).ok_or_else(|| "this size is too large".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::ByteSize;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        let bytes = |text: &str| text.parse::<ByteSize>().map(|size| size.0);
        assert_eq!(bytes("1000"), Ok(1000));
        assert_eq!(bytes("20MiB"), Ok(20 << 20));
        assert_eq!(bytes("20 mib"), Ok(20 << 20));
        assert_eq!(bytes("1GB"), Ok(1_000_000_000));
        assert!(bytes("many").is_err());
        assert!(bytes("3 furlongs").is_err());
        assert!(bytes("99999999999GiB").is_err());
    }
}
