//! A public token's record.

use plaid_types::ItemId;
use time::OffsetDateTime;

#[derive(Debug)]
pub(super) struct PublicTokenRecord {
    pub(super) item_id: ItemId,
    pub(super) expires_at: OffsetDateTime,
    pub(super) exchangeable: bool,
    /// The access token of the last exchange, if it can be exchanged again.
    pub(super) exchanged: Option<String>,
}
