//! Arguments of Link's callbacks, read on first use.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;

use js_sys::{JSON, Reflect};
use plaid_types::json::{Json, Object};
use plaid_types::link::LinkError;
use wasm_bindgen::JsValue;

use crate::json::from_js;

/// An argument of a callback, which is read into its type on first use.
///
/// A page that only forwards payloads contains no code that reads them. Reading never fails: a field that is missing or
/// of another type has the value of `T`'s `Default`.
///
/// ```no_run
/// use plaid_link::Payload;
/// use plaid_link::plaid_types::link::SuccessMetadata;
///
/// fn describe(metadata: &Payload<SuccessMetadata>) -> String {
///     let name = metadata.institution.as_ref().and_then(|institution| institution.name.clone());
///     format!("{} accounts at {}", metadata.accounts.len(), name.unwrap_or_default())
/// }
///
/// /// Returns the body of a request, unread.
/// fn forward(metadata: &Payload<SuccessMetadata>) -> String {
///     metadata.to_text()
/// }
/// ```
#[derive(Clone)]
pub struct Payload<T> {
    raw: JsValue,
    read: OnceCell<T>,
}

impl<T> Payload<T> {
    pub(crate) const fn new(raw: JsValue) -> Self {
        Self {
            raw,
            read: OnceCell::new(),
        }
    }

    /// Returns the JavaScript value.
    pub const fn as_raw(&self) -> &JsValue {
        &self.raw
    }

    /// Returns all entries, known or unknown; none if the value is not an object.
    #[must_use]
    pub fn to_object(&self) -> Object {
        Object::read(from_js(&self.raw)).unwrap_or_default()
    }

    /// Returns the value as JSON text, by the browser's `JSON.stringify`; null if that fails.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = JSON::stringify(&self.raw).ok();
        text.and_then(|text| text.as_string())
            .unwrap_or_else(|| "null".to_owned())
    }

    /// Reads the value and returns it.
    #[must_use]
    pub fn into_inner(self) -> T
    where
        T: Json,
    {
        self.read.into_inner().unwrap_or_else(|| read(&self.raw))
    }
}

impl<T: Json> Deref for Payload<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.read.get_or_init(|| read(&self.raw))
    }
}

fn read<T: Json>(raw: &JsValue) -> T {
    T::read(from_js(raw)).unwrap_or_else(|_| T::missing())
}

impl<T: Json + fmt::Debug> fmt::Debug for Payload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Displays it like a [`LinkError`], but reads its code and its message only.
impl fmt::Display for Payload<LinkError> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |key: &str| Reflect::get(&self.raw, &key.into()).ok()?.as_string();
        let code = text("error_code");
        f.write_str(code.as_deref().unwrap_or("unknown error"))?;
        if let Some(message) = text("error_message") {
            f.write_str(": ")?;
            f.write_str(&message)?;
        }
        Ok(())
    }
}
