//! What a body may hold, declared; and the check of a body against that.

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

/// What a field may hold.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// Text with at least one character.
    FilledText,
    /// Text of so many characters, from, to.
    TextOf(usize, usize),
    /// An absolute http or https URL.
    Url,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    Flag,
    /// A whole number from, to.
    Integer(u64, u64),
    List(&'static Self),
    /// A list with at least one element.
    FilledList(&'static Self),
    Object(&'static [Field]),
    /// An object that is not looked into.
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

/// What is wrong with a body.
#[derive(Debug, Default)]
pub(super) struct Findings {
    missing: Vec<String>,
    unknown: Vec<String>,
    /// The first one only, in words.
    invalid: Option<String>,
}

/// Compares a body with what it may hold. A null counts as absent and is taken out.
pub(super) fn validate(fields: &[Field], body: &mut Map<String, Value>) -> Findings {
    let mut findings = Findings::default();
    findings.look(fields, body, "");
    findings
}

impl Findings {
    /// `MISSING_FIELDS`, if any field is; the keys that are missing are named as well.
    pub(super) fn missing(&self, keys: Vec<&'static str>) -> Result<(), PlaidError> {
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

    /// `UNKNOWN_FIELDS` or `INVALID_FIELD`, if any field is.
    pub(super) fn unknown_or_invalid(self) -> Result<(), PlaidError> {
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

    fn look(&mut self, fields: &[Field], body: &mut Map<String, Value>, prefix: &str) {
        body.retain(|_, value| !value.is_null());
        for field in fields {
            if field.required && !body.contains_key(field.name) {
                self.missing.push(format!("{prefix}{}", field.name));
            }
        }
        for (name, value) in body {
            match fields.iter().find(|field| field.name == name) {
                Some(field) => self.look_at(field.kind, value, prefix, name),
                None => self.unknown.push(format!("{prefix}{name}")),
            }
        }
    }

    fn look_at(&mut self, kind: Kind, value: &mut Value, prefix: &str, name: &str) {
        if let (Kind::Object(fields), Some(object)) = (kind, value.as_object_mut()) {
            self.look(fields, object, &format!("{prefix}{name}."));
        } else if self.invalid.is_none()
            && let Err(wanted) = kind.accepts(value)
        {
            self.invalid = Some(format!("{prefix}{name} must be {wanted}"));
        }
    }
}

impl Kind {
    /// Whether the value is of this kind; otherwise, what was wanted.
    fn accepts(self, value: &Value) -> Result<(), String> {
        let text = value.as_str();
        let fits = match self {
            Self::Text => text.is_some(),
            Self::FilledText => text.is_some_and(|text| !text.is_empty()),
            Self::TextOf(from, to) => {
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
                Some(list) => return list.iter().try_for_each(|element| kind.accepts(element)),
                None => false,
            },
            Self::Object(_) | Self::AnyObject => value.is_object(),
        };
        if fits { Ok(()) } else { Err(self.wanted()) }
    }

    fn wanted(self) -> String {
        match self {
            Self::Text => "a string".to_owned(),
            Self::FilledText => "a non-empty string".to_owned(),
            Self::TextOf(from, to) => format!("a string of {from} to {to} characters"),
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

/// `MISSING_FIELDS`, naming these.
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
