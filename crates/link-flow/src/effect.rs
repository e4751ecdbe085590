//! What a shell is to do.

use plaid_types::LinkToken;

use crate::outbox::{Success, SuccessId};
use crate::purpose::Purpose;
use crate::state::Attempt;
use crate::token::Millis;

/// What is to be done now, in this order. The machine decides; a shell carries out and answers with events.
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
        /// To be named in the answer.
        attempt: Attempt,
        /// What it is for.
        purpose: Purpose,
    },
    /// Load the script and create a handler; answer `HandlerCreated` or `HandlerFailed`.
    CreateHandler {
        /// To be named in the answer and in all that the handler says.
        attempt: Attempt,
        /// To be named in its success.
        purpose: Purpose,
        /// The token.
        link_token: LinkToken,
        /// The whole address that a bank redirected to, only on the way back.
        received_redirect_uri: Option<String>,
    },
    /// Open the handler; answer `HandlerFailed` if Link throws.
    OpenHandler {
        /// Which.
        attempt: Attempt,
    },
    /// Close the handler that is open.
    ExitHandler {
        /// At once.
        force: bool,
    },
    /// Drop the handler.
    DestroyHandler,
    /// Say `TokenExpired` at this time.
    ExpireAt {
        /// To be named in the event.
        attempt: Attempt,
        /// The time.
        at: Millis,
    },
    /// Keep what is needed to go on after a bank's redirect.
    KeepResume {
        /// The token that Link is opened with.
        link_token: LinkToken,
        /// When it ends.
        expires_at: Millis,
        /// What the flow is for.
        purpose: Purpose,
    },
    /// Link will not go on with this token any more.
    ForgetResume {
        /// Which.
        link_token: LinkToken,
    },
    /// Find out who is signed in, and what was kept when Link opened; answer `Resumed` or `ResumeFailed`.
    ReadResume,
    /// Keep a success until the backend has acknowledged it, over reloads and crashes.
    KeepSuccess(Success),
    /// Tell the backend of a success; answer `Acknowledged` or `SubmitFailed`.
    Submit {
        /// To be named in the answer.
        id: SuccessId,
        /// What to tell.
        success: Success,
    },
    /// Say `ResendDue` after this time.
    ResendAfter {
        /// To be named in the event.
        id: SuccessId,
        /// Milliseconds.
        delay: Millis,
    },
    /// The backend has dealt with it: it need not be kept any longer.
    ForgetSuccess(Success),
}
