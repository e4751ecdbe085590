//! Reports of Link's events to the backend, which logs them.

use std::time::Duration;

use connect_api::{LinkEventReport, LinkEvents};
use leptos::prelude::*;
use plaid_types::json::Object;

use crate::backend::Backend;

/// How long events are collected. Link sends most events of a visit at its end, all at once, and a success goes first.
const COLLECT: Duration = Duration::from_secs(1);

/// Events that are not sent yet. Nothing depends on them.
#[derive(Clone, Copy)]
pub struct Reports {
    backend: Backend,
    events: StoredValue<Vec<LinkEventReport<Object>>>,
}

impl Reports {
    /// Creates an empty report. Events that are not sent yet are sent when the user leaves the page.
    pub fn new(backend: Backend) -> Self {
        let reports = Self {
            backend,
            events: StoredValue::new(Vec::new()),
        };
        let leave = window_event_listener_untyped("pagehide", move |_| reports.send());
        on_cleanup(move || leave.remove());
        reports
    }

    /// Adds one call of `onEvent`, with the metadata as Link sent it.
    pub fn add(self, event_name: String, metadata: Object) {
        let push = |events: &mut Vec<_>| {
            events.push(LinkEventReport {
                event_name,
                metadata,
            });
            events.len()
        };
        if self.events.try_update_value(push) == Some(1) {
            set_timeout(move || self.send(), COLLECT);
        }
    }

    fn send(self) {
        let events = self.events.try_update_value(std::mem::take);
        if let Some(events) = events.filter(|events| !events.is_empty()) {
            self.backend.report_events(&LinkEvents { events });
        }
    }
}
