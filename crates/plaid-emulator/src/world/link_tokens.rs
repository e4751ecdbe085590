//! The operations on Link tokens.

use std::sync::Arc;

use plaid_types::{ItemId, LinkToken, PlaidError};

use super::{
    link_token::{LinkTokenRecord, LinkTokenRequest},
    state::World,
};
use crate::error::plaid_error;

impl World {
    /// Creates a Link token; `item` is the Item to repair, in update mode.
    pub(crate) fn create_link_token(
        &self,
        request: LinkTokenRequest,
        item: Option<ItemId>,
    ) -> Arc<LinkTokenRecord> {
        let lifetime = request.lifetime(item.is_some());
        let now = self.clock.now();
        let mut state = self.state();
        let record = Arc::new(LinkTokenRecord {
            link_token: LinkToken::new(state.ids.token("link")),
            created_at: now,
            expires_at: now + lifetime,
            item,
            request,
        });
        state.link_tokens.add(Arc::clone(&record));
        record
    }

    /// Returns the record of a Link token that is valid.
    ///
    /// # Errors
    /// `INVALID_LINK_TOKEN` when it is unknown or expired.
    pub(crate) fn link_token(&self, token: &str) -> Result<Arc<LinkTokenRecord>, PlaidError> {
        self.any_link_token(token)
            .filter(|record| self.clock.now() < record.expires_at)
            .ok_or_else(|| plaid_error("INVALID_LINK_TOKEN"))
    }

    /// Returns the record of a Link token, expired or not.
    pub(crate) fn any_link_token(&self, token: &str) -> Option<Arc<LinkTokenRecord>> {
        self.state()
            .link_tokens
            .get(&LinkToken::from(token))
            .cloned()
    }
}
