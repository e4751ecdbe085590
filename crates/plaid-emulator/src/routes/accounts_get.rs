//! `/accounts/get`: the shared accounts with cached balances.

use plaid_types::{Account, PlaidError};
use serde_json::{Value, json};

use super::{
    endpoint::{Body, Endpoint},
    field::{Kind, optional, required},
    shape,
};
use crate::{error::plaid_error, state::AppState};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/accounts/get",
    fields: &[
        required("access_token", Kind::FilledText),
        optional(
            "options",
            Kind::Object(&[optional("account_ids", Kind::List(&Kind::Text))]),
        ),
    ],
    answer: accounts,
};

/// Returns the shared accounts: all, or those in `options.account_ids`.
pub(super) fn accounts(app: &AppState, body: &Body) -> Result<Value, PlaidError> {
    let item = app.world.healthy_item_of(body.text("access_token"))?;
    let options = body.object("options");
    let accounts: Vec<&Account> = if options.has("account_ids") {
        options
            .texts("account_ids")
            .iter()
            .map(|id| {
                item.shared_accounts()
                    .find(|account| account.account_id.as_str() == id)
                    .ok_or_else(|| plaid_error("INVALID_ACCOUNT_ID"))
            })
            .collect::<Result<_, _>>()?
    } else {
        item.shared_accounts().collect()
    };
    Ok(json!({ "accounts": accounts, "item": shape::item(&app.world, &item) }))
}
