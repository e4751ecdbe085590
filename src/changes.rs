//! What changes at the bank while the page is open, told by the backend as server-sent events.

use connect_api::{Change, ChangeKind};
use leptos::prelude::*;
use leptos::task::spawn_local;
use plaid_link::json::from_text;
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventSource, MessageEvent};

use crate::backend::Backend;
use crate::wallet::Wallet;

/// A browser that lost its connection comes back by itself; one that was refused is sent again after this.
const REFUSED: std::time::Duration = std::time::Duration::from_secs(10);

/// Keeps the wallet as the backend has it while the page can be seen, for as long as the owner lives.
///
/// A stream is one of the six connections that a browser keeps to a host: tabs that nobody looks at leave them to others.
pub fn follow(backend: Backend, wallet: Wallet) {
    let kept = StoredValue::new_local(None);
    listen(backend, wallet, kept);
    let look = window_event_listener(leptos::ev::visibilitychange, move |_| {
        listen(backend, wallet, kept);
    });
    on_cleanup(move || {
        look.remove();
        drop(kept.try_update_value(Option::take));
    });
}

/// The stream, and what hears it.
struct Stream {
    source: EventSource,
    _hear: Closure<dyn FnMut(Event)>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

type Kept = StoredValue<Option<Stream>, LocalStorage>;

fn listen(backend: Backend, wallet: Wallet, kept: Kept) {
    if document().hidden() {
        drop(kept.try_update_value(Option::take));
        return;
    }
    let Ok(source) = EventSource::new("/api/events") else {
        return;
    };
    let hear = Closure::<dyn FnMut(Event)>::new(move |event: Event| match &*event.type_() {
        "error" => {
            let refused = kept.try_with_value(|stream| {
                let source = stream.as_ref().map(|stream: &Stream| &stream.source);
                source.is_some_and(|source| source.ready_state() == EventSource::CLOSED)
            });
            if refused == Some(true) {
                set_timeout(move || listen(backend, wallet, kept), REFUSED);
            }
        }
        kind => {
            let is_change = kind == "change";
            let data = event.unchecked_into::<MessageEvent>().data().as_string();
            let data = data.unwrap_or_default();
            if !is_change {
                // Changes may have been missed; where no number says which, they were.
                wallet.catch_up(backend, data.parse().unwrap_or(u64::MAX));
            } else if let Some(change) = from_text(&data) {
                take(backend, wallet, change);
            }
        }
    });
    for event in ["ready", "change", "stale", "error"] {
        let _ = source.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
    }
    kept.try_set_value(Some(Stream {
        source,
        _hear: hear,
    }));
}

fn take(backend: Backend, wallet: Wallet, change: Change) {
    if change.kind == ChangeKind::Disconnected {
        return wallet.remove(&change.item_id);
    }
    spawn_local(async move {
        // What cannot be fetched now comes with the next `ready`.
        if let Ok(item) = backend.item(&change.item_id).await {
            wallet.put(item);
        }
    });
}
