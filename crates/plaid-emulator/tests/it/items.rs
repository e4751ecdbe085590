//! Tests of Items: exchange, accounts, errors, removal.

use serde_json::{Value, json};

use crate::client::{Plaid, text};

#[tokio::test]
async fn a_public_token_is_exchanged_once() {
    let plaid = Plaid::start().await;
    let public_token = plaid.public_token().await;
    assert!(public_token.starts_with("public-sandbox-"));
    let body = json!({ "public_token": public_token });
    let exchanged = plaid
        .call("/item/public_token/exchange", body.clone())
        .await
        .ok();
    assert!(text(&exchanged["access_token"]).starts_with("access-sandbox-"));
    let item_id = text(&exchanged["item_id"]);
    assert!(
        item_id.len() == 37 && item_id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{item_id}"
    );
    assert_eq!(
        plaid
            .call("/item/public_token/exchange", body)
            .await
            .fails(400),
        "INVALID_PUBLIC_TOKEN"
    );
}

#[tokio::test]
async fn a_public_token_can_be_exchanged_again_if_allowed() {
    let plaid = Plaid::start().await;
    plaid
        .control("public_tokens", json!({ "answer_again": true }))
        .await;
    let body = json!({ "public_token": plaid.public_token().await });
    let exchange = async || {
        plaid
            .call("/item/public_token/exchange", body.clone())
            .await
    };
    assert_eq!(access_tokens(&plaid).await, [0]);
    let (first, second) = (exchange().await.ok(), exchange().await.ok());
    assert_eq!(first["access_token"], second["access_token"]);
    assert_eq!(first["item_id"], second["item_id"]);
    assert_eq!(access_tokens(&plaid).await, [1]);
    plaid.advance(30 * 60).await;
    assert_eq!(exchange().await.fails(400), "INVALID_PUBLIC_TOKEN");

    let removed = json!({ "access_token": first["access_token"] });
    plaid.call("/item/remove", removed).await.ok();
    assert_eq!(access_tokens(&plaid).await, [] as [u64; 0]);
}

/// Returns the number of access tokens of each Item.
async fn access_tokens(plaid: &Plaid) -> Vec<u64> {
    let url = format!("{}/emulator/items", plaid.emulator.url());
    let answer = plaid.http.get(url).send().await.expect("a response");
    let answer: Value = answer.json().await.expect("JSON");
    let items = answer["items"].as_array().expect("a list");
    items
        .iter()
        .map(|item| item["access_tokens"].as_u64().expect("a number"))
        .collect()
}

#[tokio::test]
async fn a_public_token_expires_after_thirty_minutes() {
    let plaid = Plaid::start().await;
    let (kept, late) = (plaid.public_token().await, plaid.public_token().await);
    plaid.advance(29 * 60).await;
    plaid
        .call(
            "/item/public_token/exchange",
            json!({ "public_token": kept }),
        )
        .await
        .ok();
    plaid.advance(60).await;
    let answer = plaid
        .call(
            "/item/public_token/exchange",
            json!({ "public_token": late }),
        )
        .await;
    assert_eq!(answer.fails(400), "INVALID_PUBLIC_TOKEN");
}

#[tokio::test]
async fn invalid_tokens_are_refused() {
    let plaid = Plaid::start().await;
    for token in ["nonsense", "public-sandbox-0", "public-production-0"] {
        let answer = plaid
            .call(
                "/item/public_token/exchange",
                json!({ "public_token": token }),
            )
            .await;
        assert_eq!(answer.fails(400), "INVALID_PUBLIC_TOKEN", "{token}");
    }
    for token in ["nonsense", "access-sandbox-0"] {
        let answer = plaid
            .call("/accounts/get", json!({ "access_token": token }))
            .await;
        assert_eq!(answer.fails(400), "INVALID_ACCESS_TOKEN", "{token}");
    }
}

#[tokio::test]
async fn user_good_has_the_accounts_of_the_sandbox() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    for path in ["/accounts/get", "/accounts/balance/get"] {
        let body = plaid
            .call(path, json!({ "access_token": access_token }))
            .await
            .ok();
        let accounts = body["accounts"].as_array().expect("accounts");
        assert_eq!(accounts.len(), 14);
        let checking = &accounts[0];
        assert_eq!(text(&checking["account_id"]).len(), 37);
        let mut rest = checking.clone();
        rest["account_id"] = Value::Null;
        assert_eq!(
            rest,
            json!({
                "account_id": null,
                "name": "Plaid Checking",
                "official_name": "Plaid Gold Standard 0% Interest Checking",
                "mask": "0000",
                "type": "depository",
                "subtype": "checking",
                "balances": {
                    "available": 100.0,
                    "current": 110.0,
                    "limit": null,
                    "iso_currency_code": "USD",
                    "unofficial_currency_code": null,
                },
            })
        );
        assert_eq!(body["item"]["institution_name"], "First Platypus Bank");
        assert_eq!(body["item"]["products"], json!(["auth", "transactions"]));
    }
}

#[tokio::test]
async fn capital_one_requires_the_time_of_the_oldest_balance() {
    let plaid = Plaid::start().await;
    let bank = json!({ "institution_id": "ins_128026", "initial_products": ["transactions"] });
    let created = plaid.call("/sandbox/public_token/create", bank).await.ok();
    let body = json!({ "public_token": created["public_token"] });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    let token = &exchanged["access_token"];
    let all = plaid.call("/accounts/get", json!({ "access_token": token }));
    let all = all.await.ok();
    let (checking, card) = (&all["accounts"][0], &all["accounts"][3]);
    assert_eq!(
        (&checking["type"], &card["type"]),
        (&json!("depository"), &json!("credit"))
    );
    let seconds_ago = |seconds| {
        let time = time::OffsetDateTime::now_utc() - time::Duration::seconds(seconds);
        let format = time::format_description::well_known::Rfc3339;
        json!(time.format(&format).expect("a time"))
    };
    for (account, oldest, expected) in [
        (checking, Value::Null, Ok(())),
        (card, Value::Null, Err("INVALID_FIELD")),
        (card, json!("yesterday"), Err("INVALID_FIELD")),
        (
            card,
            seconds_ago(60),
            Err("LAST_UPDATED_DATETIME_OUT_OF_RANGE"),
        ),
        (card, seconds_ago(86_400), Ok(())),
    ] {
        let mut options = json!({ "account_ids": [account["account_id"]] });
        if !oldest.is_null() {
            options["min_last_updated_datetime"] = oldest.clone();
        }
        let body = json!({ "access_token": token, "options": options });
        let answer = plaid.call("/accounts/balance/get", body).await;
        match expected {
            Ok(()) => assert_eq!(answer.ok()["accounts"][0], *account, "{oldest}"),
            Err(code) => assert_eq!(answer.fails(400), code, "{oldest}"),
        }
    }
}

#[tokio::test]
async fn accounts_can_be_filtered_by_id() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    let all = plaid
        .call("/accounts/get", json!({ "access_token": access_token }))
        .await
        .ok();
    let id = &all["accounts"][3]["account_id"];
    let options = json!({ "account_ids": [id] });
    let one = plaid
        .call(
            "/accounts/get",
            json!({ "access_token": access_token, "options": options }),
        )
        .await
        .ok();
    assert_eq!(one["accounts"], json!([all["accounts"][3]]));
    let options = json!({ "account_ids": [id, "nonsense"] });
    let answer = plaid
        .call(
            "/accounts/get",
            json!({ "access_token": access_token, "options": options }),
        )
        .await;
    assert_eq!(answer.fails(400), "INVALID_ACCOUNT_ID");
}

#[tokio::test]
async fn a_removed_item_is_not_found() {
    let plaid = Plaid::start().await;
    let body = json!({ "access_token": plaid.access_token().await });
    plaid.call("/item/remove", body.clone()).await.ok();
    for path in [
        "/item/get",
        "/accounts/get",
        "/item/remove",
        "/sandbox/item/reset_login",
    ] {
        assert_eq!(
            plaid.call(path, body.clone()).await.fails(400),
            "ITEM_NOT_FOUND",
            "{path}"
        );
    }
}

/// Checks that data calls fail and that `/item/get` has the error.
async fn check_login_required(plaid: &Plaid, access_token: &str) {
    let body = json!({ "access_token": access_token });
    assert_eq!(
        plaid.call("/accounts/get", body.clone()).await.fails(400),
        "ITEM_LOGIN_REQUIRED"
    );
    let got = plaid.call("/item/get", body).await.ok();
    assert_eq!(got["item"]["error"]["error_code"], "ITEM_LOGIN_REQUIRED");
}

#[tokio::test]
async fn a_reset_login_requires_a_sign_in() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    let reset = plaid
        .call(
            "/sandbox/item/reset_login",
            json!({ "access_token": access_token }),
        )
        .await
        .ok();
    assert_eq!(reset["reset_login"], true);
    check_login_required(&plaid, &access_token).await;
}

#[tokio::test]
async fn a_login_expires_after_thirty_days() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    plaid.advance(30 * 24 * 60 * 60 - 60).await;
    plaid
        .call("/accounts/get", json!({ "access_token": access_token }))
        .await
        .ok();
    plaid.advance(60).await;
    check_login_required(&plaid, &access_token).await;
}

#[tokio::test]
async fn an_access_token_can_be_replaced() {
    let plaid = Plaid::start().await;
    let old = json!({ "access_token": plaid.access_token().await });
    let answer = plaid
        .call("/item/access_token/invalidate", old.clone())
        .await
        .ok();
    let new = json!({ "access_token": answer["new_access_token"] });
    plaid.call("/accounts/get", new).await.ok();
    assert_eq!(
        plaid.call("/accounts/get", old).await.fails(400),
        "INVALID_ACCESS_TOKEN"
    );
}

/// Each row: institution, product, options, error code.
#[tokio::test]
async fn a_public_token_request_is_validated() {
    let plaid = Plaid::start().await;
    let user = |name: &str, password: &str| json!({ "override_username": name, "override_password": password });
    let rows = [
        ("ins_0", "auth", json!({}), "INVALID_INSTITUTION"),
        ("ins_130016", "auth", json!({}), "INVALID_PRODUCT"),
        ("ins_132361", "auth", json!({}), "INSTITUTION_DOWN"),
        (
            "ins_133402",
            "auth",
            json!({}),
            "INSTITUTION_NO_LONGER_SUPPORTED",
        ),
        (
            "ins_109508",
            "auth",
            user("user_good", "error_ITEM_LOCKED"),
            "ITEM_LOCKED",
        ),
        (
            "ins_109508",
            "auth",
            user("user_good", "wrong"),
            "INVALID_CREDENTIALS",
        ),
        (
            "ins_109508",
            "auth",
            user("user_custom", "{\"force_error\":\"NO_ACCOUNTS\"}"),
            "NO_ACCOUNTS",
        ),
        (
            "ins_109508",
            "auth",
            user(
                "user_custom",
                r#"{"override_accounts":[{"transactions":[{"amount":1}]}]}"#,
            ),
            "INVALID_CREDENTIALS",
        ),
    ];
    for (institution, product, options, code) in rows {
        let body = json!({ "institution_id": institution, "initial_products": [product], "options": options });
        let answer = plaid.call("/sandbox/public_token/create", body).await;
        assert_eq!(answer.fails(400), code, "{institution} {options}");
    }
}

#[tokio::test]
async fn a_custom_user_has_the_described_accounts() {
    let plaid = Plaid::start().await;
    let user = json!({ "override_accounts": [{
        "type": "loan", "subtype": "student", "starting_balance": 7.5, "meta": { "name": "Loan", "mask": "12" },
    }]});
    let body = json!({
        "institution_id": "ins_109508",
        "initial_products": ["transactions"],
        "options": { "override_username": "user_custom", "override_password": user.to_string() },
    });
    let created = plaid.call("/sandbox/public_token/create", body).await.ok();
    let body = json!({ "public_token": created["public_token"] });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    let body = json!({ "access_token": exchanged["access_token"] });
    let got = plaid.call("/accounts/get", body).await.ok();
    assert_eq!(got["accounts"].as_array().map(Vec::len), Some(1));
    assert_eq!(got["accounts"][0]["name"], "Loan");
    assert_eq!(got["accounts"][0]["balances"]["current"], 7.5);
}
