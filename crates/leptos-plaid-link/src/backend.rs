use std::future::Future;

use link_flow::{Failure, Purpose, Submitted, Success};
use plaid_types::LinkToken;

/// What [`use_link_flow`](crate::use_link_flow()) asks of the app's own backend: three questions.
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
    /// Who is signed in, as an opaque name: what is kept in the browser is bound to it.
    fn user(&self) -> impl Future<Output = Result<String, Failure>>;

    /// Makes a Link token.
    fn create_link_token(
        &self,
        purpose: Purpose,
    ) -> impl Future<Output = Result<LinkTokenGrant, Failure>>;

    /// Takes over what Link's `onSuccess` gave. May be called again with the same success until it answers,
    /// and must then answer the same.
    fn submit(&self, success: Success) -> impl Future<Output = Result<Submitted, Failure>>;
}

/// A Link token and how long it lives.
///
/// ```
/// use leptos_plaid_link::LinkTokenGrant;
///
/// let grant = LinkTokenGrant { link_token: "link-sandbox-1".into(), lifetime_seconds: 14_400 };
/// # let _ = grant;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTokenGrant {
    /// Opens Link.
    pub link_token: LinkToken,
    /// Seconds left by the backend's clock when it answered.
    pub lifetime_seconds: u32,
}
