//! What happens in Link, told to the backend for its log.

use std::time::Duration;

use leptos::prelude::*;
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
    /// Nothing has happened yet. What a page that goes has not told by then, it tells in going.
    pub fn new(backend: Backend) -> Self {
        let reports = Self {
            backend,
            events: StoredValue::new(Vec::new()),
        };
        let leave = window_event_listener_untyped("pagehide", move |_| reports.send());
        on_cleanup(move || leave.remove());
        reports
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
        if let Some(events) = events.filter(|events| !events.is_empty()) {
            self.backend.report_events(events);
        }
    }
}
