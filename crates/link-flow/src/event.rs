use plaid_types::{ItemId, LinkToken};

use crate::failure::Failure;
use crate::outbox::{OutboxError, Success, SuccessId};
use crate::outcome::Exit;
use crate::purpose::Purpose;
use crate::resume::{ResumeError, ResumeRecord};
use crate::state::Attempt;
use crate::token::Millis;

/// What can happen. Every event has a defined result in every state.
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
    /// The host wants a handler ready ahead of the click.
    Prepare,
    /// The host wants something else of the same flow, such as an Item repaired instead of a new one.
    Change {
        /// What it is for from now on.
        purpose: Purpose,
    },
    /// The user wants Link open, for what the flow is usually for.
    Open {
        /// The time.
        now: Millis,
    },
    /// The user wants Link open for this, and for this visit only: an Item repaired, say.
    OpenFor {
        /// What the visit is for.
        purpose: Purpose,
        /// The time.
        now: Millis,
    },
    /// The host wants Link closed.
    Close {
        /// At once, without asking the user.
        force: bool,
    },
    /// The user wants what failed tried again.
    Retry {
        /// The time.
        now: Millis,
    },
    /// The user knows how the last visit ended.
    Dismiss,
    /// The browser is back online.
    Online {
        /// The time.
        now: Millis,
    },

    /// The backend made a Link token.
    TokenGranted {
        /// What was asked for.
        attempt: Attempt,
        /// The token.
        link_token: LinkToken,
        /// Milliseconds it has left.
        lifetime: Millis,
        /// The time.
        now: Millis,
    },
    /// The backend made no Link token.
    TokenRefused {
        /// What was asked for.
        attempt: Attempt,
        /// Why.
        failure: Failure,
    },
    /// The Link token is about to expire, unused.
    TokenExpired {
        /// Whose token.
        attempt: Attempt,
    },
    /// The handler is there.
    HandlerCreated {
        /// Which.
        attempt: Attempt,
    },
    /// The script did not load, or Link refused to create or to open.
    HandlerFailed {
        /// Which.
        attempt: Attempt,
        /// Why.
        failure: Failure,
    },

    /// Link's `onSuccess`.
    Succeeded {
        /// Whose.
        attempt: Attempt,
        /// What it said, and what the handler was created for.
        success: Success,
    },
    /// Link's `onExit`.
    Exited {
        /// Whose.
        attempt: Attempt,
        /// What it said.
        exit: Exit,
    },

    /// The backend has dealt with a success.
    Acknowledged {
        /// Which.
        success: SuccessId,
        /// How.
        submitted: Submitted,
    },
    /// The backend could not be told of a success, or refused it.
    SubmitFailed {
        /// Which.
        success: SuccessId,
        /// Why.
        failure: Failure,
    },
    /// It is time to tell the backend once more.
    ResendDue {
        /// Of which success.
        success: SuccessId,
        /// The time.
        now: Millis,
    },

    /// An earlier page left a success behind that the backend never acknowledged.
    Restored(Success),
    /// An earlier page left a success behind that is of no use any more.
    RestoreFailed(OutboxError),
    /// This is the page of the redirect URI: a bank has brought the user back.
    Return,
    /// The visit to the bank is known.
    Resumed {
        /// What was kept when Link opened.
        record: ResumeRecord,
        /// The whole address, untouched.
        redirect_uri: String,
    },
    /// Link cannot go on after the bank.
    ResumeFailed(ResumeError),
}

/// How the backend dealt with a success.
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
    /// There is a new Item, or the one that an earlier try made.
    Linked(ItemId),
    /// Update mode: the Item works again.
    Repaired(ItemId),
    /// The login is connected already, as this Item; nothing was exchanged.
    Duplicate(ItemId),
}
