//! The declaration of the fields of a body, and the validation against it.

use plaid_types::PlaidError;
use serde_json::{Map, Value};

use crate::error::plaid_error_with_message;

/// A field of a body.
#[derive(Clone, Copy)]
pub(super) struct Field {
    name: &'static str,
    required: bool,
    kind: Kind,
}

/// The type of a field's value.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Any string.
    Text,
    /// A string of at least one character.
    FilledText,
    /// A string with this minimum and maximum number of characters.
    TextOfLength(usize, usize),
    /// An absolute http or https URL.
    Url,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    Flag,
    /// An integer with this minimum and maximum.
    Integer(u64, u64),
    List(&'static Self),
    /// A list with at least one element.
    FilledList(&'static Self),
    Object(&'static [Field]),
    /// An object that is not validated.
    AnyObject,
}

pub(super) const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        required: true,
        kind,
    }
}

pub(super) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        required: false,
        kind,
    }
}

/// The errors of a body.
#[derive(Debug, Default)]
pub(super) struct FieldErrors {
    missing: Vec<String>,
    unknown: Vec<String>,
    /// The message about the first invalid field.
    invalid: Option<String>,
}

/// Validates a body. A null counts as absent and is removed.
pub(super) fn validate(fields: &[Field], body: &mut Map<String, Value>) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.check_object(fields, body, "");
    errors
}

impl FieldErrors {
    /// Checks that no field and none of these keys is missing.
    ///
    /// # Errors
    /// `MISSING_FIELDS`.
    pub(super) fn check_missing(&self, keys: Vec<&'static str>) -> Result<(), PlaidError> {
        let missing: Vec<&str> = keys
            .into_iter()
            .chain(self.missing.iter().map(String::as_str))
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(missing_fields(&missing.join(", ")))
        }
    }

    /// Checks that no field is unknown or invalid.
    ///
    /// # Errors
    /// `UNKNOWN_FIELDS` or `INVALID_FIELD`.
    pub(super) fn check_values(self) -> Result<(), PlaidError> {
        if !self.unknown.is_empty() {
            let message = format!(
                "the following fields are not recognized by this endpoint: {}",
                self.unknown.join(", ")
            );
            return Err(plaid_error_with_message("UNKNOWN_FIELDS", message));
        }
        match self.invalid {
            Some(message) => Err(plaid_error_with_message("INVALID_FIELD", message)),
            None => Ok(()),
        }
    }

    fn check_object(&mut self, fields: &[Field], body: &mut Map<String, Value>, prefix: &str) {
        body.retain(|_, value| !value.is_null());
        for field in fields {
            if field.required && !body.contains_key(field.name) {
                self.missing.push(format!("{prefix}{}", field.name));
            }
        }
        for (name, value) in body {
            match fields.iter().find(|field| field.name == name) {
                Some(field) => self.check_value(field.kind, value, prefix, name),
                None => self.unknown.push(format!("{prefix}{name}")),
            }
        }
    }

    fn check_value(&mut self, kind: Kind, value: &mut Value, prefix: &str, name: &str) {
        if let (Kind::Object(fields), Some(object)) = (kind, value.as_object_mut()) {
            self.check_object(fields, object, &format!("{prefix}{name}."));
        } else if self.invalid.is_none()
            && let Err(expected) = kind.check(value)
        {
            self.invalid = Some(format!("{prefix}{name} must be {expected}"));
        }
    }
}

impl Kind {
    /// Checks that the value is of this kind; the error says what was expected.
    fn check(self, value: &Value) -> Result<(), String> {
        let text = value.as_str();
        let fits = match self {
            Self::Text => text.is_some(),
            Self::FilledText => text.is_some_and(|text| !text.is_empty()),
            Self::TextOfLength(from, to) => {
                text.is_some_and(|text| (from..=to).contains(&text.chars().count()))
            }
            Self::Url => text.is_some_and(is_url),
            Self::OneOf(values) => text.is_some_and(|text| values.contains(&text)),
            Self::Flag => value.is_boolean(),
            Self::Integer(from, to) => value
                .as_u64()
                .is_some_and(|number| (from..=to).contains(&number)),
            Self::FilledList(_) if value.as_array().is_some_and(Vec::is_empty) => false,
            Self::List(kind) | Self::FilledList(kind) => match value.as_array() {
                Some(list) => return list.iter().try_for_each(|element| kind.check(element)),
                None => false,
            },
            Self::Object(_) | Self::AnyObject => value.is_object(),
        };
        if fits { Ok(()) } else { Err(self.expected()) }
    }

    fn expected(self) -> String {
        match self {
            Self::Text => "a string".to_owned(),
            Self::FilledText => "a non-empty string".to_owned(),
            Self::TextOfLength(from, to) => format!("a string of {from} to {to} characters"),
            Self::Url => "a URL that begins with http:// or https://".to_owned(),
            Self::OneOf(values) => format!("one of: {}", values.join(", ")),
            Self::Flag => "a boolean".to_owned(),
            Self::Integer(from, to) => format!("an integer from {from} to {to}"),
            Self::List(_) => "a list".to_owned(),
            Self::FilledList(_) => "a list with at least one element".to_owned(),
            Self::Object(_) | Self::AnyObject => "an object".to_owned(),
        }
    }
}

/// Creates the error `MISSING_FIELDS` about these fields.
pub(super) fn missing_fields(names: &str) -> PlaidError {
    plaid_error_with_message(
        "MISSING_FIELDS",
        format!("the following required fields are missing: {names}"),
    )
}

fn is_url(text: &str) -> bool {
    text.strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .is_some_and(|rest| {
            !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace)
        })
}
