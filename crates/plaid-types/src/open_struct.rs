//! Structs over Plaid's JSON objects that are open: every field may be null or missing, and what is not known,
//! or is not of the expected kind, is kept in `extra` rather than refused.
//!
//! They are read by way of one map, not by code of their own for each: in a browser that is a third of the size.

use serde_json::Value;

use crate::link::Extra;

/// A value of a field, to and from JSON.
pub(crate) trait Field: Sized {
    /// Reads it, or gives the JSON back.
    fn read(value: Value) -> Result<Self, Value>;
    /// Writes it.
    fn write(&self) -> Value;
}

/// Takes a field out of an object; null, and what is of another kind, is as good as missing.
pub(crate) fn take<T: Field + Default>(object: &mut Extra, key: &str) -> T {
    match object.remove(key).map(T::read) {
        Some(Ok(value)) => value,
        Some(Err(other)) => {
            if !other.is_null() {
                object.insert(key.to_owned(), other);
            }
            T::default()
        }
        None => T::default(),
    }
}

/// Puts a field into an object, unless what could not be read is there already.
pub(crate) fn put(object: &mut Extra, key: &str, field: &impl Field) {
    if !object.contains_key(key) {
        object.insert(key.to_owned(), field.write());
    }
}

impl Field for String {
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl<T: Field> Field for Option<T> {
    fn read(value: Value) -> Result<Self, Value> {
        T::read(value).map(Some)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }
}

/// All or nothing: one entry of another kind leaves the whole list in `extra`.
impl<T: Field + Clone> Field for Vec<T> {
    fn read(value: Value) -> Result<Self, Value> {
        let Value::Array(values) = value else {
            return Err(value);
        };
        let read: Result<Self, Value> = values.iter().cloned().map(T::read).collect();
        read.map_err(|_| Value::Array(values))
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }
}

/// Text that has a type: an identifier or an open enum.
macro_rules! text_fields {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::open_struct::Field for $name {
            fn read(value: serde_json::Value) -> Result<Self, serde_json::Value> {
                String::read(value).map(|text| Self::from(text.as_str()))
            }

            fn write(&self) -> serde_json::Value {
                serde_json::Value::String(self.as_str().to_owned())
            }
        }
    )+};
}

/// Declares an open struct; each field is an `Option` or a `Vec` of what has a [`Field`].
macro_rules! open_struct {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident: $type:ty = $key:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )+
            /// What this version does not know, by key.
            pub extra: $crate::link::Extra,
        }

        impl $name {
            fn from_object(mut object: $crate::link::Extra) -> Self {
                Self {
                    $( $field: $crate::open_struct::take(&mut object, $key), )+
                    extra: object,
                }
            }

            fn to_object(&self) -> $crate::link::Extra {
                let mut object = self.extra.clone();
                $( $crate::open_struct::put(&mut object, $key, &self.$field); )+
                object
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(&self.to_object(), serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$crate::link::Extra as serde::Deserialize>::deserialize(deserializer)
                    .map(Self::from_object)
            }
        }

        impl $crate::open_struct::Field for $name {
            fn read(value: serde_json::Value) -> Result<Self, serde_json::Value> {
                match value {
                    serde_json::Value::Object(object) => Ok(Self::from_object(object)),
                    other => Err(other),
                }
            }

            fn write(&self) -> serde_json::Value {
                serde_json::Value::Object(self.to_object())
            }
        }
    };
}

text_fields!(
    crate::AccountId,
    crate::AccountSubtype,
    crate::AccountType,
    crate::ErrorType,
    crate::InstitutionId,
    crate::LinkSessionId,
    crate::RequestId,
    crate::link::EventName,
    crate::link::ExitStatus,
    crate::link::MfaType,
    crate::link::TransferStatus,
    crate::link::VerificationStatus,
    crate::link::ViewName,
);
