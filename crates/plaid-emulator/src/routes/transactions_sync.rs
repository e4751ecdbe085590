//! `/transactions/sync`: the changes of transactions after a cursor.

use plaid_types::PlaidError;
use serde_json::{Value, json};

use super::{
    endpoint::{Body, Endpoint},
    field::{Kind, optional, required},
    shape,
};
use crate::{
    state::AppState,
    world::{Change, Update},
};

/// The default page size.
const COUNT: usize = 100;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/transactions/sync",
    fields: &[
        required("access_token", Kind::FilledText),
        optional("cursor", Kind::Text),
        optional("count", Kind::Integer(1, 500)),
        optional(
            "options",
            Kind::Object(&[
                optional("include_original_description", Kind::Flag),
                optional("include_personal_finance_category", Kind::Flag),
                optional(
                    "personal_finance_category_version",
                    Kind::OneOf(&["v1", "v2"]),
                ),
                optional("days_requested", Kind::Integer(1, 730)),
                optional("account_id", Kind::Text),
            ]),
        ),
    ],
    answer,
};

fn answer(app: &AppState, body: &Body) -> Result<Value, PlaidError> {
    let count = if body.has("count") {
        body.integer("count")
    } else {
        COUNT
    };
    let sync = app
        .world
        .sync(body.text("access_token"), body.text("cursor"), count)?;
    let options = body.object("options");
    let account = options.optional_text("account_id");
    let is_selected = |id: &str| account.as_deref().is_none_or(|account| account == id);
    let (mut added, mut modified, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for change in &sync.page.changes {
        match change {
            Change::Added(transaction) if is_selected(transaction.account_id.as_str()) => {
                added.push(shape::transaction(transaction));
            }
            Change::Modified(transaction) if is_selected(transaction.account_id.as_str()) => {
                modified.push(shape::transaction(transaction));
            }
            Change::Removed { id, account_id } if is_selected(account_id.as_str()) => {
                removed.push(json!({ "transaction_id": id, "account_id": account_id }));
            }
            Change::Added(_) | Change::Modified(_) | Change::Removed { .. } => {}
        }
    }
    Ok(json!({
        "transactions_update_status": match sync.update {
            None => "NOT_READY",
            Some(Update::Initial) => "INITIAL_UPDATE_COMPLETE",
            Some(Update::Historical) => "HISTORICAL_UPDATE_COMPLETE",
        },
        "accounts": sync.accounts,
        "added": added,
        "modified": modified,
        "removed": removed,
        "next_cursor": sync.page.next_cursor,
        "has_more": sync.page.has_more,
    }))
}
