//! Two processes on one database.

use axum::http::StatusCode;
use connect_api::{Item, ProblemCode};
use serde_json::json;

use crate::canned_plaid::EXCHANGE;
use crate::connect::{Connect, success};

#[tokio::test]
async fn one_public_token_brought_to_both_is_one_item() {
    for lenient in [false, true] {
        let connect = Connect::start().await;
        if lenient {
            connect.plaid.exchanges_again();
        }
        let browser = connect.browser().await;
        let other = browser.clone().at(connect.replica().await);
        let tabs: Vec<_> = (0..8)
            .map(|tab| {
                let browser = if tab % 2 == 0 { &browser } else { &other }.clone();
                tokio::spawn(async move { browser.post("/api/items", success("public-1")).await })
            })
            .collect();
        for tab in tabs {
            let answer = tab.await.expect("an answer");
            assert!(answer.status.is_success(), "{lenient}: {answer:?}");
            assert_eq!(answer.json::<Item>().id.as_str(), "item-public-1");
        }
        assert_eq!(browser.items().await.len(), 1);
        assert_eq!(other.items().await.len(), 1);
        assert!(connect.plaid.calls(EXCHANGE).len() <= 2);
        assert_eq!(connect.plaid.calls("/item/remove").len(), 0);
    }
}

/// Two tabs went through Link at the same bank, each with a public token of its own.
#[tokio::test]
async fn the_same_accounts_brought_to_both_are_one_item() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let other = browser.clone().at(connect.replica().await);
    let tabs: Vec<_> = (0..6)
        .map(|tab| {
            let browser = if tab % 2 == 0 { &browser } else { &other }.clone();
            let mut success = success(&format!("public-{tab}"));
            success["metadata"]["accounts"] = json!([
                { "id": "a", "name": "Plaid Checking", "mask": "0000", "type": "depository",
                    "subtype": "checking" },
            ]);
            tokio::spawn(async move { browser.post("/api/items", success).await })
        })
        .collect();
    let mut connected = 0;
    for tab in tabs {
        let answer = tab.await.expect("an answer");
        if answer.status == StatusCode::CREATED {
            connected += 1;
        } else {
            assert_eq!(answer.problem().code, ProblemCode::DuplicateItem);
        }
    }
    assert_eq!((connected, browser.items().await.len()), (1, 1));
    assert_eq!(connect.plaid.calls(EXCHANGE).len(), 1);
}
