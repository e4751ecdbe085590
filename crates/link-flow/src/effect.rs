//! The effects that a shell carries out.

use plaid_types::LinkToken;

use crate::outbox::{Success, SuccessId};
use crate::purpose::Purpose;
use crate::state::Attempt;
use crate::token::Millis;

/// An effect for the shell to carry out. The shell reports the result as an event. The order of effects counts.
///
/// ```
/// use link_flow::{Effect, Event, State, step};
///
/// for effect in step(State::default(), Event::Prepare).1 {
///     match effect {
///         Effect::FetchToken { attempt, purpose } => { /* ask the backend, answer with `attempt` */ }
///         _ => {}
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the backend for a Link token; answer `TokenGranted` or `TokenRefused`.
    FetchToken {
        /// Named in the answer.
        attempt: Attempt,
        /// The purpose of the token.
        purpose: Purpose,
    },
    /// Load the script and create a handler; answer `HandlerCreated` or `HandlerFailed`.
    CreateHandler {
        /// Named in the answer and in every event of the handler.
        attempt: Attempt,
        /// Named in its success.
        purpose: Purpose,
        /// The token to create it with.
        link_token: LinkToken,
        /// The whole redirect URI, after a bank's redirect only.
        received_redirect_uri: Option<String>,
    },
    /// Open the handler; answer `HandlerFailed` if Link throws, or if its frame does not load in time.
    OpenHandler {
        /// The attempt that created the handler.
        attempt: Attempt,
    },
    /// Close the handler that is open.
    ExitHandler {
        /// Close at once, without asking the user.
        force: bool,
    },
    /// Drop the handler.
    DestroyHandler,
    /// Set a timer; answer `TokenExpired`.
    ExpireAt {
        /// Named in the event.
        attempt: Attempt,
        /// The time of the event.
        at: Millis,
    },
    /// Keep a `ResumeRecord`, to continue after a bank's redirect.
    KeepResume {
        /// The token that Link is opened with.
        link_token: LinkToken,
        /// The time when it expires.
        expires_at: Millis,
        /// The purpose of the visit.
        purpose: Purpose,
    },
    /// Remove the `ResumeRecord` of a token.
    ForgetResume {
        /// The token of the record.
        link_token: LinkToken,
    },
    /// Ask for the signed-in user and read the kept `ResumeRecord`; answer `Resumed` or `ResumeFailed`.
    ReadResume,
    /// Keep an `OutboxRecord` of a success, which survives reloads and crashes.
    KeepSuccess(Success),
    /// Submit a success to the backend; answer `Acknowledged` or `SubmitFailed`.
    Submit {
        /// Named in the answer.
        id: SuccessId,
        /// The success to submit.
        success: Success,
    },
    /// Set a timer; answer `ResendDue`.
    ResendAfter {
        /// Named in the event.
        id: SuccessId,
        /// The delay in milliseconds.
        delay: Millis,
    },
    /// Remove the `OutboxRecord` of a success.
    ForgetSuccess(Success),
}
