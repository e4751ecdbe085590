use json_struct::Object;
use plaid_types::{ItemId, LinkToken};

use crate::failure::Failure;
use crate::outbox::{Success, Unsent};

/// Milliseconds since 1970 by the browser's clock.
///
/// ```
/// let half_a_minute: link_flow::Millis = 30_000;
/// # let _ = half_a_minute;
/// ```
pub type Millis = u64;

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

/// What a flow is for.
///
/// ```
/// use link_flow::{Purpose, State};
///
/// let repair = Purpose::Update { item_id: "item-1".into(), account_selection: false };
/// assert_eq!(State::new(repair.clone()).purpose, repair);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To connect a new Item.
    #[default]
    NewItem,
    /// To repair an Item, or to change what it shares: update mode. Nothing is exchanged.
    Update {
        /// The Item.
        item_id: ItemId,
        /// Whether the user chooses accounts anew.
        account_selection: bool,
    },
}

impl Purpose {
    pub(crate) fn into_parts(self) -> (Option<ItemId>, bool) {
        match self {
            Self::NewItem => (None, false),
            Self::Update {
                item_id,
                account_selection,
            } => (Some(item_id), account_selection),
        }
    }

    pub(crate) fn from_parts(item_id: Option<ItemId>, account_selection: bool) -> Self {
        match item_id {
            Some(item_id) => Self::Update {
                item_id,
                account_selection,
            },
            None => Self::NewItem,
        }
    }
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

/// A Link token and when it ends.
///
/// ```
/// use link_flow::{Attempt, Event, HandlerState, State, step};
///
/// let (state, _) = step(State::default(), Event::Prepare);
/// let granted = Event::TokenGranted {
///     attempt: Attempt(1), link_token: "link-1".into(), lifetime: 14_400_000, now: 0,
/// };
/// let HandlerState::Creating { token, .. } = step(state, granted).0.handler else { panic!() };
/// assert_eq!((token.renew_at, token.expires_at), (14_280_000, 14_400_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Opens Link.
    pub link_token: LinkToken,
    /// By the browser's clock, reckoned from the lifetime that the backend told.
    pub expires_at: Millis,
    /// Too late to open with it: a visit to Link takes its time.
    pub renew_at: Millis,
    /// The whole address that a bank redirected to, if it came back from one: then it is good for this one visit only.
    pub redirect_uri: Option<String>,
}

/// A token with less than this left is not opened with.
const EXPIRY_MARGIN: Millis = 2 * 60 * 1000;

impl Token {
    /// None if it is too late to open with it already.
    pub(crate) fn fresh(link_token: LinkToken, lifetime: Millis, now: Millis) -> Option<Self> {
        let expires_at = now.saturating_add(lifetime);
        // A token that lives less than twice the margin is renewed at half its life.
        let renew_at = expires_at
            .saturating_sub(EXPIRY_MARGIN)
            .max(now.saturating_add(lifetime / 2));
        (lifetime >= EXPIRY_MARGIN).then_some(Self {
            link_token,
            expires_at,
            renew_at,
            redirect_uri: None,
        })
    }

    pub(crate) fn resumed(link_token: LinkToken, expires_at: Millis, redirect_uri: String) -> Self {
        Self {
            link_token,
            expires_at,
            renew_at: expires_at,
            redirect_uri: Some(redirect_uri),
        }
    }
}

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

/// How a visit to Link ended.
///
/// ```
/// use link_flow::Outcome;
///
/// fn is_news(outcome: &Outcome) -> bool {
///     matches!(outcome, Outcome::Linked(_) | Outcome::Repaired(_))
/// }
/// assert!(is_news(&Outcome::Linked("item-1".into())));
/// ```
#[allow(
    clippy::large_enum_variant,
    reason = "there is one of it, and a box would burden every reader"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The backend has the Item.
    Linked(ItemId),
    /// The Item works again.
    Repaired(ItemId),
    /// The same login is connected already, as this Item; nothing was exchanged.
    Duplicate(ItemId),
    /// Link succeeded, but made no Item, as in identity verification.
    Finished,
    /// The user left.
    Left(Exit),
    /// Link succeeded, but the backend can do nothing with the result; only a new visit helps.
    Lost(Failure),
}

/// What Link said when the user left, as Link said it: [`LinkError::from`](plaid_types::link::LinkError) and
/// [`ExitMetadata::from`](plaid_types::link::ExitMetadata) read the whole of it.
///
/// ```
/// use link_flow::Exit;
/// use plaid_types::json::Object;
///
/// let error = Object::from_iter([("error_code".to_owned(), "ITEM_LOCKED".into())]);
/// let exit = Exit { error: Some(error), ..Exit::default() };
/// assert_eq!(exit.error_code(), Some("ITEM_LOCKED"));
/// assert_eq!(exit.status(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exit {
    /// What the visit was for.
    pub purpose: Purpose,
    /// The last error that the user met, if any.
    pub error: Option<Object>,
    /// Where the user was.
    pub metadata: Object,
}

impl Exit {
    /// What went wrong, such as `INVALID_LINK_TOKEN`, if anything did.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error.as_ref()?.get("error_code")?.as_str()
    }

    /// Plaid's words for users, where it has some.
    #[must_use]
    pub fn display_message(&self) -> Option<&str> {
        let told = self.error.as_ref()?.get("display_message")?.as_str();
        told.filter(|told| !told.is_empty())
    }

    /// Where the user was, such as `requires_credentials`; see [`ExitStatus`](plaid_types::link::ExitStatus).
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.metadata.get("status")?.as_str()
    }

    /// What Plaid's support finds the visit by.
    #[must_use]
    pub fn link_session_id(&self) -> Option<&str> {
        self.metadata.get("link_session_id")?.as_str()
    }

    /// What Plaid's support finds Link's last request by.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.metadata.get("request_id")?.as_str()
    }
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
