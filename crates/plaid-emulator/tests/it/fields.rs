//! Tests of the validation of headers, keys and fields.

use serde_json::{Value, json};

use crate::client::{Plaid, link_token_request, text};

/// Sends a raw request.
async fn raw(
    plaid: &Plaid,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> (u16, Value) {
    let mut request = plaid
        .http
        .post(format!("{}{path}", plaid.emulator.url()))
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("a response");
    (
        response.status().as_u16(),
        response.json().await.expect("JSON"),
    )
}

/// Headers, body, error code.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

const JSON: (&str, &str) = ("Content-Type", "application/json");

#[tokio::test]
async fn headers_body_and_keys_are_checked() {
    let plaid = Plaid::start().await;
    let id = ("PLAID-CLIENT-ID", plaid.emulator.client_id());
    let secret = ("PLAID-SECRET", plaid.emulator.secret());
    let good = r#"{"link_token":"link-sandbox-0"}"#;
    let rows: &[Row<'_>] = &[
        (&[id, secret], good, "INVALID_HEADERS"),
        (
            &[("Content-Type", "text/plain"), id, secret],
            good,
            "INVALID_HEADERS",
        ),
        (
            &[JSON, id, secret, ("Plaid-Version", "2018-05-22")],
            good,
            "INCOMPATIBLE_API_VERSION",
        ),
        (&[JSON, id, secret], "{", "INVALID_BODY"),
        (&[JSON, id, secret], "[]", "INVALID_BODY"),
        (&[JSON, id, secret], "", "INVALID_BODY"),
        (&[JSON, id], good, "MISSING_FIELDS"),
        (
            &[JSON, id, ("PLAID-SECRET", "wrong")],
            good,
            "INVALID_API_KEYS",
        ),
        (
            &[JSON, ("PLAID-CLIENT-ID", "wrong"), secret],
            good,
            "INVALID_API_KEYS",
        ),
        (
            &[
                ("Content-Type", "Application/JSON; charset=utf-8"),
                id,
                secret,
            ],
            good,
            "INVALID_LINK_TOKEN",
        ),
    ];
    for (headers, body, code) in rows {
        let (status, answer) = raw(&plaid, "/link/token/get", headers, (*body).to_owned()).await;
        assert_eq!(
            (status, text(&answer["error_code"]).as_str()),
            (400, *code),
            "{headers:?} {body}"
        );
        assert_eq!(text(&answer["request_id"]).len(), 15);
    }
}

#[tokio::test]
async fn the_keys_may_be_in_the_body() {
    let plaid = Plaid::start().await;
    let mut body = link_token_request();
    body["client_id"] = plaid.emulator.client_id().into();
    body["secret"] = plaid.emulator.secret().into();
    let (status, _) = raw(&plaid, "/link/token/create", &[JSON], body.to_string()).await;
    assert_eq!(status, 200);
    body["secret"] = "wrong".into();
    let (_, answer) = raw(&plaid, "/link/token/create", &[JSON], body.to_string()).await;
    assert_eq!(answer["error_code"], "INVALID_API_KEYS");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let plaid = Plaid::start().await;
    let (status, answer) = raw(&plaid, "/item/get", &[JSON], vec![b' '; 3 << 20]).await;
    assert_eq!(
        (status, text(&answer["error_code"]).as_str()),
        (400, "INVALID_BODY")
    );
}

#[tokio::test]
async fn an_unknown_path_or_method_is_not_found() {
    let plaid = Plaid::start().await;
    let (status, answer) = raw(&plaid, "/nowhere", &[JSON], "{}").await;
    assert_eq!(
        (status, text(&answer["error_code"]).as_str()),
        (404, "NOT_FOUND")
    );
    let url = format!("{}/item/get", plaid.emulator.url());
    let response = plaid.http.get(url).send().await.expect("a response");
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn the_api_has_no_cors() {
    let plaid = Plaid::start().await;
    let url = format!("{}/link/token/create", plaid.emulator.url());
    let request = plaid
        .http
        .post(url)
        .header("Origin", "http://localhost:8080")
        .json(&json!({}));
    let response = request.send().await.expect("a response");
    assert_eq!(response.headers().get("access-control-allow-origin"), None);
}

/// Each row: the changes of a valid body (null removes a field), the error code, a word of the message.
#[tokio::test]
async fn a_link_token_request_is_checked_field_by_field() {
    let plaid = Plaid::start().await;
    let rows = [
        (
            json!({ "client_name": null }),
            "MISSING_FIELDS",
            "client_name",
        ),
        (json!({ "user": null }), "MISSING_FIELDS", "user"),
        (
            json!({ "user": {} }),
            "MISSING_FIELDS",
            "user.client_user_id",
        ),
        (json!({ "products": null }), "MISSING_FIELDS", "products"),
        (json!({ "products": [] }), "MISSING_FIELDS", "products"),
        (
            json!({ "clientName": "Connect" }),
            "UNKNOWN_FIELDS",
            "clientName",
        ),
        (
            json!({ "user": { "client_user_id": "a", "age": 7 } }),
            "UNKNOWN_FIELDS",
            "user.age",
        ),
        (json!({ "client_name": "" }), "INVALID_FIELD", "client_name"),
        (json!({ "client_name": 7 }), "INVALID_FIELD", "client_name"),
        (json!({ "language": "tlh" }), "INVALID_FIELD", "language"),
        (
            json!({ "country_codes": [] }),
            "INVALID_FIELD",
            "country_codes",
        ),
        (
            json!({ "country_codes": ["XX"] }),
            "INVALID_FIELD",
            "country_codes",
        ),
        (
            json!({ "products": ["nonsense"] }),
            "INVALID_FIELD",
            "products",
        ),
        (
            json!({ "products": ["balance"] }),
            "INVALID_FIELD",
            "balance",
        ),
        (
            json!({ "optional_products": ["transactions"] }),
            "INVALID_FIELD",
            "one of the product lists",
        ),
        (
            json!({ "user": { "client_user_id": "a@b.example" } }),
            "INVALID_FIELD",
            "personal",
        ),
        (
            json!({ "webhook": "not a url" }),
            "INVALID_FIELD",
            "webhook",
        ),
        (
            json!({ "redirect_uri": "https://elsewhere.example/oauth" }),
            "INVALID_FIELD",
            "redirect_uri",
        ),
        (
            json!({ "redirect_uri": "http://localhost:8080/oauth?a=b" }),
            "INVALID_FIELD",
            "redirect_uri",
        ),
        (
            json!({ "transactions": { "days_requested": 731 } }),
            "INVALID_FIELD",
            "transactions.days_requested",
        ),
        (
            json!({ "update": { "account_selection_enabled": true } }),
            "INVALID_FIELD",
            "access_token",
        ),
        (
            json!({ "account_filters": { "depository": {} } }),
            "MISSING_FIELDS",
            "account_filters.depository.account_subtypes",
        ),
        (
            json!({ "account_filters": { "depository": { "account_subtypes": ["piggy bank"] } } }),
            "INVALID_FIELD",
            "account_filters.depository.account_subtypes",
        ),
        (
            json!({ "appearance_mode": "dark" }),
            "INVALID_FIELD",
            "appearance_mode",
        ),
        (
            json!({ "user": { "client_user_id": "u", "phone_number": "415-555-0011" } }),
            "INVALID_FIELD",
            "user.phone_number",
        ),
        (
            json!({
                "access_token": "access-sandbox-0",
                "update": { "account_selection_enabled": true },
                "link_customization_name": "legacy-accounts",
            }),
            "INVALID_LINK_CUSTOMIZATION",
            "account selection",
        ),
        (
            json!({ "access_token": "nonsense" }),
            "INVALID_ACCESS_TOKEN",
            "access-sandbox",
        ),
        (
            json!({ "access_token": "access-sandbox-0" }),
            "INVALID_ACCESS_TOKEN",
            "matching",
        ),
        (
            json!({ "institution_id": "ins_0" }),
            "INVALID_INSTITUTION",
            "institution_id",
        ),
    ];
    for (changes, code, word) in rows {
        let mut body = link_token_request();
        for (name, value) in changes.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let answer = plaid.call("/link/token/create", body).await;
        assert!(
            text(&answer.body["error_message"]).contains(word),
            "{changes}: {}",
            answer.body
        );
        assert_eq!(answer.fails(400), code, "{changes}");
    }
}

#[tokio::test]
async fn a_null_counts_as_absent() {
    let plaid = Plaid::start().await;
    let mut body = link_token_request();
    body["redirect_uri"] = Value::Null;
    body["client_id"] = plaid.emulator.client_id().into();
    body["secret"] = plaid.emulator.secret().into();
    let (status, answer) = raw(&plaid, "/link/token/create", &[JSON], body.to_string()).await;
    assert_eq!(status, 200, "{answer}");
}
