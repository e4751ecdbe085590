//! The macro that declares structs over JSON objects.

/// Declares structs over JSON objects, each field with its key: `pub name: Type = "key",`.
///
/// Fields of type `Option`, `Vec` and `bool` may be null or missing, others are required. A field that is declared with
/// `= ?"key"` may be missing for every type, and an empty value is not written. `pub open struct` keeps undeclared fields
/// in `extra`; `pub struct` ignores them, `pub strict struct` refuses them. The latter two may have one type parameter
/// with a default, which implements [`Json`](crate::Json).
///
/// ```
/// json_struct::json_struct! {
///     /// A bank as the page shows it.
///     pub struct Bank {
///         /// The name to show.
///         pub name: String = "name",
///         /// The address of its site.
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
            /// Fields that this version does not know, by key.
            pub extra: $crate::Object,
        }

        impl $name {
            fn from_object(mut object: $crate::Object, lacks: &mut Option<&'static str>) -> Self {
                Self {
                    $( $field: $crate::json_struct!(@take object, lacks, $(? $maybe)? $($key)?), )+
                    extra: $crate::fields::rest(object, &[$(concat!($($maybe)? $($key)?)),+]),
                }
            }

            fn to_object(&self) -> $crate::Object {
                let mut object = self.extra.clone();
                $( $crate::json_struct!(@put object, self.$field, $(? $maybe)? $($key)?); )+
                object
            }
        }

        /// Reads the fields that are declared and keeps the others in `extra`.
        impl From<$crate::Object> for $name {
            fn from(object: $crate::Object) -> Self {
                Self::from_object(object, &mut None)
            }
        }

        impl From<$name> for $crate::Object {
            fn from(read: $name) -> Self {
                read.to_object()
            }
        }

        $crate::json_struct!(@impls $name, false);
    };
    (
        $(#[$meta:meta])*
        pub strict struct $name:ident $(<$param:ident = $default:ty>)? {
            $( $(#[$field_meta:meta])* pub $field:ident: $type:ty = $(? $maybe:literal)? $($key:literal)?, )+
        }
    ) => {
        $crate::json_struct!(@closed $(#[$meta])* $name $(<$param = $default>)? { $( $(#[$field_meta])* $field: $type = $(? $maybe)? $($key)?, )+ }
            |object, fields| $crate::fields::rest(object, fields).is_empty());
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$param:ident = $default:ty>)? {
            $( $(#[$field_meta:meta])* pub $field:ident: $type:ty = $(? $maybe:literal)? $($key:literal)?, )+
        }
    ) => {
        $crate::json_struct!(@closed $(#[$meta])* $name $(<$param = $default>)? { $( $(#[$field_meta])* $field: $type = $(? $maybe)? $($key)?, )+ }
            |_, _| true);
    };
    (@closed $(#[$meta:meta])* $name:ident $(<$param:ident = $default:ty>)? {
        $( $(#[$field_meta:meta])* $field:ident: $type:ty = $(? $maybe:literal)? $($key:literal)?, )+
    } $accepts:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name $(<$param = $default>)? {
            $( $(#[$field_meta])* pub $field: $type, )+
        }

        impl $(<$param: $crate::Json>)? $name $(<$param>)? {
            fn from_object(mut object: $crate::Object, lacks: &mut Option<&'static str>) -> Self {
                let read = Self {
                    $( $field: $crate::json_struct!(@take object, lacks, $(? $maybe)? $($key)?), )+
                };
                let accepts: fn($crate::Object, &[&str]) -> bool = $accepts;
                if !accepts(object, &[$(concat!($($maybe)? $($key)?)),+]) {
                    *lacks = Some("an unknown field");
                }
                read
            }

            fn to_object(&self) -> $crate::Object {
                let mut object = $crate::Object::new();
                $( $crate::json_struct!(@put object, self.$field, $(? $maybe)? $($key)?); )+
                object
            }
        }

        $crate::json_struct!(@impls $name $(<$param>)?, true);
    };
    (@take $object:ident, $lacks:ident, ? $key:literal) => {
        $crate::fields::take(&mut $object, $key, &mut None)
    };
    (@take $object:ident, $lacks:ident, $key:literal) => {
        $crate::fields::take(&mut $object, $key, $lacks)
    };
    (@put $object:ident, $value:expr, ? $key:literal) => {
        $crate::fields::put(&mut $object, $key, $crate::Json::write(&$value), true);
    };
    (@put $object:ident, $value:expr, $key:literal) => {
        $crate::fields::put(&mut $object, $key, $crate::Json::write(&$value), false);
    };
    (@impls $name:ident $(<$param:ident>)?, $is_required:literal) => {
        impl $(<$param: $crate::Json>)? $crate::serde::Serialize for $name $(<$param>)? {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serde::Serialize::serialize(&self.to_object(), serializer)
            }
        }

        impl<'de $(, $param: $crate::Json)?> $crate::serde::Deserialize<'de> for $name $(<$param>)? {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = <$crate::Object as $crate::serde::Deserialize>::deserialize(deserializer)?;
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

        impl $(<$param: $crate::Json>)? $crate::Json for $name $(<$param>)? {
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
                Self::from_object($crate::Object::new(), &mut None)
            }
        }
    };
}
