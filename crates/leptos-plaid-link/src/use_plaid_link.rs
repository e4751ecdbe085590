//! The hook that drives Link with a Link token.

use std::cell::OnceCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::task::spawn_local;
use plaid_types::LinkToken;

use crate::IN_BROWSER;
use crate::frame;
use crate::plaid_link_crate::{
    Callbacks, Error, ExitOptions, Handler, LinkOptions, LoadOptions, Submission,
    callback_builders, load,
};

/// Controls Link with a Link token, like `usePlaidLink` of react-plaid-link.
///
/// The script starts to load at once, and a handler is created as soon as there is a token, so that `open` shows
/// Link without delay. Another token creates another handler; without a token there is none. When the owner is disposed,
/// Link is closed and its frame removed.
///
/// On a server it is inert.
///
/// # Usage
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{UsePlaidLinkOptions, UsePlaidLinkReturn, use_plaid_link};
///
/// #[component]
/// fn Connect(link_token: Signal<Option<leptos_plaid_link::plaid_types::LinkToken>>) -> impl IntoView {
///     let UsePlaidLinkReturn { ready, is_open, error, .. } = use_plaid_link(
///         link_token,
///         UsePlaidLinkOptions::default().on_success(|public_token, metadata| {
///             // post both to the backend
///             # let _ = (public_token, metadata);
///         }),
///     );
///     # let _ = (ready, is_open, error);
/// }
/// ```
pub fn use_plaid_link(
    token: impl Into<Signal<Option<LinkToken>>>,
    options: UsePlaidLinkOptions,
) -> UsePlaidLinkReturn {
    let token = token.into();
    let signals = Signals::new();
    // A handler belongs to the browser's one thread. On a server none may exist.
    let visit = IN_BROWSER.then(|| StoredValue::new_local(Visit::new(options, signals.is_open)));
    if let Some(visit) = visit {
        follow_token(token, visit, signals);
    }
    UsePlaidLinkReturn {
        script_ready: signals.script_ready.into(),
        // Derived, not a flag: a flag would notice another token too late.
        ready: Signal::derive(move || {
            let token = token.get();
            token.is_some() && signals.created_with.get() == token
        }),
        is_open: signals.is_open.into(),
        error: signals.error.read_only(),
        signals,
        visit,
    }
}

/// Keeps a handler for the present token until the owner goes.
fn follow_token(
    token: Signal<Option<LinkToken>>,
    visit: StoredValue<Visit, LocalStorage>,
    signals: Signals,
) {
    // Smaller than an `Effect`: every page with a view contains its code already.
    let effect = RenderEffect::new(move |before: Option<_>| {
        let wanted = (token.get(), signals.retried.get());
        if before.as_ref() != Some(&wanted) {
            replace_handler(wanted.0.clone(), visit, signals);
        }
        wanted
    });
    on_cleanup(move || {
        drop(effect);
        // Before the signals are disposed: a focus listener of the host may read them.
        drop_handler(visit);
    });
}

/// Drops the handler, and starts to create one for this token.
fn replace_handler(
    token: Option<LinkToken>,
    visit: StoredValue<Visit, LocalStorage>,
    signals: Signals,
) {
    signals.created_with.set(None);
    signals.error.set(None);
    drop_handler(visit);
    signals.is_open.set(false);
    if let Some((generation, options)) = visit.try_update_value(Visit::next) {
        spawn_local(create_handler(token, generation, options, visit, signals));
    }
}

/// Drops the handler outside of the arena's lock, since Link's own code and its callbacks run meanwhile.
fn drop_handler(visit: StoredValue<Visit, LocalStorage>) {
    drop(visit.try_update_value(|visit| visit.handler.take()));
}

async fn create_handler(
    token: Option<LinkToken>,
    generation: u32,
    options: UsePlaidLinkOptions,
    visit: StoredValue<Visit, LocalStorage>,
    signals: Signals,
) {
    let plaid = load(&options.load).await;
    // The owner may be gone, or another token may have come.
    if visit.try_with_value(|visit| visit.generation) != Some(generation) {
        return;
    }
    signals.script_ready.try_set(plaid.is_ok());
    let Some(token) = token else {
        signals.error.try_set(plaid.err().map(Error::from));
        return;
    };
    let created = plaid
        .map_err(Error::from)
        .and_then(|plaid| plaid.create(options.link_options(&token)));
    match created {
        Ok(handler) => {
            visit.try_update_value(|visit| visit.handler = Some(Rc::new(handler)));
            signals.created_with.try_set(Some(token));
        }
        Err(error) => {
            signals.error.try_set(Some(error));
        }
    }
}

/// The signals that the hook writes.
#[derive(Clone, Copy, Debug)]
struct Signals {
    script_ready: RwSignal<bool>,
    /// The token of the present handler.
    created_with: RwSignal<Option<LinkToken>>,
    is_open: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
    /// Toggled by each retry.
    retried: RwSignal<bool>,
}

impl Signals {
    fn new() -> Self {
        Self {
            script_ready: RwSignal::new(false),
            created_with: RwSignal::new(None),
            is_open: RwSignal::new(false),
            error: RwSignal::new(None),
            retried: RwSignal::new(false),
        }
    }
}

/// Options of [`use_plaid_link`].
///
/// ```
/// use leptos_plaid_link::{LoadOptions, UsePlaidLinkOptions};
///
/// let load = LoadOptions { timeout_seconds: 10, ..LoadOptions::default() };
/// let options = UsePlaidLinkOptions::default()
///     .load(load)
///     .on_exit(|error, metadata| {
///         // `error` is the last that the user saw, if any
///         # let _ = (error, metadata);
///     });
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
pub struct UsePlaidLinkOptions {
    pub(crate) load: LoadOptions,
    /// The redirect URI, and the token it belongs to.
    received_redirect_uri: Option<(String, Rc<OnceCell<LinkToken>>)>,
    callbacks: Callbacks,
}

impl UsePlaidLinkOptions {
    /// Sets the options of Link's script.
    #[must_use]
    pub fn load(mut self, load: LoadOptions) -> Self {
        self.load = load;
        self
    }

    /// Sets the whole redirect URI, on its page only; see [`LinkOptions::received_redirect_uri`]. It is used with the
    /// first token only.
    #[must_use]
    pub fn received_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.received_redirect_uri = Some((uri.into(), Rc::default()));
        self
    }

    callback_builders!(on_success, on_exit, on_event, on_load);

    pub(crate) fn link_options(&self, token: &LinkToken) -> LinkOptions {
        let options = LinkOptions::new(token.clone()).callbacks(self.callbacks.clone());
        match &self.received_redirect_uri {
            // Plaid refuses it with another token.
            Some((uri, first)) if first.get_or_init(|| token.clone()) == token => {
                options.received_redirect_uri(uri)
            }
            _ => options,
        }
    }
}

/// The signals and methods of [`use_plaid_link`]. It is `Copy`, like signals.
///
/// ```no_run
/// use leptos_plaid_link::{Error, ExitOptions, UsePlaidLinkReturn};
///
/// fn leave_at_once(link: UsePlaidLinkReturn) -> Result<(), Error> {
///     link.exit(ExitOptions { force: true })
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UsePlaidLinkReturn {
    /// Whether Link's script has run.
    pub script_ready: Signal<bool>,
    /// Whether there is a handler for the present token. False again when the token changes.
    pub ready: Signal<bool>,
    /// Whether Link is open.
    pub is_open: Signal<bool>,
    /// The error, if the script or Link's frame did not load, or Link refused the token. Another token clears it.
    pub error: ReadSignal<Option<Error>>,
    signals: Signals,
    visit: Option<StoredValue<Visit, LocalStorage>>,
}

impl UsePlaidLinkReturn {
    /// Opens Link.
    ///
    /// # Errors
    ///
    /// [`Error::NoToken`] before there is a handler, or the error of the script or of Link.
    pub fn open(self) -> Result<(), Error> {
        let handler = self.handler()?;
        self.signals.is_open.set(true);
        handler.open().inspect_err(|_| {
            self.signals.is_open.try_set(false);
        })?;
        self.watch_frame(&handler);
        Ok(())
    }

    /// Drops the handler with an error if its frame does not load.
    fn watch_frame(self, handler: &Rc<Handler>) {
        let (Some(visit), signals) = (self.visit, self.signals) else {
            return;
        };
        let seconds = visit.try_with_value(|visit| visit.options.load.timeout_seconds);
        let timer = frame::watch(handler, seconds.unwrap_or_default(), move |error| {
            signals.created_with.try_set(None);
            drop_handler(visit);
            signals.is_open.try_set(false);
            signals.error.try_set(Some(error));
        });
        visit.try_update_value(|visit| visit.frame = Some(timer));
    }

    /// Closes Link. `on_exit` follows, or `on_success` if the Item was linked already.
    ///
    /// # Errors
    ///
    /// [`Error::NoToken`] before there is a handler, or the error of the script or of Link.
    pub fn exit(self, options: ExitOptions) -> Result<(), Error> {
        self.handler()?.exit(options)
    }

    /// Submits a phone number or a date of birth to Layer.
    ///
    /// # Errors
    ///
    /// [`Error::NoToken`] before there is a handler, or the error of the script or of Link.
    pub fn submit(self, submission: &Submission) -> Result<(), Error> {
        self.handler()?.submit(submission)
    }

    /// Loads the script and creates the handler again, after an error.
    pub fn retry(self) {
        self.signals
            .retried
            .try_update(|retried| *retried = !*retried);
    }

    /// Returns a clone, so that the arena is not locked while Link's code runs.
    fn handler(self) -> Result<Rc<Handler>, Error> {
        // The signals may be disposed: the host may call a hook whose owner is gone.
        if let Some(error) = self.error.try_get_untracked().flatten() {
            return Err(error);
        }
        // Another token may have come, without a handler yet.
        let visit = self
            .visit
            .filter(|_| self.ready.try_get_untracked() == Some(true));
        visit
            .and_then(|visit| {
                visit
                    .try_with_value(|visit| visit.handler.clone())
                    .flatten()
            })
            .ok_or(Error::NoToken)
    }
}

/// The handler of the present token, and how it is made.
#[derive(Debug)]
struct Visit {
    options: UsePlaidLinkOptions,
    /// The number of tokens so far: a load for an earlier one is ignored.
    generation: u32,
    handler: Option<Rc<Handler>>,
    /// The deadline of the handler's frame.
    frame: Option<Timeout>,
}

impl Visit {
    fn new(mut options: UsePlaidLinkOptions, is_open: RwSignal<bool>) -> Self {
        options.callbacks = options.callbacks.on_close(move || {
            is_open.try_set(false);
        });
        Self {
            options,
            generation: 0,
            handler: None,
            frame: None,
        }
    }

    fn next(&mut self) -> (u32, UsePlaidLinkOptions) {
        self.generation = self.generation.wrapping_add(1);
        (self.generation, self.options.clone())
    }
}
