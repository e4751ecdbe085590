//! The events that a flow reacts to.

use plaid_types::{ItemId, LinkToken};

use crate::failure::Failure;
use crate::outbox::{OutboxError, Success, SuccessId};
use crate::outcome::Exit;
use crate::purpose::Purpose;
use crate::resume::{ResumeError, ResumeRecord};
use crate::state::Attempt;
use crate::token::Millis;

/// An event of the host, of Link, of the backend or of the browser. Every state accepts every event.
///
/// ```
/// use link_flow::{Effect, Event, Purpose, State, step};
///
/// let purpose = Purpose::Update { item_id: "item-1".into(), account_selection: false };
/// let (_, effects) = step(State::default(), Event::OpenFor { purpose, now: 0 });
/// assert!(matches!(effects[..], [Effect::FetchToken { .. }]));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "an event lives for one step")]
pub enum Event {
    /// The host asks for a handler ahead of the click.
    Prepare,
    /// The host changes the purpose of the flow, for instance to repair an Item.
    Change {
        /// The new purpose.
        purpose: Purpose,
    },
    /// The user opens Link for the flow's own purpose.
    Open {
        /// The current time.
        now: Millis,
    },
    /// The user opens Link for another purpose, and for one visit: to repair an Item, for instance.
    OpenFor {
        /// The purpose of the visit.
        purpose: Purpose,
        /// The current time.
        now: Millis,
    },
    /// The host closes Link.
    Close {
        /// Close at once, without asking the user.
        force: bool,
    },
    /// The user retries what failed.
    Retry {
        /// The current time.
        now: Millis,
    },
    /// The host clears the outcome of the last visit.
    Dismiss,
    /// The browser is back online.
    Online {
        /// The current time.
        now: Millis,
    },

    /// The backend made a Link token.
    TokenGranted {
        /// The attempt of the request.
        attempt: Attempt,
        /// The token.
        link_token: LinkToken,
        /// The remaining lifetime in milliseconds.
        lifetime: Millis,
        /// The current time.
        now: Millis,
    },
    /// The backend made no Link token.
    TokenRefused {
        /// The attempt of the request.
        attempt: Attempt,
        /// The reason.
        failure: Failure,
    },
    /// The Link token is about to expire, unused.
    TokenExpired {
        /// The attempt that the token belongs to.
        attempt: Attempt,
    },
    /// The handler was created.
    HandlerCreated {
        /// The attempt that created the handler.
        attempt: Attempt,
    },
    /// The script or the frame did not load, or Link refused to create or to open.
    HandlerFailed {
        /// The attempt that created the handler.
        attempt: Attempt,
        /// The reason.
        failure: Failure,
    },

    /// Link's `onSuccess`.
    Succeeded {
        /// The attempt that created the handler.
        attempt: Attempt,
        /// The arguments of `onSuccess`, with the purpose of the handler.
        success: Success,
    },
    /// Link's `onExit`.
    Exited {
        /// The attempt that created the handler.
        attempt: Attempt,
        /// The arguments of `onExit`.
        exit: Exit,
    },

    /// The backend accepted a success.
    Acknowledged {
        /// The success that was submitted.
        success: SuccessId,
        /// The backend's answer.
        submitted: Submitted,
    },
    /// The backend refused a success, or could not be reached.
    SubmitFailed {
        /// The success that was submitted.
        success: SuccessId,
        /// The reason.
        failure: Failure,
    },
    /// The delay before the next submission is over.
    ResendDue {
        /// The success to submit again.
        success: SuccessId,
        /// The current time.
        now: Millis,
    },

    /// An earlier page kept a success that the backend has not acknowledged.
    Restored(Success),
    /// An earlier page kept a success that can no longer be submitted.
    RestoreFailed(OutboxError),
    /// A bank redirected the user to this page.
    Return,
    /// The record of the visit was found.
    Resumed {
        /// The record that was kept when Link opened.
        record: ResumeRecord,
        /// The whole redirect URI, unchanged.
        redirect_uri: String,
    },
    /// The visit cannot be resumed.
    ResumeFailed(ResumeError),
}

/// The backend's answer to a submitted success.
///
/// ```
/// use link_flow::{Event, Submitted, SuccessId};
///
/// let event = Event::Acknowledged {
///     success: SuccessId(0),
///     submitted: Submitted::Duplicate("item-7".into()),
/// };
/// # let _ = event;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// A new Item, or the one that an earlier submission made.
    Linked(ItemId),
    /// The repaired Item, in update mode.
    Repaired(ItemId),
    /// The Item of a login that is connected already. Nothing was exchanged.
    Duplicate(ItemId),
}
