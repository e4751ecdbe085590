//! Tests of users: a user's Items without their access tokens.

use serde_json::{Value, json};

use crate::{
    client::{Plaid, link_token_request, text},
    visitor::Visitor,
};

async fn create(plaid: &Plaid, client_user_id: &str) -> String {
    let body = json!({ "client_user_id": client_user_id });
    text(&plaid.call("/user/create", body).await.ok()["user_id"])
}

/// Creates an Item of this user and returns its public token.
async fn connect(plaid: &Plaid, user_id: &str) -> String {
    let body = json!({
        "institution_id": "ins_109508", "initial_products": ["transactions"], "user_id": user_id,
    });
    let answer = plaid.call("/sandbox/public_token/create", body).await.ok();
    text(&answer["public_token"])
}

async fn items(plaid: &Plaid, user_id: &str) -> Vec<Value> {
    let body = json!({ "user_id": user_id });
    let answer = plaid.call("/user/items/get", body).await.ok();
    let items = answer["items"].as_array().expect("a list");
    items.iter().map(|item| item["item_id"].clone()).collect()
}

#[tokio::test]
async fn the_same_client_user_id_is_the_same_user() {
    let plaid = Plaid::start().await;
    let ada = create(&plaid, "ada").await;
    let letters = ada.strip_prefix("usr_").unwrap_or_default();
    assert!(
        letters.len() == 14 && letters.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{ada}"
    );
    assert_eq!(create(&plaid, "ada").await, ada);
    assert_ne!(create(&plaid, "bob").await, ada);
}

#[tokio::test]
async fn a_user_has_the_items_of_their_link_tokens() {
    let plaid = Plaid::start().await;
    let (ada, bob) = (create(&plaid, "ada").await, create(&plaid, "bob").await);
    let mut named = link_token_request();
    named["user_id"] = json!(ada);
    for request in [link_token_request(), named] {
        let created = plaid.call("/link/token/create", request).await.ok();
        let mut visitor = Visitor::open(&plaid, &text(&created["link_token"])).await;
        visitor
            .sign_in("ins_109508", "user_good", "pass_good")
            .await;
        visitor.send("share", &[("account", "0")]).await;
    }
    // The public token is not exchanged yet.
    assert_eq!(items(&plaid, &ada).await.len(), 1);
    assert_eq!(items(&plaid, &bob).await.len(), 0);
}

#[tokio::test]
async fn an_item_can_be_removed_without_its_access_token() {
    let plaid = Plaid::start().await;
    let (ada, bob) = (create(&plaid, "ada").await, create(&plaid, "bob").await);
    let public_token = connect(&plaid, &ada).await;
    let body = json!({ "public_token": public_token });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    connect(&plaid, &ada).await;
    connect(&plaid, &bob).await;
    let (hers, his) = (items(&plaid, &ada).await, items(&plaid, &bob).await);

    let both = json!({ "user_id": ada, "item_ids": [hers[0], his[0]] });
    let refused = plaid.call("/user/items/remove", both).await;
    assert_eq!(refused.fails(400), "ITEM_NOT_FOUND");
    assert_eq!(items(&plaid, &ada).await, hers, "all or nothing");

    let one = json!({ "user_id": ada, "item_ids": [exchanged["item_id"]] });
    plaid.call("/user/items/remove", one).await.ok();
    assert_eq!(items(&plaid, &ada).await.len(), 1);
    let dead = json!({ "access_token": exchanged["access_token"] });
    assert_eq!(
        plaid.call("/item/get", dead).await.fails(400),
        "ITEM_NOT_FOUND"
    );
}

#[tokio::test]
async fn an_unknown_user_is_refused() {
    let plaid = Plaid::start().await;
    let mut request = link_token_request();
    request["user_id"] = create(&plaid, "user-1").await.into();
    let created = plaid.call("/link/token/create", request.clone()).await.ok();
    assert_eq!(created["user_id"], request["user_id"]);
    let asked = json!({ "link_token": created["link_token"] });
    let state = plaid.call("/link/token/get", asked).await.ok();
    assert_eq!(state["user_id"], request["user_id"]);

    let unknown = json!("usr_nobody");
    request["user_id"] = unknown.clone();
    for (path, body) in [
        ("/link/token/create", request),
        ("/user/items/get", json!({ "user_id": unknown })),
        (
            "/user/items/remove",
            json!({ "user_id": unknown, "item_ids": [] }),
        ),
        (
            "/sandbox/public_token/create",
            json!({ "institution_id": "ins_109508", "initial_products": ["auth"], "user_id": unknown }),
        ),
    ] {
        assert_eq!(
            plaid.call(path, body).await.fails(400),
            "USER_NOT_FOUND",
            "{path}"
        );
    }
}
