//! One value of the request against one value of the policy.

use std::cmp::Ordering;
use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::operator::Test;
use super::pattern::{Pattern, Variables, Wildcards};

/// Whether `found` and `wanted` stand in the relation that `test` asks about, before any negation: the `Not` forms
/// compare as their positive ones do. A value that cannot be read as the test's type compares with nothing.
pub(super) fn compare(test: Test, found: &str, wanted: &str, variables: Variables<'_>) -> bool {
    let pattern = |wildcards| Pattern::new(wanted, wildcards, variables);
    match test {
        Test::StringEquals | Test::StringNotEquals => {
            pattern(Wildcards::Literal).is_some_and(|pattern| pattern.matches(found))
        }
        Test::Bool | Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase => {
            pattern(Wildcards::Literal).is_some_and(|pattern| pattern.matches_any_case(found))
        }
        Test::StringLike | Test::StringNotLike => {
            pattern(Wildcards::Glob).is_some_and(|pattern| pattern.matches(found))
        }
        Test::ArnEquals | Test::ArnLike | Test::ArnNotEquals | Test::ArnNotLike => {
            pattern(Wildcards::Glob).is_some_and(|pattern| pattern.matches_arn(found))
        }
        Test::BinaryEquals => found.trim_end_matches('=') == wanted.trim_end_matches('='),
        Test::IpAddress | Test::NotIpAddress => contains(wanted, found).unwrap_or(false),
        // Whether a key is there at all is asked before its values are.
        Test::Null => false,
        Test::NumericEquals | Test::NumericNotEquals => number_order(found, wanted) == Some(Ordering::Equal),
        Test::NumericLessThan => number_order(found, wanted) == Some(Ordering::Less),
        Test::NumericLessThanEquals => number_order(found, wanted).is_some_and(Ordering::is_le),
        Test::NumericGreaterThan => number_order(found, wanted) == Some(Ordering::Greater),
        Test::NumericGreaterThanEquals => number_order(found, wanted).is_some_and(Ordering::is_ge),
        Test::DateEquals | Test::DateNotEquals => date_order(found, wanted) == Some(Ordering::Equal),
        Test::DateLessThan => date_order(found, wanted) == Some(Ordering::Less),
        Test::DateLessThanEquals => date_order(found, wanted).is_some_and(Ordering::is_le),
        Test::DateGreaterThan => date_order(found, wanted) == Some(Ordering::Greater),
        Test::DateGreaterThanEquals => date_order(found, wanted).is_some_and(Ordering::is_ge),
    }
}

fn number_order(found: &str, wanted: &str) -> Option<Ordering> {
    // Whole numbers first: sizes in bytes are beyond what a float tells apart.
    if let (Ok(found), Ok(wanted)) = (found.parse::<i128>(), wanted.parse::<i128>()) {
        return Some(found.cmp(&wanted));
    }
    found.parse::<f64>().ok()?.partial_cmp(&wanted.parse().ok()?)
}

fn date_order(found: &str, wanted: &str) -> Option<Ordering> {
    Some(instant(found)?.cmp(&instant(wanted)?))
}

/// A point in time as policies write it: seconds of the epoch, a full date and time with its zone, or a year, month
/// or day, which stand for their first moment in UTC.
fn instant(text: &str) -> Option<Timestamp> {
    if text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    let day = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    text.parse().ok().or_else(|| Some(day.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

/// Whether the address lies in the range, which is one address or a CIDR block. `None` when either cannot be read.
fn contains(range: &str, address: &str) -> Option<bool> {
    let (start, length) = range.split_once('/').map_or((range, None), |(start, length)| (start, Some(length)));
    let (start, address): (IpAddr, IpAddr) = (start.parse().ok()?, address.parse().ok()?);
    let (start_bits, width) = bits(start);
    let (address_bits, address_width) = bits(address);
    let length: u32 = length.map_or(Ok(width), str::parse).ok()?;
    let outside = width.checked_sub(length)?;
    // A block of length 0 shifts everything out, which the checked shift tells apart for IPv6.
    let same = (start_bits ^ address_bits).checked_shr(outside).unwrap_or(0) == 0;
    Some(width == address_width && same)
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}
