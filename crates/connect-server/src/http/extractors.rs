//! What handlers take from a request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use plaid_types::ItemId;

use super::client_address::ClientAddress;
use crate::auth::Identity;
use crate::error::{Error, Result};
use crate::state::AppState;
use crate::user::UserId;

/// The user who sends the request, also a visitor of whom nothing is stored yet. Everyone else gets 401.
#[derive(Clone, Debug)]
pub(crate) struct User(pub(crate) UserId);

impl FromRequestParts<Arc<AppState>> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self> {
        match state.auth.identify(&parts.headers).await? {
            Identity::User(user) | Identity::Visitor(user) => Ok(Self(user)),
            Identity::Unknown | Identity::SignedOut => Err(Error::SignedOut),
        }
    }
}

/// The user, unless the user or the address sends too many requests. For handlers that call Plaid.
#[derive(Clone, Debug)]
pub(crate) struct RateLimitedUser(pub(crate) UserId);

impl FromRequestParts<Arc<AppState>> for RateLimitedUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self> {
        let User(user) = User::from_request_parts(parts, state).await?;
        let checked = state.rate_limits.plaid_requests.check(&user);
        checked.map_err(Error::RateLimited)?;
        if let Some(ClientAddress(Some(address))) = parts.extensions.get() {
            let checked = state.rate_limits.plaid_requests_of_address.check(address);
            checked.map_err(Error::RateLimited)?;
        }
        Ok(Self(user))
    }
}

/// The same, for handlers that store something: before they do, they [`register`](Self::register) the user.
#[derive(Clone, Debug)]
pub(crate) struct StoringUser {
    pub(crate) user: UserId,
    headers: HeaderMap,
}

impl FromRequestParts<Arc<AppState>> for StoringUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self> {
        let RateLimitedUser(user) = RateLimitedUser::from_request_parts(parts, state).await?;
        let headers = parts.headers.clone();
        if let Identity::Visitor(_) = state.auth.identify(&headers).await?
            && let Some(ClientAddress(Some(address))) = parts.extensions.get()
        {
            let checked = state.rate_limits.new_users.check(address);
            checked.map_err(Error::RateLimited)?;
        }
        Ok(Self { user, headers })
    }
}

impl StoringUser {
    /// Stores a visitor as a user.
    pub(crate) async fn register(self, state: &AppState) -> Result<UserId> {
        if let Identity::Visitor(visitor) = state.auth.identify(&self.headers).await? {
            state.auth.register(&self.headers, &visitor).await?;
        }
        Ok(self.user)
    }
}

/// The Item that the path names; 404 for a name that cannot be an Item's.
#[derive(Clone, Debug)]
pub(crate) struct ItemPath(pub(crate) ItemId);

impl<S: Send + Sync> FromRequestParts<S> for ItemPath {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Error::NotFound)?;
        Ok(Self(ItemId::new(id)))
    }
}
