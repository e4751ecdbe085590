//! Timestamps with one text form.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Serialize, Serializer};
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};

const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A point in time in UTC, in milliseconds.
///
/// Its text form is ISO 8601 with 24 characters, such as `2026-11-22T08:30:00.000Z`: texts sort like the times they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// Returns the current time.
    #[must_use]
    pub fn now() -> Self {
        OffsetDateTime::now_utc().into()
    }

    /// Returns how many whole seconds this is after another time; negative if it is before.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_seconds()
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(time: OffsetDateTime) -> Self {
        let time = time.to_offset(UtcOffset::UTC);
        let milliseconds = time.millisecond();
        Self(time.replace_millisecond(milliseconds).unwrap_or(time))
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(time: Timestamp) -> Self {
        time.0
    }
}

/// Parses RFC 3339, the form that Plaid uses too.
impl FromStr for Timestamp {
    type Err = time::error::Parse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OffsetDateTime::parse(text, &Rfc3339).map(Self::from)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.format(FORMAT).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<D> Add<D> for Timestamp
where
    OffsetDateTime: Add<D, Output = OffsetDateTime>,
{
    type Output = Self;

    fn add(self, duration: D) -> Self {
        (self.0 + duration).into()
    }
}

impl<D> Sub<D> for Timestamp
where
    OffsetDateTime: Sub<D, Output = OffsetDateTime>,
{
    type Output = Self;

    fn sub(self, duration: D) -> Self {
        (self.0 - duration).into()
    }
}

impl Timestamp {
    /// Returns how long ago another time was; negative if it is later.
    #[must_use]
    pub fn since(self, other: Self) -> Duration {
        self.0 - other.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_utc_in_milliseconds() {
        for (text, expected) in [
            ("2026-11-22T08:30:00Z", "2026-11-22T08:30:00.000Z"),
            ("2026-11-22T08:30:00.123987Z", "2026-11-22T08:30:00.123Z"),
            ("2026-11-22T08:30:00+02:00", "2026-11-22T06:30:00.000Z"),
        ] {
            let timestamp: Timestamp = text.parse().expect("a time");
            assert_eq!(timestamp.to_string(), expected);
            assert_eq!(expected.parse(), Ok(timestamp), "{text}");
        }
        for text in ["", "9", "2026-11-22", "tomorrow"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
