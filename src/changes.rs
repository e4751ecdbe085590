//! Changes of Items while the page is open, by the backend's server-sent events.

use connect_api::{Change, ChangeKind};
use leptos::prelude::*;
use leptos::task::spawn_local;
use plaid_link::json::from_text;
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventSource, MessageEvent};

use crate::backend::Backend;
use crate::wallet::Wallet;

/// The delay before a refused stream is opened again. After a lost connection the browser reconnects by itself.
const RETRY_DELAY: std::time::Duration = std::time::Duration::from_secs(10);

/// Keeps the wallet up to date while the page is visible, for as long as the owner lives.
///
/// A browser opens at most six connections to a host, and a stream takes one. A hidden tab therefore closes its stream.
pub fn follow(backend: Backend, wallet: Wallet) {
    let current = StoredValue::new_local(None);
    listen(backend, wallet, current);
    let visibility = window_event_listener(leptos::ev::visibilitychange, move |_| {
        listen(backend, wallet, current);
    });
    on_cleanup(move || {
        visibility.remove();
        drop(current.try_update_value(Option::take));
    });
}

/// An open stream and its listener. The stream is closed when this is dropped.
struct Stream {
    source: EventSource,
    _listener: Closure<dyn FnMut(Event)>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

type CurrentStream = StoredValue<Option<Stream>, LocalStorage>;

fn listen(backend: Backend, wallet: Wallet, current: CurrentStream) {
    if document().hidden() {
        drop(current.try_update_value(Option::take));
        return;
    }
    let Ok(source) = EventSource::new("/api/events") else {
        return;
    };
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| match &*event.type_() {
        "error" => {
            let refused = current.try_with_value(|stream| {
                let source = stream.as_ref().map(|stream: &Stream| &stream.source);
                source.is_some_and(|source| source.ready_state() == EventSource::CLOSED)
            });
            if refused == Some(true) {
                set_timeout(move || listen(backend, wallet, current), RETRY_DELAY);
            }
        }
        kind => {
            let is_change = kind == "change";
            let data = event.unchecked_into::<MessageEvent>().data().as_string();
            let data = data.unwrap_or_default();
            if !is_change {
                // Changes may have been missed. `stale` has no number, which means that some were.
                wallet.catch_up(backend, data.parse().unwrap_or(u64::MAX));
            } else if let Some(change) = from_text(&data) {
                apply(backend, wallet, change);
            }
        }
    });
    for event in ["ready", "change", "stale", "error"] {
        let _ = source.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    }
    current.try_set_value(Some(Stream {
        source,
        _listener: listener,
    }));
}

fn apply(backend: Backend, wallet: Wallet, change: Change) {
    if change.kind == ChangeKind::Disconnected {
        return wallet.remove(&change.item_id);
    }
    spawn_local(async move {
        // If this fails, the next `ready` fetches every Item.
        if let Ok(item) = backend.item(&change.item_id).await {
            wallet.put(item);
        }
    });
}
