//! Lists of Plaid, which are read although an element of them cannot be read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The fields that identify an element in the log. None of them is a secret.
const IDS: [&str; 5] = [
    "transaction_id",
    "account_id",
    "item_id",
    "institution_id",
    "link_session_id",
];

/// The elements of a list, as far as they can be read.
#[derive(Debug)]
pub(crate) struct Lenient<T> {
    pub(crate) readable: Vec<T>,
    /// The ids of the other elements, where they have one.
    pub(crate) unreadable: Vec<Option<String>>,
}

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self {
            readable: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut list = Self::default();
        let elements = Option::<Vec<Value>>::deserialize(deserializer)?;
        for element in elements.unwrap_or_default() {
            let id = id(&element);
            match serde_json::from_value(element) {
                Ok(element) => list.readable.push(element),
                Err(_) => list.unreadable.push(id),
            }
        }
        if !list.unreadable.is_empty() {
            let (count, ids) = (list.unreadable.len(), &list.unreadable);
            let kind = std::any::type_name::<T>();
            tracing::warn!(
                count,
                ?ids,
                kind,
                "elements of Plaid's answer cannot be read"
            );
        }
        Ok(list)
    }
}

/// Reads the elements that can be read.
pub(crate) fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Lenient::deserialize(deserializer)?.readable)
}

fn id(element: &Value) -> Option<String> {
    let id = IDS.iter().find_map(|name| element.get(name)?.as_str());
    id.map(str::to_owned)
}
