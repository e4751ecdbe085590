//! The deadline of Link's frame.

use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;

use crate::plaid_link_crate::{Error, Handler, LoadError};

/// The deadline of the frame after a call to open, in seconds.
const DEADLINE_SECONDS: u32 = 15;

/// Calls back if the frame of an open handler does not load, as when a content blocker stops the frame but not the script.
/// Dropping the timer cancels it.
pub(crate) fn watch(
    handler: &Rc<Handler>,
    max_seconds: u32,
    on_blocked: impl FnOnce(Error) + 'static,
) -> Timeout {
    let handler: Weak<Handler> = Rc::downgrade(handler);
    let seconds = max_seconds.min(DEADLINE_SECONDS);
    Timeout::new(seconds.saturating_mul(1000), move || {
        if handler
            .upgrade()
            .is_some_and(|handler| !handler.is_loaded())
        {
            on_blocked(LoadError::FrameBlocked { seconds }.into());
        }
    })
}
