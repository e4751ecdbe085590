//! The state of a flow.

use plaid_types::LinkToken;

use crate::failure::Failure;
use crate::outbox::{Success, Unsent};
use crate::outcome::Outcome;
use crate::purpose::Purpose;
use crate::token::Token;

/// The state of a flow.
///
/// The handler and the outbox are separate. A success that is being submitted must neither block the next visit to
/// Link nor be lost by it.
///
/// ```
/// use link_flow::{Event, Stage, State, step};
///
/// let (state, _effects) = step(State::default(), Event::Prepare);
/// assert_eq!(state.stage(), Stage::Preparing { open_when_ready: false });
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The present purpose.
    pub purpose: Purpose,
    /// The flow's own purpose, which is restored after a visit for another one.
    pub usual: Purpose,
    /// The newest attempt to prepare a handler. Answers to older attempts are ignored.
    pub attempt: Attempt,
    /// The state of the handler.
    pub handler: HandlerState,
    /// Successes that the backend has not acknowledged yet.
    pub outbox: Vec<Unsent>,
    /// The end of the last visit.
    pub outcome: Option<Outcome>,
    /// The number of tokens that Link refused in a row.
    pub refused_tokens: u8,
    /// The number of changes of `outcome`.
    pub outcomes: u32,
    /// The number of successes, which is the id of the next one.
    pub(crate) successes: u32,
    /// The last success that left the outbox, in case Link reports it again.
    pub(crate) delivered: Option<Success>,
}

/// The number of an attempt to prepare a handler.
///
/// ```
/// use link_flow::{Attempt, Event, State, step};
///
/// // An answer to an unknown attempt is ignored.
/// let late = Event::HandlerCreated { attempt: Attempt(7) };
/// assert_eq!(step(State::default(), late).0, State::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt(pub u32);

/// The state of the handler.
///
/// ```
/// use link_flow::{HandlerState, State};
///
/// assert_eq!(State::default().handler, HandlerState::Absent);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum HandlerState {
    /// No handler was requested.
    #[default]
    Absent,
    /// The backend creates a Link token.
    FetchingToken {
        /// Whether the user has clicked already.
        open_when_ready: bool,
    },
    /// The script loads and Link creates a handler with the token.
    Creating {
        /// The token of the handler.
        token: Token,
        /// Whether the user has clicked already.
        open_when_ready: bool,
    },
    /// A click opens Link at once.
    Ready(Token),
    /// Link is on the screen.
    Open(Token),
    /// The handler could not be prepared.
    Failed {
        /// The reason.
        failure: Failure,
        /// Whether the user had clicked already.
        open_when_ready: bool,
        /// The token of a visit that was being resumed. A retry resumes it again.
        resumed: Option<Token>,
    },
    /// A bank redirected the user back; the shell looks for the user and the record.
    Returning,
}

/// The stage of a flow, for display.
///
/// ```
/// use link_flow::{Failure, FailureKind, Stage};
///
/// let failure = Failure::new(FailureKind::SignedOut, "401");
/// assert_eq!(Stage::Failed(failure.clone()).failure(), Some(&failure));
/// assert_eq!(Stage::Ready.failure(), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Nothing has happened yet.
    Idle,
    /// The handler is being prepared.
    Preparing {
        /// Whether the user has clicked already, and waits.
        open_when_ready: bool,
    },
    /// A click opens Link at once.
    Ready,
    /// Link is on the screen.
    Open,
    /// A success is being submitted to the backend.
    Submitting,
    /// A submission failed. It is repeated automatically.
    Unsent(Failure),
    /// The handler could not be prepared.
    Failed(Failure),
}

impl Stage {
    /// Returns the failure of the stage, if it is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Unsent(failure) | Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

impl State {
    /// Creates the state of a flow with this purpose.
    #[must_use]
    pub fn new(purpose: Purpose) -> Self {
        Self {
            usual: purpose.clone(),
            purpose,
            ..Self::default()
        }
    }

    /// Returns whether a host that keeps a handler ready should send `Prepare` now.
    #[must_use]
    pub fn wants_handler(&self) -> bool {
        matches!(self.handler, HandlerState::Absent) && self.outbox.is_empty()
    }

    pub(crate) fn token(&self) -> Option<&Token> {
        match &self.handler {
            HandlerState::Creating { token, .. }
            | HandlerState::Ready(token)
            | HandlerState::Open(token)
            | HandlerState::Failed {
                resumed: Some(token),
                ..
            } => Some(token),
            _ => None,
        }
    }

    /// Returns the Link token that has a [`ResumeRecord`](crate::ResumeRecord): Link is open with it, or is about to
    /// continue with it after a bank's redirect.
    #[must_use]
    pub fn resumable(&self) -> Option<&LinkToken> {
        let is_open = matches!(self.handler, HandlerState::Open(_));
        let token = self.token()?;
        (is_open || token.redirect_uri.is_some()).then_some(&token.link_token)
    }

    /// Returns the stage of the flow. An open Link comes first, then the outbox, then the handler.
    #[must_use]
    pub fn stage(&self) -> Stage {
        if let HandlerState::Open(_) = self.handler {
            return Stage::Open;
        }
        if let Some(failure) = self
            .outbox
            .iter()
            .find_map(|unsent| unsent.failure.as_ref())
        {
            return Stage::Unsent(failure.clone());
        }
        if !self.outbox.is_empty() {
            return Stage::Submitting;
        }
        match &self.handler {
            HandlerState::Absent => Stage::Idle,
            HandlerState::FetchingToken { open_when_ready }
            | HandlerState::Creating {
                open_when_ready, ..
            } => Stage::Preparing {
                open_when_ready: *open_when_ready,
            },
            HandlerState::Returning => Stage::Preparing {
                open_when_ready: true,
            },
            HandlerState::Ready(_) => Stage::Ready,
            HandlerState::Open(_) => Stage::Open,
            HandlerState::Failed { failure, .. } => Stage::Failed(failure.clone()),
        }
    }
}
