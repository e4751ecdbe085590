//! `/accounts/balance/get`: the shared accounts with current balances.

use super::{
    accounts_get::accounts,
    endpoint::Endpoint,
    field::{Kind, optional, required},
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
    answer: accounts,
};
