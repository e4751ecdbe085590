//! The macros that declare enums and other types that are text in JSON.

/// Declares an enum that is text in JSON: `Variant => "text",`. Unknown text is read as the last variant.
///
/// ```
/// json_struct::json_enum! {
///     /// The health of a bank's connection.
///     pub enum Health {
///         /// The bank answers.
///         Up => "up",
///         /// The state is not known.
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

/// Implements [`Json`](crate::Json) for types that are text: `From<String>`, `From<&str>` and `as_str`.
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
/// json_struct::json_text!(Mask);
/// ```
#[macro_export]
macro_rules! json_text {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::Json for $name {
            fn read(value: $crate::serde_json::Value) -> Result<Self, $crate::serde_json::Value> {
                match value {
                    $crate::serde_json::Value::String(text) => Ok(Self::from(text)),
                    other => Err(other),
                }
            }

            fn take(field: &mut $crate::serde_json::Value) -> Option<Self> {
                $crate::fields::take_text(field).map(Self::from)
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
