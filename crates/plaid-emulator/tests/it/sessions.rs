//! Tests of Link sessions: the Item, the record at the Link token, the webhooks.

use serde_json::{Value, json};

use crate::{
    client::{Plaid, link_token_request, text},
    receiver::Receiver,
    visitor::Visitor,
};

async fn link_token(plaid: &Plaid, request: Value) -> String {
    text(&plaid.call("/link/token/create", request).await.ok()["link_token"])
}

/// Shares the accounts with these indexes and finishes.
async fn share(visit: &mut Visitor<'_>, places: &str) {
    visit.send("share", &[("account", places)]).await;
    visit.send("close", &[]).await;
}

async fn session(plaid: &Plaid, link_token: &str) -> Value {
    let got = plaid
        .call("/link/token/get", json!({ "link_token": link_token }))
        .await
        .ok();
    got["link_sessions"][0].clone()
}

#[tokio::test]
async fn a_success_can_be_read_and_exchanged_without_the_browser() {
    let plaid = Plaid::start().await;
    let token = plaid.link_token().await;
    let mut visit = Visitor::open(&plaid, &token).await;
    assert_eq!(session(&plaid, &token).await["finished_at"], Value::Null);
    visit.sign_in("ins_109508", "user_good", "pass_good").await;
    share(&mut visit, "0,1").await;
    let left = session(&plaid, &token).await;
    assert!(left["finished_at"].is_string(), "{left:#}");
    let result = &left["results"]["item_add_results"][0];
    assert_eq!(result["institution"]["institution_id"], "ins_109508");
    assert_eq!(result["accounts"][1]["name"], "Plaid Saving");
    assert_eq!(left["on_success"]["public_token"], result["public_token"]);
    let names: Vec<String> = left["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| text(&event["event_name"]))
        .collect();
    assert_eq!(names.first().map(String::as_str), Some("OPEN"));
    assert_eq!(names.last().map(String::as_str), Some("HANDOFF"));
    let body = json!({ "public_token": result["public_token"] });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    let body = json!({ "access_token": exchanged["access_token"] });
    let got = plaid.call("/accounts/get", body).await.ok();
    let ids: Vec<&Value> = got["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|one| &one["account_id"])
        .collect();
    assert_eq!(
        ids,
        [&result["accounts"][0]["id"], &result["accounts"][1]["id"]]
    );
}

#[tokio::test]
async fn an_exit_is_recorded() {
    let plaid = Plaid::start().await;
    let token = plaid.link_token().await;
    let mut visit = Visitor::open(&plaid, &token).await;
    visit.send("close", &[("force", "true")]).await;
    let left = session(&plaid, &token).await;
    assert!(
        left["exit"]["metadata"]["link_session_id"].is_string(),
        "{left:#}"
    );
    assert_eq!(left.get("results"), None);
}

#[tokio::test]
async fn a_finished_session_is_listed_for_six_hours() {
    let plaid = Plaid::start().await;
    let token = plaid.link_token().await;
    let mut visit = Visitor::open(&plaid, &token).await;
    visit.send("close", &[("force", "true")]).await;
    plaid.advance(6 * 60 * 60 - 60).await;
    assert!(session(&plaid, &token).await.is_object());
    plaid.advance(60).await;
    assert!(session(&plaid, &token).await.is_null());
}

#[tokio::test]
async fn a_finished_session_sends_webhooks() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let mut request = link_token_request();
    request["webhook"] = receiver.url.clone().into();
    let token = link_token(&plaid, request).await;
    let mut visit = Visitor::open(&plaid, &token).await;
    visit.sign_in("ins_109508", "user_good", "pass_good").await;
    share(&mut visit, "0").await;
    let left = session(&plaid, &token).await;
    let mut webhooks = Vec::new();
    for _ in 0..3 {
        webhooks.push(receiver.next().await.body);
    }
    webhooks.sort_by_key(|body| text(&body["webhook_code"]));
    assert_eq!(webhooks[0]["webhook_code"], "EVENTS");
    assert_eq!(webhooks[0]["events"], left["events"]);
    let public_token = &left["on_success"]["public_token"];
    assert_eq!(webhooks[1]["webhook_code"], "ITEM_ADD_RESULT");
    assert_eq!(&webhooks[1]["public_token"], public_token);
    assert_eq!(webhooks[2]["webhook_code"], "SESSION_FINISHED");
    assert_eq!(webhooks[2]["status"], "SUCCESS");
    assert_eq!(webhooks[2]["public_tokens"], json!([public_token]));
    for body in &webhooks {
        assert_eq!(body["link_token"], json!(token), "{body:#}");
    }
}

#[tokio::test]
async fn update_mode_repairs_and_its_public_token_is_not_exchangeable() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    let body = json!({ "access_token": access_token });
    plaid
        .call("/sandbox/item/reset_login", body.clone())
        .await
        .ok();
    let mut request = link_token_request();
    request["products"] = Value::Null;
    request["access_token"] = access_token.clone().into();
    let created = plaid
        .call("/link/token/create", without_nulls(request))
        .await
        .ok();
    let token = text(&created["link_token"]);
    let mut visit = Visitor::open(&plaid, &token).await;
    let pair = [("username", "user_good"), ("password", "pass_good")];
    visit.send("sign-in", &pair).await;
    visit.send("answered", &[]).await;
    visit.send("close", &[]).await;
    plaid.call("/accounts/get", body).await.ok();
    let left = session(&plaid, &token).await;
    let body = json!({ "public_token": left["on_success"]["public_token"] });
    assert_eq!(
        plaid
            .call("/item/public_token/exchange", body)
            .await
            .fails(400),
        "INVALID_PUBLIC_TOKEN"
    );
}

#[tokio::test]
async fn the_transactions_of_an_account_that_is_no_longer_shared_are_removed() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    plaid.advance(60).await;
    let sync = |cursor: Value| {
        let body = json!({ "access_token": access_token, "cursor": cursor, "count": 500 });
        plaid.call("/transactions/sync", body)
    };
    let before = sync(json!("")).await.ok();
    let mut request = link_token_request();
    request["products"] = Value::Null;
    request["access_token"] = access_token.clone().into();
    request["update"] = json!({ "account_selection_enabled": true });
    let created = plaid
        .call("/link/token/create", without_nulls(request))
        .await
        .ok();
    let mut visit = Visitor::open(&plaid, &text(&created["link_token"])).await;
    share(&mut visit, "0").await;
    let after = sync(before["next_cursor"].clone()).await.ok();
    let checking = &after["accounts"][0]["account_id"];
    assert_eq!(after["accounts"].as_array().map(Vec::len), Some(1));
    let list = |body: &Value, name: &str| body[name].as_array().expect("a list").clone();
    let gone = list(&before, "added")
        .into_iter()
        .filter(|one| &one["account_id"] != checking)
        .count();
    assert!(gone > 0);
    assert_eq!(list(&after, "removed").len(), gone);
    assert_eq!(list(&after, "added"), Vec::<Value>::new());
}

/// A session fails when its token expires: after four hours, in update mode after 30 minutes.
#[tokio::test]
async fn a_session_fails_when_its_token_expires() {
    let plaid = Plaid::start().await;
    let mut update = link_token_request();
    update["products"] = Value::Null;
    update["access_token"] = plaid.access_token().await.into();
    for (request, lifetime) in [
        (link_token_request(), 4 * 3600),
        (without_nulls(update), 1800),
    ] {
        for (seconds, is_valid) in [(lifetime - 60, true), (lifetime, false)] {
            let token = link_token(&plaid, request.clone()).await;
            let mut visit = Visitor::open(&plaid, &token).await;
            let at_first = visit.heading().to_owned();
            plaid.advance(seconds).await;
            visit
                .send(
                    "sign-in",
                    &[("username", "user_good"), ("password", "pass_good")],
                )
                .await;
            visit.send("skip-phone", &[]).await;
            assert_ne!(visit.heading(), at_first);
            visit.send("close", &[("force", "true")]).await;
            let error = &visit.end()["exit"][0]["error_code"];
            let expected = if is_valid {
                Value::Null
            } else {
                json!("INVALID_LINK_TOKEN")
            };
            assert_eq!(error, &expected, "{lifetime} {seconds}");
        }
    }
}

fn without_nulls(mut body: Value) -> Value {
    body.as_object_mut()
        .expect("an object")
        .retain(|_, value| !value.is_null());
    body
}
