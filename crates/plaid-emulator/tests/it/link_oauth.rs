//! Tests of the bank's own page: in a window, and with redirects.

use serde_json::json;

use crate::{
    client::{Plaid, link_token_request, text},
    visitor::{Visitor, post},
};

const OAUTH: &str = "ins_127287";
const WEBVIEW: &str =
    "Mozilla/5.0 (Linux; Android 5.1.1; Nexus 5 Build/LMY48B; wv) AppleWebKit/537.36";
const BANK_PAGE: &str = "/link/v2/stable/sandbox-oauth-login.html";
const REDIRECT_URI: &str = "http://localhost:8080/oauth";

async fn redirect_token(plaid: &Plaid) -> String {
    let mut request = link_token_request();
    request["redirect_uri"] = json!(REDIRECT_URI);
    text(&plaid.call("/link/token/create", request).await.ok()["link_token"])
}

fn state_of(bank_page: &str) -> &str {
    bank_page.split_once("state=").expect("a state id").1
}

/// Opens Link in a web view, answers on the bank's page, and returns the state id.
async fn answer_at_bank(plaid: &Plaid, token: &str, answer: &str) -> String {
    let mut visitor = Visitor::open_with(plaid, WEBVIEW, &[("token", token)]).await;
    visitor.send("skip-phone", &[]).await;
    visitor.send("choose", &[("institution_id", OAUTH)]).await;
    visitor.send("continue", &[]).await;
    let redirect = visitor
        .messages
        .iter()
        .find(|message| message["plaidLink"] == "redirect")
        .expect("a redirect");
    let state = state_of(redirect["url"].as_str().expect("a URL")).to_owned();

    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let request = http
        .post(format!("{}{BANK_PAGE}", plaid.emulator.url()))
        .form(&[("state", state.as_str()), ("answer", answer)]);
    let response = request.send().await.expect("a response");
    assert_eq!(response.status(), 303);
    assert_eq!(
        response.headers()["location"],
        format!("{REDIRECT_URI}?oauth_state_id={state}").as_str()
    );
    state
}

async fn reopen<'a>(plaid: &'a Plaid, token: &str, uri: &str) -> Visitor<'a> {
    Visitor::open_with(
        plaid,
        WEBVIEW,
        &[("token", token), ("received_redirect_uri", uri)],
    )
    .await
}

#[tokio::test]
async fn link_waits_for_the_window() {
    let plaid = Plaid::start().await;
    let mut visitor = Visitor::open(&plaid, &plaid.link_token().await).await;
    visitor.send("skip-phone", &[]).await;
    visitor.send("choose", &[("institution_id", OAUTH)]).await;
    assert_eq!(visitor.heading(), "Sign in at Platypus OAuth Bank");
    let page = visitor.bank_page();
    let response = plaid
        .http
        .get(format!("{}{page}", plaid.emulator.url()))
        .send()
        .await
        .expect("a response");
    let html = response.text().await.expect("a page");
    for control in [
        "<h1>Platypus OAuth Bank</h1>",
        ">Allow</button>",
        ">Deny</button>",
        "ACCESS_NOT_GRANTED",
    ] {
        assert!(html.contains(control), "no {control} in\n{html}");
    }

    visitor.send("continue", &[]).await;
    assert_eq!(
        visitor.send("from-bank", &[("bank", "open")]).await,
        204,
        "no answer yet"
    );
    visitor.send("from-bank", &[("bank", "closed")]).await;
    assert_eq!(visitor.heading(), "Sign in at Platypus OAuth Bank");

    for (answer, error, heading) in [
        ("deny", "", "Something went wrong"),
        (
            "allow",
            "ACCESS_NOT_GRANTED",
            "The bank was not allowed to share enough",
        ),
        ("allow", "", "Platypus OAuth Bank is connected"),
    ] {
        let page = visitor.bank_page();
        visitor.send("continue", &[]).await;
        let fields = [
            ("state", state_of(&page)),
            ("answer", answer),
            ("error", error),
        ];
        post(&plaid, "Desktop", BANK_PAGE, &fields).await;
        visitor.send("from-bank", &[("bank", "closed")]).await;
        assert_eq!(visitor.heading(), heading);
        visitor.send("try-again", &[]).await;
    }
    visitor.send("close", &[]).await;
    let metadata = &visitor.end()["success"][1];
    assert_eq!(metadata["institution"]["institution_id"], OAUTH);
}

#[tokio::test]
async fn a_web_view_is_redirected_and_continues() {
    let plaid = Plaid::start().await;
    let token = redirect_token(&plaid).await;
    let state = answer_at_bank(&plaid, &token, "allow").await;
    let mut visitor = reopen(
        &plaid,
        &token,
        &format!("{REDIRECT_URI}?oauth_state_id={state}"),
    )
    .await;
    assert_eq!(visitor.heading(), "Platypus OAuth Bank is connected");
    assert_eq!(visitor.messages[0]["metadata"]["view_name"], json!(null));
    visitor.send("close", &[]).await;
    let end = visitor.end();
    let names: Vec<&str> = end["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|event| event["eventName"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "SKIP_SUBMIT_PHONE",
            "TRANSITION_VIEW",
            "SELECT_INSTITUTION",
            "TRANSITION_VIEW",
            "OPEN_OAUTH",
            "TRANSITION_VIEW",
            "HANDOFF"
        ]
    );
    assert!(end["success"][0].is_string(), "{end}");

    // The page is reloaded.
    let again = reopen(
        &plaid,
        &token,
        &format!("{REDIRECT_URI}?oauth_state_id={state}"),
    )
    .await;
    assert_eq!(again.heading(), "This sign-in was used already");
}

#[tokio::test]
async fn a_denial_by_redirect_has_the_status_requires_oauth() {
    let plaid = Plaid::start().await;
    let token = redirect_token(&plaid).await;
    let state = answer_at_bank(&plaid, &token, "deny").await;
    let mut visitor = reopen(
        &plaid,
        &token,
        &format!("{REDIRECT_URI}?oauth_state_id={state}"),
    )
    .await;
    visitor.send("close", &[]).await;
    visitor.send("close", &[]).await;
    let [error, metadata] = visitor.end()["exit"].as_array().expect("exit").as_slice() else {
        panic!("not two arguments: {}", visitor.end());
    };
    assert_eq!(
        (&error["error_code"], &metadata["status"]),
        (&json!("INTERNAL_SERVER_ERROR"), &json!("requires_oauth"))
    );
}

#[tokio::test]
async fn an_invalid_return_has_plaids_error_code() {
    let plaid = Plaid::start().await;
    let (token, other) = (redirect_token(&plaid).await, redirect_token(&plaid).await);
    let state = answer_at_bank(&plaid, &token, "allow").await;
    let unknown = "00000000-0000-0000-0000-000000000000";
    for (token, uri, code) in [
        (&token, REDIRECT_URI.to_owned(), "INVALID_FIELD"),
        (
            &token,
            format!("{REDIRECT_URI}?oauth_state_id={state}&more=1"),
            "INVALID_FIELD",
        ),
        (
            &token,
            format!("{REDIRECT_URI}?oauth_state_id={unknown}"),
            "OAUTH_STATE_ID_NOT_FOUND",
        ),
        (
            &other,
            format!("{REDIRECT_URI}?oauth_state_id={state}"),
            "INCORRECT_LINK_TOKEN",
        ),
    ] {
        let mut visitor = reopen(&plaid, token, &uri).await;
        visitor.send("close", &[]).await;
        let error = &visitor.end()["exit"][0];
        assert_eq!(error["error_code"], code, "{uri}");
        if code == "INVALID_FIELD" {
            assert_eq!(
                error["error_message"],
                "oauth uri does not contain a valid oauth_state_id query parameter"
            );
        }
    }
}

#[tokio::test]
async fn a_web_view_without_a_redirect_uri_shows_an_error() {
    let plaid = Plaid::start().await;
    let token = plaid.link_token().await;
    let mut visitor = Visitor::open_with(&plaid, WEBVIEW, &[("token", &token)]).await;
    visitor.send("skip-phone", &[]).await;
    visitor.send("choose", &[("institution_id", OAUTH)]).await;
    assert!(
        visitor
            .pane
            .contains("cannot be connected from inside another app"),
        "{}",
        visitor.pane
    );
    assert!(
        visitor.pane.contains(">Choose another bank</button>"),
        "{}",
        visitor.pane
    );
}

#[tokio::test]
async fn a_bank_page_with_an_unknown_state_has_expired() {
    let plaid = Plaid::start().await;
    let (status, page) = post(
        &plaid,
        "Desktop",
        BANK_PAGE,
        &[("state", "x"), ("answer", "allow")],
    )
    .await;
    assert_eq!(status, 404);
    assert!(page.contains("This page has expired"), "{page}");
}
