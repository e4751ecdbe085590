//! Announcements: new accounts, and the end of an Item.

use connect_api::Item;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::{about_item, wait_for_item};
use crate::harness::TestBackend;

const REPAIRED: &str = "/api/items/item-public-1/repaired";

/// The webhooks that announce the end of an Item, and the field with its time.
const END_ANNOUNCEMENTS: [(&str, &str); 2] = [
    ("PENDING_DISCONNECT", "disconnect_time"),
    ("PENDING_EXPIRATION", "consent_expiration_time"),
];

#[tokio::test]
async fn announcements_are_kept_until_they_are_resolved() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend
        .send_webhook(&about_item("NEW_ACCOUNTS_AVAILABLE", []))
        .await;
    wait_for_item(&browser, |item| item.new_accounts_available).await;
    for (code, field) in END_ANNOUNCEMENTS {
        let end = in_days(7);
        backend
            .send_webhook(&about_item(code, [(field, json!(end))]))
            .await;
        wait_for_item(&browser, |item| item.disconnects_at == Some(end.clone())).await;
    }
    backend
        .send_webhook(&about_item("LOGIN_REPAIRED", []))
        .await;
    wait_for_item(&browser, |item| item.disconnects_at.is_none()).await;
    assert!(
        browser.items().await[0].new_accounts_available,
        "the new accounts are still available"
    );

    backend
        .plaid
        .set_item(json!({ "consent_expiration_time": in_days(365) }));
    let late = [("consent_expiration_time", json!(in_days(8)))];
    backend
        .send_webhook(&about_item("PENDING_EXPIRATION", late))
        .await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(
        browser.items().await[0].disconnects_at,
        None,
        "the consent has been renewed"
    );
}

#[tokio::test]
async fn an_announced_end_that_is_past_or_invalid_is_ignored() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    for (code, field) in END_ANNOUNCEMENTS {
        for end in [json!(in_days(-1)), json!("soon"), json!(null)] {
            backend
                .send_webhook(&about_item(code, [(field, end)]))
                .await;
        }
    }
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(browser.items().await[0].disconnects_at, None);

    // An announced end passes, and the Item still works.
    backend
        .execute_sql("UPDATE items SET disconnects_at = '2026-01-01T00:00:00Z'")
        .await;
    assert_eq!(browser.items().await[0].disconnects_at, None);
    let item: Item = browser.get("/api/items/item-public-1").await.json();
    assert_eq!(item.disconnects_at, None);
}

/// Webhooks have no date: one from before the repair may be repeated with a new signature, or arrive late.
#[tokio::test]
async fn webhooks_from_before_a_repair_are_ignored_after_it() {
    let new_accounts = about_item("NEW_ACCOUNTS_AVAILABLE", []);
    let [disconnect, expiration] =
        END_ANNOUNCEMENTS.map(|(code, field)| about_item(code, [(field, json!(in_days(7)))]));
    let far = about_item(
        END_ANNOUNCEMENTS[0].0,
        [(END_ANNOUNCEMENTS[0].1, json!(in_days(30)))],
    );
    let repaired = about_item("LOGIN_REPAIRED", []);
    for (before, recovers_by_webhook, after) in [
        (vec![&new_accounts], false, vec![&new_accounts]),
        (vec![&disconnect], false, vec![&disconnect]),
        (vec![&expiration], false, vec![&expiration]),
        (vec![&far], false, vec![&far]),
        (vec![&disconnect], true, vec![&disconnect]),
        (vec![], true, vec![&disconnect, &expiration]),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        for body in &before {
            backend.send_webhook(body).await;
        }
        backend.wait_until_webhooks_are_applied().await;
        if recovers_by_webhook {
            backend.send_webhook(&repaired).await;
        } else {
            let visit = json!({ "account_selection": true });
            browser.post(REPAIRED, visit).await.json::<Item>();
        }
        backend.wait_until_webhooks_are_applied().await;
        let recovered = browser.items().await;
        assert!(!recovered[0].new_accounts_available && recovered[0].disconnects_at.is_none());
        for body in &after {
            backend.send_webhook(body).await;
        }
        backend.wait_until_webhooks_are_applied().await;
        assert_eq!(browser.items().await, recovered, "{after:?}");
    }
}

/// An older `LOGIN_REPAIRED` does not cancel a later announcement.
#[tokio::test]
async fn webhooks_from_after_a_repair_are_applied() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let repaired = about_item("LOGIN_REPAIRED", []);
    let new_accounts = about_item("NEW_ACCOUNTS_AVAILABLE", []);
    backend.send_webhook(&repaired).await;
    backend.send_webhook(&new_accounts).await;
    backend.wait_until_webhooks_are_applied().await;
    let visit = json!({ "account_selection": true });
    browser.post(REPAIRED, visit).await.json::<Item>();
    // The first copy is too old for the next webhook to count as a copy.
    backend
        .execute_sql("UPDATE webhooks SET first_received_at = '2026-01-01T00:00:00.000Z'")
        .await;
    backend.send_webhook(&new_accounts).await;
    wait_for_item(&browser, |item| item.new_accounts_available).await;

    let end = in_days(8);
    let pending = about_item(
        END_ANNOUNCEMENTS[0].0,
        [(END_ANNOUNCEMENTS[0].1, json!(end))],
    );
    backend.send_webhook(&pending).await;
    wait_for_item(&browser, |item| item.disconnects_at == Some(end.clone())).await;
    backend
        .execute_sql("UPDATE webhooks SET first_received_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour')")
        .await;
    backend.send_webhook(&repaired).await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(browser.items().await[0].disconnects_at, Some(end));
}

/// Returns a time in the future, as Plaid writes it.
fn in_days(days: i64) -> String {
    let time = OffsetDateTime::now_utc() + Duration::days(days);
    time.format(&Rfc3339).expect("a time")
}
