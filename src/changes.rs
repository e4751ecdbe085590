//! Changes of Items while the page is open, by the backend's server-sent events.
//!
//! A browser opens at most six connections to a host over HTTP/1.1, and a stream takes one. So one visible tab leads: it holds
//! the stream, and passes each event on to the others. `index.html` asks the browser for the lead.

use connect_api::{Change, ChangeKind};
use js_sys::{Date, Function};
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::task::spawn_local;
use plaid_link::json::from_text;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, Event, EventSource, MessageEvent};

use crate::backend::Backend;
use crate::route;
use crate::wallet::Wallet;

/// The time between two looks at the stream. A refused stream is opened again then; after a lost connection the browser
/// reconnects by itself.
const CHECK_EVERY: std::time::Duration = std::time::Duration::from_secs(10);

/// How long the stream may be silent. The backend sends an event every 15 seconds.
const MAX_SILENCE_MILLISECONDS: f64 = 45_000.0;

/// The time between two requests while the stream is silent.
const ASK_EVERY_MILLISECONDS: f64 = 30_000.0;

/// Keeps the wallet up to date while the page is visible, for as long as the owner lives.
pub fn follow(backend: Backend, wallet: Wallet) {
    let parts = StoredValue::new_local(None);
    let tab = Tab {
        backend,
        wallet,
        parts,
    };
    let listener = Closure::<dyn FnMut(Event)>::new(move |event| tab.receive(&event));
    let channel = BroadcastChannel::new(&route::base()).ok();
    if let Some(channel) = &channel {
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    }
    parts.set_value(Some(Parts {
        listener,
        channel,
        source: None,
        give_up: None,
        leads: false,
        heard_at: 0.0,
        asked_at: 0.0,
    }));
    tab.listen();
    tab.check_later();
    let signed_out = RenderEffect::new(move |_| {
        if backend.is_signed_out() {
            tab.post("signed-out", "");
            tab.pause();
            drop(parts.try_update_value(Option::take));
        }
    });
    let visibility = window_event_listener(leptos::ev::visibilitychange, move |_| {
        tab.pause();
        tab.listen();
    });
    on_cleanup(move || {
        visibility.remove();
        drop(signed_out);
        tab.pause();
        drop(parts.try_update_value(Option::take));
    });
}

/// This tab among the tabs of the browser.
#[derive(Clone, Copy)]
struct Tab {
    backend: Backend,
    wallet: Wallet,
    parts: StoredValue<Option<Parts>, LocalStorage>,
}

struct Parts {
    /// Receives the events of the stream and of the other tabs.
    listener: Closure<dyn FnMut(Event)>,
    /// Reaches the other tabs.
    channel: Option<BroadcastChannel>,
    source: Option<EventSource>,
    /// Gives up the lead, or the wait for it. None if this browser knows no lead: then every tab keeps its stream.
    give_up: Option<Function>,
    leads: bool,
    /// When the stream or the leading tab sent an event, in milliseconds since 1970.
    heard_at: f64,
    /// When the Items were requested because nothing was heard.
    asked_at: f64,
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}

impl Tab {
    fn with<T>(self, f: impl FnOnce(&mut Parts) -> T) -> Option<T> {
        self.parts
            .try_update_value(|parts| parts.as_mut().map(f))
            .flatten()
    }

    /// Opens the stream, and asks for the lead. A tab that does not lead closes the stream after its first event, which says
    /// whether changes were missed.
    fn listen(self) {
        if document().hidden() {
            return;
        }
        self.with(|parts| parts.heard_at = Date::now());
        self.open();
        let ask = window().get("lead");
        let ask = ask.and_then(|ask| ask.dyn_into::<Function>().ok());
        let listener = self.with(|parts| parts.listener.as_ref().clone());
        if let (Some(ask), Some(listener)) = (ask, listener) {
            let give_up = ask.call1(&JsValue::UNDEFINED, &listener).ok();
            let give_up = give_up.and_then(|give_up| give_up.dyn_into().ok());
            self.with(|parts| parts.give_up = give_up);
        }
    }

    /// Opens the stream, unless it is open.
    fn open(self) {
        self.with(|parts| {
            let is_open = |source: &EventSource| source.ready_state() != EventSource::CLOSED;
            if parts.source.as_ref().is_some_and(is_open) {
                return;
            }
            parts.source = EventSource::new("api/events").ok();
            for event in ["ready", "change", "stale", "ping", "error"] {
                if let Some(source) = &parts.source {
                    let listener = parts.listener.as_ref().unchecked_ref();
                    let _ = source.add_event_listener_with_callback(event, listener);
                }
            }
        });
    }

    fn close(self) {
        if let Some(Some(source)) = self.with(|parts| parts.source.take()) {
            source.close();
        }
    }

    /// Closes the stream of a hidden tab, which leaves the lead to a visible one.
    fn pause(self) {
        self.close();
        let give_up = self.with(|parts| {
            parts.leads = false;
            parts.give_up.take()
        });
        if let Some(Some(give_up)) = give_up {
            let _ = give_up.call0(&JsValue::UNDEFINED);
        }
    }

    fn receive(self, event: &Event) {
        let kind = event.type_();
        let data = event.unchecked_ref::<MessageEvent>().data().as_string();
        let data = data.unwrap_or_default();
        match &*kind {
            "lead" => {
                self.with(|parts| parts.leads = true);
                self.open();
            }
            "message" => {
                if let Some((kind, data)) = data.split_once('\n') {
                    self.hear(kind, data);
                }
            }
            "error" => {
                let is_refused = self.with(|parts| {
                    let source = parts.source.as_ref();
                    source.is_some_and(|source| source.ready_state() == EventSource::CLOSED)
                });
                if is_refused == Some(true) {
                    // The session may have ended.
                    self.pass_on("refused", "");
                }
            }
            kind => self.pass_on(kind, &data),
        }
    }

    /// Handles an event of the stream, here and in the other tabs.
    fn pass_on(self, kind: &str, data: &str) {
        if self.with(|parts| parts.leads) == Some(true) {
            self.post(kind, data);
        }
        if kind == "ready" {
            self.close_if_led();
        }
        self.hear(kind, data);
    }

    /// Sends an event to the other tabs.
    fn post(self, kind: &str, data: &str) {
        self.with(|parts| {
            if let Some(channel) = &parts.channel {
                let _ = channel.post_message(&format!("{kind}\n{data}").into());
            }
        });
    }

    fn close_if_led(self) {
        let is_led = self.with(|parts| parts.give_up.is_some() && !parts.leads);
        if is_led == Some(true) {
            self.close();
        }
    }

    fn hear(self, kind: &str, data: &str) {
        if kind == "signed-out" {
            return self.backend.set_signed_out();
        }
        if document().hidden() {
            return;
        }
        if kind == "refused" {
            if self.wallet.failure.with_untracked(Option::is_none) {
                self.wallet.load(self.backend);
            }
            return;
        }
        self.with(|parts| parts.heard_at = Date::now());
        match kind {
            // Changes may have been missed. `stale` has no number, which means that some were.
            "ready" | "stale" => {
                let announced = data.parse().unwrap_or(u64::MAX);
                self.wallet.catch_up(self.backend, announced);
            }
            "change" => {
                if let Some(change) = from_text(data) {
                    self.apply(change);
                }
            }
            _ => {}
        }
    }

    fn apply(self, change: Change) {
        let Self {
            backend, wallet, ..
        } = self;
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

    /// Opens a refused stream again, and asks for the Items itself while the stream is silent, as behind a proxy that holds
    /// it back.
    fn check_later(self) {
        let check = move || {
            if self.parts.try_with_value(Option::is_some) != Some(true) {
                return;
            }
            let now = Date::now();
            let is_due = self.with(|parts| {
                let is_due = is_asking_due(now - parts.heard_at, now - parts.asked_at);
                if is_due && !document().hidden() {
                    parts.asked_at = now;
                    return true;
                }
                false
            });
            if is_due == Some(true) {
                self.wallet.load(self.backend);
                self.close_if_led();
            }
            if self.with(|parts| parts.source.is_some()) == Some(true) {
                self.open();
            }
            self.check_later();
        };
        set_timeout(check, CHECK_EVERY);
    }
}

/// Whether it is time to request the Items, by the milliseconds since an event was heard and since the last request.
fn is_asking_due(silence: f64, since_asked: f64) -> bool {
    silence >= MAX_SILENCE_MILLISECONDS && since_asked >= ASK_EVERY_MILLISECONDS
}

#[cfg(test)]
mod tests {
    use super::is_asking_due;

    #[test]
    fn a_page_asks_every_half_minute_while_the_stream_is_silent() {
        for (silence, since_asked, is_due) in [
            (0.0, 1e12, false),
            (44_999.0, 1e12, false),
            (45_000.0, 1e12, true),
            (74_999.0, 29_999.0, false),
            (75_000.0, 30_000.0, true),
            // Something was heard after the last request.
            (10_000.0, 60_000.0, false),
        ] {
            assert_eq!(
                is_asking_due(silence, since_asked),
                is_due,
                "{silence} {since_asked}"
            );
        }
    }
}
