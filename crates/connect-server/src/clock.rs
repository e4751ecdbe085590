use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const ISO: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The time as it is kept and sent: ISO 8601 in UTC, always 24 characters, so that it sorts as text.
pub(crate) fn iso(time: OffsetDateTime) -> String {
    let time = time.to_offset(time::UtcOffset::UTC);
    time.format(ISO).unwrap_or_else(|_| time.to_string())
}

/// A time as Plaid writes it; nothing if it is none.
pub(crate) fn read(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// The time now, see [`iso`].
pub(crate) fn iso_now() -> String {
    iso(OffsetDateTime::now_utc())
}
