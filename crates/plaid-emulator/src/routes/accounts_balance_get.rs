//! `/accounts/balance/get`: the shared accounts with current balances.

use plaid_types::PlaidError;
use serde_json::Value;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    accounts_get::accounts,
    endpoint::{Body, Endpoint},
    field::{Kind, optional, required},
};
use crate::{
    error::{plaid_error, plaid_error_with_message},
    state::AppState,
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/accounts/balance/get",
    fields: &[
        required("access_token", Kind::FilledText),
        optional(
            "options",
            Kind::Object(&[
                optional("account_ids", Kind::List(&Kind::Text)),
                optional("min_last_updated_datetime", Kind::Text),
            ]),
        ),
    ],
    answer,
};

/// The institution that has no current balances of other accounts than deposits.
const CAPITAL_ONE: &str = "ins_128026";

/// The age of those balances.
const AGE: Duration = Duration::hours(6);

fn answer(app: &AppState, body: &Body) -> Result<Value, PlaidError> {
    let answer = accounts(app, body)?;
    let is_current = |account: &Value| account["type"] == "depository";
    let has_older = answer["accounts"]
        .as_array()
        .is_some_and(|all| !all.iter().all(is_current));
    if answer["item"]["institution_id"] == CAPITAL_ONE && has_older {
        check_oldest(app, &body.object("options"))?;
    }
    Ok(answer)
}

fn check_oldest(app: &AppState, options: &Body) -> Result<(), PlaidError> {
    let oldest = options.text("min_last_updated_datetime");
    let Ok(oldest) = OffsetDateTime::parse(oldest, &Rfc3339) else {
        let message = "min_last_updated_datetime must be an ISO 8601 time for this institution";
        return Err(plaid_error_with_message("INVALID_FIELD", message));
    };
    if app.clock.now() - AGE < oldest {
        return Err(plaid_error("LAST_UPDATED_DATETIME_OUT_OF_RANGE"));
    }
    Ok(())
}
