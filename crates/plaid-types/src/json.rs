//! Structs to and from JSON by way of one map, rather than by code of their own for each.
//!
//! In a browser every kilobyte counts, and what a derived implementation costs is paid once a struct.
//! Here a field costs one call. On a server the same structs are ordinary Serde types.

use serde_json::{Map, Value};

/// The entries of a JSON object.
///
/// ```
/// use plaid_types::json::Object;
///
/// let mut object = Object::new();
/// object.insert("mask".to_owned(), "0000".into());
/// assert_eq!(object["mask"], "0000");
/// ```
pub type Object = Map<String, Value>;

/// What has a form in JSON.
///
/// ```
/// use plaid_types::json::Json;
/// use plaid_types::{Account, AccountId};
///
/// let value = serde_json::json!({ "account_id": "1", "name": "Savings", "type": "depository", "balances": {} });
/// let account = Account::read(value).expect("an account");
/// assert_eq!(account.account_id, AccountId::new("1"));
/// assert_eq!(account.mask, None);
/// ```
pub trait Json: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Gives back what is of another kind.
    fn read(value: Value) -> Result<Self, Value>;

    /// Reads it from a field, and leaves null there; what is of another kind stays.
    fn take(field: &mut Value) -> Option<Self> {
        match Self::read(field.take()) {
            Ok(value) => Some(value),
            Err(other) => {
                *field = other;
                None
            }
        }
    }

    /// Writes it.
    fn write(&self) -> Value;

    /// Whether a field of this type must be there.
    const IS_REQUIRED: bool = true;

    /// What stands for a field that is null or missing.
    #[must_use]
    fn missing() -> Self;
}

/// Takes a field out of an object, and notes the key of a required one that is not there.
///
/// Null stays in its place, since to remove an entry takes more code than all else here. What is of another kind
/// stays as it is, and counts as missing.
#[doc(hidden)]
pub fn take<T: Json>(
    object: &mut Object,
    key: &'static str,
    lacks: &mut Option<&'static str>,
) -> T {
    object.get_mut(key).and_then(T::take).unwrap_or_else(|| {
        if T::IS_REQUIRED {
            *lacks = Some(key);
        }
        T::missing()
    })
}

/// Takes the text of a field: one function for all that is text, however many types there are.
#[doc(hidden)]
pub fn take_text(field: &mut Value) -> Option<String> {
    match field.take() {
        Value::String(text) => Some(text),
        other => {
            *field = other;
            None
        }
    }
}

/// What is left of an object once its fields are taken.
#[doc(hidden)]
#[must_use]
pub fn rest(object: Object, fields: &[&str]) -> Object {
    let mut rest = Object::new();
    for (key, value) in object {
        if !value.is_null() || !fields.contains(&key.as_str()) {
            rest.insert(key, value);
        }
    }
    rest
}

/// Puts a field into an object, unless what could not be read is there already.
#[doc(hidden)]
pub fn put(object: &mut Object, key: &str, value: Value, omit_empty: bool) {
    let is_empty = match &value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(values) => values.is_empty(),
        _ => false,
    };
    if !(omit_empty && is_empty || object.contains_key(key)) {
        object.insert(key.to_owned(), value);
    }
}

/// Declares structs over JSON objects, each field with its key: `pub name: Type = "key",`.
///
/// Fields of type `Option`, `Vec` and `bool` may be null or missing, others are required. A field declared with
/// `= ?"key"` may be missing whatever its type, and is not written while it is empty. `pub open struct` has one field more, `extra`, for what this
/// version does not know; `pub struct` ignores it, `pub strict struct` refuses it.
///
/// ```
/// plaid_types::json_struct! {
///     /// What a page is told of a bank.
///     pub struct Bank {
///         /// Its name.
///         pub name: String = "name",
///         /// Where to see it.
///         pub url: Option<String> = "url",
///     }
/// }
///
/// let bank: Bank = serde_json::from_str(r#"{"name":"First Platypus Bank"}"#)?;
/// assert_eq!(bank.url, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! json_struct {
    (
        $(#[$meta:meta])*
        pub open struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident: $type:ty = $(? $maybe:literal)? $($key:literal)?, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )+
            /// What this version does not know, by key.
            pub extra: $crate::json::Object,
        }

        impl $name {
            fn from_object(mut object: $crate::json::Object, lacks: &mut Option<&'static str>) -> Self {
                Self {
                    $( $field: $crate::json_struct!(@take object, lacks, $(? $maybe)? $($key)?), )+
                    extra: $crate::json::rest(object, &[$(concat!($($maybe)? $($key)?)),+]),
                }
            }

            fn to_object(&self) -> $crate::json::Object {
                let mut object = self.extra.clone();
                $( $crate::json_struct!(@put object, self.$field, $(? $maybe)? $($key)?); )+
                object
            }
        }

        /// Reads what is known; the rest is kept.
        impl From<$crate::json::Object> for $name {
            fn from(object: $crate::json::Object) -> Self {
                Self::from_object(object, &mut None)
            }
        }

        impl From<$name> for $crate::json::Object {
            fn from(read: $name) -> Self {
                read.to_object()
            }
        }

        $crate::json_struct!(@impls $name, false);
    };
    (
        $(#[$meta:meta])*
        pub strict struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident: $type:ty = $(? $maybe:literal)? $($key:literal)?, )+
        }
    ) => {
        $crate::json_struct!(@closed $(#[$meta])* $name { $( $(#[$field_meta])* $field: $type = $(? $maybe)? $($key)?, )+ }
            |object, fields| $crate::json::rest(object, fields).is_empty());
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident: $type:ty = $(? $maybe:literal)? $($key:literal)?, )+
        }
    ) => {
        $crate::json_struct!(@closed $(#[$meta])* $name { $( $(#[$field_meta])* $field: $type = $(? $maybe)? $($key)?, )+ }
            |_, _| true);
    };
    (@closed $(#[$meta:meta])* $name:ident {
        $( $(#[$field_meta:meta])* $field:ident: $type:ty = $(? $maybe:literal)? $($key:literal)?, )+
    } $accepts:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )+
        }

        impl $name {
            fn from_object(mut object: $crate::json::Object, lacks: &mut Option<&'static str>) -> Self {
                let read = Self {
                    $( $field: $crate::json_struct!(@take object, lacks, $(? $maybe)? $($key)?), )+
                };
                let accepts: fn($crate::json::Object, &[&str]) -> bool = $accepts;
                if !accepts(object, &[$(concat!($($maybe)? $($key)?)),+]) {
                    *lacks = Some("a field that is not known");
                }
                read
            }

            fn to_object(&self) -> $crate::json::Object {
                let mut object = $crate::json::Object::new();
                $( $crate::json_struct!(@put object, self.$field, $(? $maybe)? $($key)?); )+
                object
            }
        }

        $crate::json_struct!(@impls $name, true);
    };
    (@take $object:ident, $lacks:ident, ? $key:literal) => {
        $crate::json::take(&mut $object, $key, &mut None)
    };
    (@take $object:ident, $lacks:ident, $key:literal) => {
        $crate::json::take(&mut $object, $key, $lacks)
    };
    (@put $object:ident, $value:expr, ? $key:literal) => {
        $crate::json::put(&mut $object, $key, $crate::json::Json::write(&$value), true);
    };
    (@put $object:ident, $value:expr, $key:literal) => {
        $crate::json::put(&mut $object, $key, $crate::json::Json::write(&$value), false);
    };
    (@impls $name:ident, $is_required:literal) => {
        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serde::Serialize::serialize(&self.to_object(), serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = <$crate::json::Object as $crate::serde::Deserialize>::deserialize(deserializer)?;
                let mut lacks = None;
                let read = Self::from_object(object, &mut lacks);
                match lacks {
                    None => Ok(read),
                    Some(key) => {
                        let name = stringify!($name);
                        Err($crate::serde::de::Error::custom(format_args!("{name}: cannot read `{key}`")))
                    }
                }
            }
        }

        impl $crate::json::Json for $name {
            fn read(value: $crate::serde_json::Value) -> Result<Self, $crate::serde_json::Value> {
                let $crate::serde_json::Value::Object(object) = value else { return Err(value) };
                let mut lacks = None;
                let read = Self::from_object(object, &mut lacks);
                match lacks {
                    None => Ok(read),
                    Some(key) => Err($crate::serde_json::Value::String(key.to_owned())),
                }
            }

            fn write(&self) -> $crate::serde_json::Value {
                $crate::serde_json::Value::Object(self.to_object())
            }

            const IS_REQUIRED: bool = $is_required;

            fn missing() -> Self {
                Self::from_object($crate::json::Object::new(), &mut None)
            }
        }
    };
}

/// Declares an enum that is text in JSON: `Variant => "text",`. Text that no variant has is read as the last one.
///
/// ```
/// plaid_types::json_enum! {
///     /// How a bank is.
///     pub enum Health {
///         /// It answers.
///         Up => "up",
///         /// Nobody knows.
///         Unknown => "unknown",
///     }
/// }
///
/// assert_eq!(Health::from("down"), Health::Unknown);
/// ```
#[macro_export]
macro_rules! json_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident => $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                let last = Self::ALL[Self::ALL.len() - 1];
                Self::ALL.iter().copied().find(|known| known.as_str() == text).unwrap_or(last)
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as $crate::serde::Deserialize>::deserialize(deserializer)
                    .map(|text| Self::from(text.as_str()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        $crate::json_text!($name);
    };
}

/// Gives a [`Json`] to types that are text: `From<String>`, `From<&str>` and `as_str`.
///
/// ```
/// struct Mask(String);
///
/// impl From<String> for Mask {
///     fn from(text: String) -> Self {
///         Self(text)
///     }
/// }
///
/// impl From<&str> for Mask {
///     fn from(text: &str) -> Self {
///         Self(text.to_owned())
///     }
/// }
///
/// impl Mask {
///     fn as_str(&self) -> &str {
///         &self.0
///     }
/// }
///
/// plaid_types::json_text!(Mask);
/// ```
#[macro_export]
macro_rules! json_text {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::json::Json for $name {
            fn read(value: $crate::serde_json::Value) -> Result<Self, $crate::serde_json::Value> {
                match value {
                    $crate::serde_json::Value::String(text) => Ok(Self::from(text)),
                    other => Err(other),
                }
            }

            fn take(field: &mut $crate::serde_json::Value) -> Option<Self> {
                $crate::json::take_text(field).map(Self::from)
            }

            fn write(&self) -> $crate::serde_json::Value {
                $crate::serde_json::Value::String(self.as_str().to_owned())
            }

            fn missing() -> Self {
                Self::from("")
            }
        }
    )+};
}

impl Json for Value {
    fn read(value: Self) -> Result<Self, Self> {
        Ok(value)
    }

    fn write(&self) -> Value {
        self.clone()
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        Self::Null
    }
}

impl Json for Object {
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::Object(object) => Ok(object),
            other => Err(other),
        }
    }

    fn write(&self) -> Value {
        Value::Object(self.clone())
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        Self::new()
    }
}

impl Json for String {
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }

    fn take(field: &mut Value) -> Option<Self> {
        take_text(field)
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }

    fn missing() -> Self {
        Self::new()
    }
}

impl Json for bool {
    fn read(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }

    const IS_REQUIRED: Self = false;

    fn missing() -> Self {
        false
    }
}

impl Json for f64 {
    fn read(value: Value) -> Result<Self, Value> {
        value.as_f64().ok_or(value)
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0.0
    }
}

impl Json for u64 {
    fn read(value: Value) -> Result<Self, Value> {
        value.as_u64().ok_or(value)
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0
    }
}

impl Json for u32 {
    fn read(value: Value) -> Result<Self, Value> {
        u64::read(value).and_then(|number| Self::try_from(number).map_err(|_| number.into()))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0
    }
}

impl Json for u16 {
    fn read(value: Value) -> Result<Self, Value> {
        u64::read(value).and_then(|number| Self::try_from(number).map_err(|_| number.into()))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0
    }
}

impl<T: Json> Json for Option<T> {
    fn read(value: Value) -> Result<Self, Value> {
        T::read(value).map(Some)
    }

    fn take(field: &mut Value) -> Option<Self> {
        T::take(field).map(Some)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        None
    }
}

/// All or nothing: one entry of another kind, and the whole list is.
impl<T: Json> Json for Vec<T> {
    fn read(value: Value) -> Result<Self, Value> {
        let Value::Array(values) = value else {
            return Err(value);
        };
        let mut read = Self::new();
        for value in &values {
            match T::read(value.clone()) {
                Ok(value) => read.push(value),
                Err(_) => return Err(Value::Array(values)),
            }
        }
        Ok(read)
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        Self::new()
    }
}

json_text!(
    crate::AccountId,
    crate::AccountSubtype,
    crate::AccountType,
    crate::ErrorType,
    crate::InstitutionId,
    crate::ItemId,
    crate::LinkSessionId,
    crate::LinkToken,
    crate::OauthStateId,
    crate::PublicToken,
    crate::RequestId,
    crate::TransactionId,
    crate::link::EventName,
    crate::link::ExitStatus,
    crate::link::MfaType,
    crate::link::TransferStatus,
    crate::link::VerificationStatus,
    crate::link::ViewName,
);
