//! Tests of every endpoint against Plaid's OpenAPI specification.

use serde_json::{Value, json};

use crate::{
    client::{Plaid, link_token_request, text},
    spec::Spec,
};

/// Calls each endpoint with a valid and an invalid body. `Plaid::call` validates the responses.
#[tokio::test]
async fn every_endpoint_answers_as_specified() {
    if Spec::load().is_none() {
        println!(
            "skipped: no OpenAPI specification, neither at PLAID_OPENAPI nor beside the workspace"
        );
        return;
    }
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    plaid.advance(60).await;
    let replaced = plaid.access_token().await;
    let removed = plaid.access_token().await;
    let user = json!({ "client_user_id": "user-1" });
    let user_id = text(&plaid.call("/user/create", user).await.ok()["user_id"]);
    let options = json!({
        "include_optional_metadata": true,
        "include_auth_metadata": true,
        "include_payment_initiation_metadata": true,
    });
    let mut by_id = options.clone();
    by_id["include_status"] = true.into();
    let rows: Vec<(&str, Value)> = vec![
        ("/link/token/create", link_token_request()),
        (
            "/link/token/get",
            json!({ "link_token": plaid.link_token().await }),
        ),
        (
            "/item/public_token/exchange",
            json!({ "public_token": plaid.public_token().await }),
        ),
        ("/item/get", json!({ "access_token": access_token })),
        (
            "/item/remove",
            json!({ "access_token": removed, "reason_code": "OTHER" }),
        ),
        ("/accounts/get", json!({ "access_token": access_token })),
        (
            "/transactions/sync",
            json!({ "access_token": access_token, "count": 500 }),
        ),
        (
            "/item/webhook/update",
            json!({ "access_token": access_token, "webhook": "http://127.0.0.1:9/" }),
        ),
        (
            "/sandbox/item/fire_webhook",
            json!({ "access_token": access_token, "webhook_code": "LOGIN_REPAIRED" }),
        ),
        (
            "/item/access_token/invalidate",
            json!({ "access_token": replaced }),
        ),
        (
            "/accounts/balance/get",
            json!({ "access_token": access_token }),
        ),
        (
            "/institutions/get",
            json!({ "count": 500, "offset": 0, "country_codes": ["US", "GB", "CA"], "options": options }),
        ),
        (
            "/institutions/search",
            json!({ "query": "platypus", "country_codes": ["US"], "products": ["auth"], "options": options }),
        ),
        (
            "/institutions/get_by_id",
            json!({ "institution_id": "ins_109508", "country_codes": ["US"], "options": by_id }),
        ),
        (
            "/sandbox/public_token/create",
            json!({ "institution_id": "ins_109508", "initial_products": ["auth"] }),
        ),
        (
            "/sandbox/item/reset_login",
            json!({ "access_token": access_token }),
        ),
        ("/item/get", json!({ "access_token": access_token })),
        ("/user/create", json!({ "client_user_id": "user-1" })),
        ("/user/items/get", json!({ "user_id": user_id })),
        (
            "/user/items/remove",
            json!({ "user_id": user_id, "item_ids": [] }),
        ),
    ];
    for (path, body) in rows {
        plaid.call(path, body).await.ok();
        assert_eq!(
            plaid.call(path, json!({ "nonsense": 1 })).await.fails(400),
            "MISSING_FIELDS",
            "{path}"
        );
    }
}

/// The validation can fail.
#[test]
#[should_panic(expected = "access_token")]
fn a_response_without_its_fields_is_rejected() {
    match Spec::load() {
        Some(spec) => spec.check_response(
            "/item/public_token/exchange",
            200,
            &json!({ "item_id": "a", "request_id": "b" }),
        ),
        None => panic!("skipped, since there is no specification: access_token"),
    }
}
