//! What handlers take from a request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use plaid_types::ItemId;

use crate::error::{Error, Result};
use crate::state::AppState;
use crate::user::UserId;

/// The user who is signed in; everyone else gets 401.
#[derive(Clone, Debug)]
pub(crate) struct User(pub(crate) UserId);

impl FromRequestParts<Arc<AppState>> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self> {
        let user = state.auth.user(&parts.headers).await?;
        user.map(Self).ok_or(Error::SignedOut)
    }
}

/// The user who is signed in, unless the user sends too many requests. For handlers that call Plaid.
#[derive(Clone, Debug)]
pub(crate) struct RateLimitedUser(pub(crate) UserId);

impl FromRequestParts<Arc<AppState>> for RateLimitedUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self> {
        let User(user) = User::from_request_parts(parts, state).await?;
        let checked = state.rate_limit.check(&user);
        checked.map_err(Error::RateLimited)?;
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
