//! The interface to the app's backend.

use std::future::Future;

use link_flow::{Failure, Purpose, Submitted, Success};
use plaid_types::LinkToken;

/// The requests of [`use_link_flow`](crate::use_link_flow()) to the app's backend.
///
/// ```
/// use leptos_plaid_link::{Failure, LinkBackend, LinkTokenGrant, Purpose, Submitted, Success};
///
/// struct MyBackend;
///
/// impl LinkBackend for MyBackend {
///     async fn user(&self) -> Result<String, Failure> {
///         Ok("user-1".to_owned())
///     }
///     async fn create_link_token(&self, purpose: Purpose) -> Result<LinkTokenGrant, Failure> {
///         // POST to a route that calls /link/token/create
///         # let _ = purpose;
///         Ok(LinkTokenGrant { link_token: "link-sandbox-1".into(), lifetime_seconds: 14_400 })
///     }
///     async fn submit(&self, success: Success) -> Result<Submitted, Failure> {
///         // POST to a route that calls /item/public_token/exchange, or marks the Item repaired
///         # let _ = success;
///         Ok(Submitted::Linked("item-1".into()))
///     }
/// }
/// ```
pub trait LinkBackend: 'static {
    /// Returns the signed-in user as an opaque name. Records in the browser are bound to it.
    fn user(&self) -> impl Future<Output = Result<String, Failure>>;

    /// Creates a Link token.
    fn create_link_token(
        &self,
        purpose: Purpose,
    ) -> impl Future<Output = Result<LinkTokenGrant, Failure>>;

    /// Submits a success of Link. It may be called again with the same success until it has answered, and must then
    /// return the same answer.
    fn submit(&self, success: Success) -> impl Future<Output = Result<Submitted, Failure>>;
}

/// A Link token and its lifetime.
///
/// ```
/// use leptos_plaid_link::LinkTokenGrant;
///
/// let grant = LinkTokenGrant { link_token: "link-sandbox-1".into(), lifetime_seconds: 14_400 };
/// # let _ = grant;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTokenGrant {
    /// The token.
    pub link_token: LinkToken,
    /// The remaining lifetime in seconds when the backend answers.
    pub lifetime_seconds: u32,
}
