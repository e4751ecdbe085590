//! The state of a flow.

use plaid_types::LinkToken;

use crate::failure::Failure;
use crate::outbox::{Success, Unsent};
use crate::outcome::Outcome;
use crate::purpose::Purpose;
use crate::token::Token;

/// Where a Link flow stands.
///
/// The handler and the outbox are apart: a success on its way to the backend must not hinder the next visit
/// to Link, nor be lost by it.
///
/// ```
/// use link_flow::{Event, Stage, State, step};
///
/// let (state, _effects) = step(State::default(), Event::Prepare);
/// assert_eq!(state.stage(), Stage::Preparing { open_when_ready: false });
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What the flow is for at present.
    pub purpose: Purpose,
    /// What it is for again, once a visit for something else is over.
    pub usual: Purpose,
    /// The newest preparation; an answer to an older one is late and changes nothing.
    pub attempt: Attempt,
    /// How far the handler is.
    pub handler: HandlerState,
    /// Successes that the backend has not acknowledged yet.
    pub outbox: Vec<Unsent>,
    /// How the last visit ended.
    pub outcome: Option<Outcome>,
    /// Link tokens that Link refused in a row.
    pub refused_tokens: u8,
    /// Counts the outcomes: a change of it is a change of `outcome`.
    pub outcomes: u32,
    /// Counts successes, to tell them apart.
    pub(crate) successes: u32,
    /// The last success that left the outbox, should Link tell of it once more.
    pub(crate) delivered: Option<Success>,
}

/// Numbers the preparations of a handler.
///
/// ```
/// use link_flow::{Attempt, Event, State, step};
///
/// // An answer to what was never asked changes nothing.
/// let late = Event::HandlerCreated { attempt: Attempt(7) };
/// assert_eq!(step(State::default(), late).0, State::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt(pub u32);

/// How far the handler is.
///
/// ```
/// use link_flow::{HandlerState, State};
///
/// assert_eq!(State::default().handler, HandlerState::Absent);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum HandlerState {
    /// Nothing has been asked for.
    #[default]
    Absent,
    /// The backend is making a Link token.
    FetchingToken {
        /// The user has clicked already.
        open_when_ready: bool,
    },
    /// The script loads, and Link prepares itself with the token.
    Creating {
        /// The token it is created with.
        token: Token,
        /// The user has clicked already.
        open_when_ready: bool,
    },
    /// A click opens at once.
    Ready(Token),
    /// Link is on the screen.
    Open(Token),
    /// It could not be prepared.
    Failed {
        /// Why.
        failure: Failure,
        /// The user had clicked already.
        open_when_ready: bool,
        /// The way back from a bank that was under way: trying again goes on there.
        resumed: Option<Token>,
    },
    /// Back from a bank: it is being found out who is, and with which token.
    Returning,
}

/// One word for where a flow stands, for whoever shows it.
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
    /// Nothing has happened.
    Idle,
    /// The handler is being prepared.
    Preparing {
        /// The user has clicked already, and waits.
        open_when_ready: bool,
    },
    /// A click opens at once.
    Ready,
    /// Link is on the screen.
    Open,
    /// The backend is being told of a success.
    Submitting,
    /// The backend could not be told of a success yet; it will be tried again.
    Unsent(Failure),
    /// The handler could not be prepared.
    Failed(Failure),
}

impl Stage {
    /// Why it failed, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Unsent(failure) | Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

impl State {
    /// A flow for something else than a new Item.
    #[must_use]
    pub fn new(purpose: Purpose) -> Self {
        Self {
            usual: purpose.clone(),
            purpose,
            ..Self::default()
        }
    }

    /// Whether a host that keeps a handler ready should say `Prepare` now: there is none, and nothing stands
    /// in the way of one.
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

    /// The Link token that a [`ResumeRecord`](crate::ResumeRecord) is kept of: Link is open with it, or is about to go on
    /// with it after a bank's redirect.
    #[must_use]
    pub fn resumable(&self) -> Option<&LinkToken> {
        let is_open = matches!(self.handler, HandlerState::Open(_));
        let token = self.token()?;
        (is_open || token.redirect_uri.is_some()).then_some(&token.link_token)
    }

    /// Where the flow stands, the most pressing first.
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
