//! What Plaid accepts in a Link token's options.

use serde_json::Value;

/// The languages of Link.
const LANGUAGES: [&str; 17] = [
    "da", "nl", "en", "et", "fr", "de", "hi", "it", "lv", "lt", "no", "pl", "pt", "ro", "es", "sv",
    "vi",
];

/// The account types that can be filtered.
const ACCOUNT_TYPES: [&str; 5] = ["depository", "credit", "loan", "investment", "other"];

/// Returns whether a text is one of Link's languages.
pub(crate) fn is_language(text: &str) -> bool {
    LANGUAGES.contains(&text)
}

/// Returns whether a text has the form of a country code.
pub(crate) fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Returns whether a text has the form of a routing number.
pub(crate) fn is_routing_number(text: &str) -> bool {
    text.len() == 9 && is_digits(text)
}

/// Returns whether a text is one of Link's appearance modes.
pub(crate) fn is_appearance_mode(text: &str) -> bool {
    ["LIGHT", "DARK", "SYSTEM"].contains(&text)
}

/// Returns whether a value is Plaid's `account_filters`: for each account type, the subtypes that can be selected.
pub(crate) fn is_account_filters(filters: &Value) -> bool {
    let names = |subtypes: &Value| {
        let subtypes = subtypes.as_array().filter(|subtypes| !subtypes.is_empty());
        subtypes.is_some_and(|subtypes| subtypes.iter().all(Value::is_string))
    };
    let is_filter = |filter: &Value| {
        let fields = filter.as_object().filter(|fields| fields.len() == 1);
        let subtypes = fields.and_then(|fields| fields.get("account_subtypes"));
        subtypes.is_some_and(names)
    };
    filters.as_object().is_some_and(|filters| {
        let mut filters = filters.iter();
        filters.all(|(kind, filter)| ACCOUNT_TYPES.contains(&&**kind) && is_filter(filter))
    })
}

/// Returns whether a text is a phone number in E.164: a plus, then up to fifteen digits that do not begin with zero.
pub(crate) fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && is_digits(digits) && !digits.starts_with('0')
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
