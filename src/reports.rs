//! What happens in Link, told to the backend for its log.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plaid_types::json::Object;
use plaid_types::serde_json::Value;

use crate::backend::Backend;

/// Link tells most of a visit at its end, all at once: so long is collected, and a success goes first.
const COLLECT: Duration = Duration::from_secs(1);

/// What is to be told. Nothing depends on it.
#[derive(Clone, Copy)]
pub struct Reports {
    backend: Backend,
    events: StoredValue<Vec<Value>>,
}

impl Reports {
    /// Nothing has happened yet.
    pub fn new(backend: Backend) -> Self {
        Self {
            backend,
            events: StoredValue::new(Vec::new()),
        }
    }

    /// One of [`LinkEventReport`](connect_api::LinkEventReport), as Link wrote it.
    pub fn add(self, event_name: String, metadata: Value) {
        let mut event = Object::new();
        event.insert("event_name".to_owned(), event_name.into());
        event.insert("metadata".to_owned(), metadata);
        let push = |events: &mut Vec<Value>| {
            events.push(Value::Object(event));
            events.len()
        };
        if self.events.try_update_value(push) == Some(1) {
            set_timeout(move || self.send(), COLLECT);
        }
    }

    fn send(self) {
        let events = self.events.try_update_value(std::mem::take);
        spawn_local(async move {
            let _ = self.backend.report_events(events.unwrap_or_default()).await;
        });
    }
}
