//! What handlers take from a request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
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

/// The same, stored as a user. For handlers that store something for the user.
#[derive(Clone, Debug)]
pub(crate) struct RegisteredUser(pub(crate) UserId);

impl FromRequestParts<Arc<AppState>> for RegisteredUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self> {
        let RateLimitedUser(user) = RateLimitedUser::from_request_parts(parts, state).await?;
        if let Identity::Visitor(visitor) = state.auth.identify(&parts.headers).await? {
            if let Some(ClientAddress(Some(address))) = parts.extensions.get() {
                let checked = state.rate_limits.new_users.check(address);
                checked.map_err(Error::RateLimited)?;
            }
            state.auth.register(&parts.headers, &visitor).await?;
        }
        Ok(Self(user))
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
