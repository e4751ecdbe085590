//! The trait of types with a form in JSON.

use serde_json::{Map, Value};

/// The entries of a JSON object.
///
/// ```
/// use json_struct::Object;
///
/// let mut object = Object::new();
/// object.insert("mask".to_owned(), "0000".into());
/// assert_eq!(object["mask"], "0000");
/// ```
pub type Object = Map<String, Value>;

/// A type with a form in JSON.
///
/// ```
/// use json_struct::Json;
///
/// assert_eq!(u32::read(serde_json::json!(3)), Ok(3));
/// assert_eq!(u32::read(serde_json::json!("three")), Err("three".into()));
/// ```
pub trait Json: Sized {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// Returns a value of another kind unchanged, or the key of the field that could not be read.
    fn read(value: Value) -> Result<Self, Value>;

    /// Reads a field and leaves null there. A value of another kind stays.
    fn take(field: &mut Value) -> Option<Self> {
        match Self::read(field.take()) {
            Ok(value) => Some(value),
            Err(other) => {
                *field = other;
                None
            }
        }
    }

    /// Writes the value.
    fn write(&self) -> Value;

    /// Whether a field of this type must be present.
    const IS_REQUIRED: bool = true;

    /// Returns the value of a field that is null or missing.
    #[must_use]
    fn missing() -> Self;
}
