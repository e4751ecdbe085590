use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;

use js_sys::{JSON, Reflect};
use plaid_types::json::{Json, Object};
use plaid_types::link::LinkError;
use wasm_bindgen::JsValue;

use crate::json::from_js;

/// What Link handed to a callback: read into its type when it is first looked at, so that a page that only passes it on
/// carries no code that reads it.
///
/// Reading is total: what is missing, or of another kind, is as in `T`'s `Default`.
///
/// ```no_run
/// use plaid_link::Payload;
/// use plaid_link::plaid_types::link::SuccessMetadata;
///
/// fn tell(metadata: &Payload<SuccessMetadata>) -> String {
///     let name = metadata.institution.as_ref().and_then(|institution| institution.name.clone());
///     format!("{} accounts at {}", metadata.accounts.len(), name.unwrap_or_default())
/// }
///
/// /// The body of a request, as Link said it.
/// fn pass_on(metadata: &Payload<SuccessMetadata>) -> String {
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

    /// The JavaScript value.
    pub const fn as_raw(&self) -> &JsValue {
        &self.raw
    }

    /// The entries that it has, known or not; none if it is no object.
    #[must_use]
    pub fn to_object(&self) -> Object {
        Object::read(from_js(&self.raw)).unwrap_or_default()
    }

    /// All of it as JSON text, by the browser's own `JSON.stringify`; null where that has no words for it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = JSON::stringify(&self.raw).ok();
        text.and_then(|text| text.as_string())
            .unwrap_or_else(|| "null".to_owned())
    }

    /// Its type, to keep.
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

/// As [`LinkError`] shows itself, but only its code and its message are read for it.
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
