//! The callbacks of a host.

use std::fmt;
use std::rc::Rc;

use plaid_types::PublicToken;
use plaid_types::link::{EventMetadata, EventName, ExitMetadata, LinkError, SuccessMetadata};
use wasm_bindgen::JsValue;

use crate::payload::Payload;

/// A callback with the two arguments of Link.
pub(crate) type Callback = Rc<dyn Fn(JsValue, JsValue)>;

/// The callbacks of a handler. Each may be called late: all events but `OPEN` arrive together when Link closes.
///
/// ```
/// use plaid_link::Callbacks;
///
/// let callbacks = Callbacks::default()
///     .on_success(|public_token, metadata| {
///         // post both to the backend
///         # let _ = (public_token, metadata);
///     })
///     .on_close(|| { /* Link has left the screen */ });
/// # let _ = callbacks;
/// ```
#[derive(Clone, Default)]
pub struct Callbacks {
    by_kind: [Option<Callback>; KINDS],
}

/// The kind of a callback.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Success,
    Exit,
    Event,
    Load,
    /// Called by this crate: Link has no such callback.
    Close,
}

const KINDS: usize = Kind::Close as usize + 1;

impl Callbacks {
    /// Sets the callback for a linked Item. The public token is none in flows that make no Item, such as identity
    /// verification.
    #[must_use]
    pub fn on_success(
        self,
        f: impl Fn(Option<PublicToken>, Payload<SuccessMetadata>) + 'static,
    ) -> Self {
        self.with(Kind::Success, move |token, metadata| {
            f(
                token.as_string().map(PublicToken::new),
                Payload::new(metadata),
            );
        })
    }

    /// Sets the callback for a user who left without linking, or a Link that could not start. The error is the last one
    /// that the user met, if any.
    #[must_use]
    pub fn on_exit(
        self,
        f: impl Fn(Option<Payload<LinkError>>, Payload<ExitMetadata>) + 'static,
    ) -> Self {
        self.with(Kind::Exit, move |error, metadata| {
            let error = error.is_object().then(|| Payload::new(error));
            f(error, Payload::new(metadata));
        })
    }

    /// Sets the callback for events inside Link. Use them for analytics; only the names that Plaid calls stable are fit
    /// for logic.
    #[must_use]
    pub fn on_event(
        self,
        f: impl Fn(Payload<EventName>, Payload<EventMetadata>) + 'static,
    ) -> Self {
        self.with(Kind::Event, move |name, metadata| {
            if name.is_string() {
                f(Payload::new(name), Payload::new(metadata));
            }
        })
    }

    /// Sets the callback for the moment when Link's own module has loaded. Link defers an `open` that comes earlier.
    #[must_use]
    pub fn on_load(self, f: impl Fn() + 'static) -> Self {
        self.with(Kind::Load, move |_, _| f())
    }

    /// Sets the callback for the moment when Link has left the screen; `on_success` or `on_exit` comes next.
    #[must_use]
    pub fn on_close(self, f: impl Fn() + 'static) -> Self {
        self.with(Kind::Close, move |_, _| f())
    }

    pub(crate) fn get(&self, kind: usize) -> Option<Callback> {
        self.by_kind.get(kind)?.clone()
    }

    fn with(mut self, kind: Kind, f: impl Fn(JsValue, JsValue) + 'static) -> Self {
        self.by_kind[kind as usize] = Some(Rc::new(f));
        self
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}

/// Declares builder methods on options that hold `callbacks: Callbacks`. Each forwards to its namesake there.
#[doc(hidden)]
#[macro_export]
macro_rules! callback_builders {
    ($($name:ident),+) => { $( $crate::callback_builders!(@ $name); )+ };
    (@ on_success) => {
        /// Sets the callback for a linked Item; see [`Callbacks::on_success`].
        #[must_use]
        pub fn on_success(
            mut self,
            f: impl Fn(
                Option<$crate::plaid_types::PublicToken>,
                $crate::Payload<$crate::plaid_types::link::SuccessMetadata>,
            ) + 'static,
        ) -> Self {
            self.callbacks = self.callbacks.on_success(f);
            self
        }
    };
    (@ on_exit) => {
        /// Sets the callback for a user who left; see [`Callbacks::on_exit`].
        #[must_use]
        pub fn on_exit(
            mut self,
            f: impl Fn(
                Option<$crate::Payload<$crate::plaid_types::link::LinkError>>,
                $crate::Payload<$crate::plaid_types::link::ExitMetadata>,
            ) + 'static,
        ) -> Self {
            self.callbacks = self.callbacks.on_exit(f);
            self
        }
    };
    (@ on_event) => {
        /// Sets the callback for events inside Link; see [`Callbacks::on_event`].
        #[must_use]
        pub fn on_event(
            mut self,
            f: impl Fn(
                $crate::Payload<$crate::plaid_types::link::EventName>,
                $crate::Payload<$crate::plaid_types::link::EventMetadata>,
            ) + 'static,
        ) -> Self {
            self.callbacks = self.callbacks.on_event(f);
            self
        }
    };
    (@ on_load) => {
        /// Sets the callback for Link's own module; see [`Callbacks::on_load`].
        #[must_use]
        pub fn on_load(mut self, f: impl Fn() + 'static) -> Self {
            self.callbacks = self.callbacks.on_load(f);
            self
        }
    };
}
