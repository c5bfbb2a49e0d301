//! Amounts with units: durations `1h30m`, sizes `5GiB`, bandwidths `100MiB/s`.

use super::InvalidText;

const DURATION_RULE: &str = "whole numbers with d, h, m or s, the largest first, such as 30d, 8h, 10m or 1h30m";
const SIZE_RULE: &str =
    "a whole number with B, KiB, MiB, GiB, TiB or PiB (or kB, MB, GB, TB, PB: thousands), such as 5GiB";
const BANDWIDTH_RULE: &str = "a size a second, such as 100MiB/s";

/// The longest duration a plan can write: 100 years, so that no sum of durations overflows.
const MAX_SECS: u64 = 100 * 366 * DAY;
const DAY: u64 = 86_400;
const DURATION_UNITS: [(&str, u64); 4] = [("d", DAY), ("h", 3_600), ("m", 60), ("s", 1)];
const SIZE_UNITS: [(&str, u64); 11] = [
    ("PiB", 1 << 50),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("PB", 1_000_000_000_000_000),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

/// A length of time in whole seconds, more than none and at most 100 years; written `30d`, `8h`, `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanDuration(u64);

/// A number of bytes, written `5GiB`; 0 is `0B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ByteSize(u64);

/// A ceiling on a transfer, at least one byte a second; written `100MiB/s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bandwidth(u64);

impl PlanDuration {
    /// So many seconds, held between 1 and 100 years.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        match secs {
            0 => Self(1),
            1..=MAX_SECS => Self(secs),
            _ => Self(MAX_SECS),
        }
    }

    /// So many minutes, held between 1 second and 100 years.
    #[must_use]
    pub const fn from_mins(mins: u64) -> Self {
        Self::from_secs(mins.saturating_mul(60))
    }

    /// So many hours, held between 1 second and 100 years.
    #[must_use]
    pub const fn from_hours(hours: u64) -> Self {
        Self::from_secs(hours.saturating_mul(3_600))
    }

    /// So many days, held between 1 second and 100 years.
    #[must_use]
    pub const fn from_days(days: u64) -> Self {
        Self::from_secs(days.saturating_mul(DAY))
    }

    /// The length in seconds.
    #[must_use]
    pub const fn secs(self) -> u64 {
        self.0
    }

    /// The length in days, if it is a whole number of them.
    #[must_use]
    pub const fn whole_days(self) -> Option<u64> {
        if self.0.is_multiple_of(DAY) { Some(self.0 / DAY) } else { None }
    }
}

impl ByteSize {
    /// So many bytes.
    #[must_use]
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The size in bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Bandwidth {
    /// The ceiling in bytes a second.
    #[must_use]
    pub const fn bytes_per_sec(self) -> u64 {
        self.0
    }
}

fn read_duration(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut units = DURATION_UNITS.iter();
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (amount, after) = leading_number(rest)?;
        // The iterator only goes forward: a unit can come once, and only after larger ones.
        let (name, secs) = units.find(|(name, _)| after.starts_with(name))?;
        total = total.checked_add(amount.checked_mul(*secs)?)?;
        rest = after.strip_prefix(name)?;
    }
    (1..=MAX_SECS).contains(&total).then_some(total)
}

fn read_size(text: &str) -> Option<u64> {
    let (amount, unit) = leading_number(text)?;
    let unit = unit.trim_start_matches(' ');
    let (_, factor) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)?;
    amount.checked_mul(*factor)
}

/// A whole number (underscores between digits allowed) and what follows it.
fn leading_number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.starts_with('_') || digits.ends_with('_') {
        return None;
    }
    Some((digits.replace('_', "").parse().ok()?, rest))
}

fn write_size(bytes: u64) -> String {
    SIZE_UNITS
        .iter()
        .filter(|(name, _)| name.ends_with("iB"))
        .find(|(_, factor)| bytes > 0 && bytes.is_multiple_of(*factor))
        .map_or_else(|| format!("{bytes}B"), |(name, factor)| format!("{}{name}", bytes / factor))
}

impl std::fmt::Display for PlanDuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut left = self.0;
        for (name, secs) in DURATION_UNITS {
            if left >= secs {
                write!(f, "{}{name}", left / secs)?;
                left %= secs;
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for ByteSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&write_size(self.0))
    }
}

impl std::fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/s", write_size(self.0))
    }
}

/// Text in, text out, and the schema: the same for every amount.
macro_rules! amount {
    ($name:ident, $kind:literal, $rule:ident, $pattern:literal, $read:expr) => {
        impl std::str::FromStr for $name {
            type Err = InvalidText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let read: fn(&str) -> Option<u64> = $read;
                read(text)
                    .map(Self)
                    .ok_or_else(|| InvalidText::new($kind, $rule, text))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(amount: $name) -> Self {
                amount.to_string()
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern, "description": $rule })
            }
        }
    };
}

amount!(PlanDuration, "a duration", DURATION_RULE, "^([0-9][0-9_]*[dhms]){1,4}$", read_duration);
amount!(ByteSize, "a size", SIZE_RULE, "^[0-9][0-9_]* *(B|[KMGTP]iB|[kMGTP]B)$", read_size);
amount!(Bandwidth, "a bandwidth", BANDWIDTH_RULE, "^[0-9][0-9_]* *(B|[KMGTP]iB|[kMGTP]B)/s$", |text| read_size(
    text.strip_suffix("/s")?
)
.filter(|bytes| *bytes > 0));
