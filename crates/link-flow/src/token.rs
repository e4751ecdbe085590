//! Link tokens and the times that they are good for.

use plaid_types::LinkToken;

/// Milliseconds since 1970 by the browser's clock.
///
/// ```
/// let half_a_minute: link_flow::Millis = 30_000;
/// # let _ = half_a_minute;
/// ```
pub type Millis = u64;

/// A Link token and its expiry.
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
    /// The token itself.
    pub link_token: LinkToken,
    /// The time of expiry by the browser's clock, computed from the lifetime that the backend granted.
    pub expires_at: Millis,
    /// The time from which it is replaced rather than opened with, since a visit takes a while.
    pub renew_at: Millis,
    /// The whole redirect URI, after a bank's redirect. Such a token is good for one visit only.
    pub redirect_uri: Option<String>,
}

/// The remaining lifetime below which a token is not opened with.
const EXPIRY_MARGIN: Millis = 2 * 60 * 1000;

impl Token {
    /// Creates a token from its remaining lifetime. Returns none if that is too short to open with.
    pub(crate) fn fresh(link_token: LinkToken, lifetime: Millis, now: Millis) -> Option<Self> {
        let expires_at = now.saturating_add(lifetime);
        // A token with less than twice the margin is renewed after half of its lifetime.
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

    /// Creates a token for a visit that continues after a bank's redirect.
    pub(crate) fn resumed(link_token: LinkToken, expires_at: Millis, redirect_uri: String) -> Self {
        Self {
            link_token,
            expires_at,
            renew_at: expires_at,
            redirect_uri: Some(redirect_uri),
        }
    }
}
