//! Rows that several promises need.

use connect_api::Item;
use connect_server::store::{Claim, ClaimRequest, LostToken, Store};
use connect_server::{Digest, Timestamp, UserId};
use plaid_types::{InstitutionId, PlaidError};
use serde_json::json;

/// The first moment of a month such as `2026-02`.
pub(crate) fn at(month: &str) -> Timestamp {
    format!("{month}-01T00:00:00Z").parse().expect("a time")
}

/// A user with a session that does not expire.
pub(crate) async fn user(store: &dyn Store, name: &str) -> UserId {
    let user = UserId::new(name.to_owned());
    store
        .create_session(&Digest::of(name), &user, at("9999-01"))
        .await
        .expect("a session");
    user
}

/// Claims a public token in one month, until another.
pub(crate) async fn claim(
    store: &dyn Store,
    user: &UserId,
    token: &Digest,
    now: &str,
    expires_at: &str,
) -> Claim {
    store
        .claim(user, &claim_request(token, now, expires_at))
        .await
        .expect("a claim")
}

pub(crate) fn claim_request(token: &Digest, now: &str, expires_at: &str) -> ClaimRequest<'static> {
    ClaimRequest {
        public_token: *token,
        sealed_request: b"request",
        now: at(now),
        expires_at: at(expires_at),
    }
}

/// A token that is lost or has expired, with an orphan at an institution that is removable from February.
pub(crate) fn lost(user: &UserId, token: &Digest, institution: Option<&str>) -> LostToken {
    LostToken {
        user: user.clone(),
        public_token: *token,
        orphan_institution: institution.map(InstitutionId::from),
        removable_from: at("2026-02"),
    }
}

/// Saves an Item for a user, with its id as its access token.
pub(crate) async fn add_item(store: &dyn Store, user: &UserId, id: &str) -> Item {
    let (item, token) = (item(id), Digest::of(format!("public-{id}")));
    claim(store, user, &token, "2026-01", "2026-01").await;
    store
        .add_item(user, &token, &item, id.as_bytes(), None)
        .await
        .expect("an Item");
    item
}

/// Plaid's error for a withdrawn consent.
pub(crate) fn revoked() -> PlaidError {
    serde_json::from_value(json!({
        "error_type": "ITEM_ERROR", "error_code": "USER_PERMISSION_REVOKED", "error_message": "",
        "display_message": null,
    }))
    .expect("an error")
}

pub(crate) fn item(id: &str) -> Item {
    serde_json::from_value(json!({
        "id": id, "institution_id": "ins_1", "institution_name": "First <b>Platypus</b> Bank",
        "institution_color": "#004966", "status": "healthy", "error": null,
        "accounts": [{ "account_id": "a", "name": "Checking", "mask": "0000", "type": "alchemy",
            "balances": { "current": 23631.9805, "available": null } }],
        "created_at": "2026-01-01T00:00:00.000Z", "refreshed_at": "2026-01-01T00:00:00.000Z",
    }))
    .expect("an Item")
}
