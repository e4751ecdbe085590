//! The event stream of open pages.

use std::time::Duration;

use axum::http::StatusCode;
use connect_api::{ChangeKind, ItemList};
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Browser, TestBackend, wait_until};

#[tokio::test]
async fn an_open_page_is_notified_of_its_own_users_changes() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let (mut page, mut other) = (ada.open_event_stream().await, bob.open_event_stream().await);
    let path = "/api/items/item-public-1";
    ada.connect_item("public-1").await;
    ada.post(&format!("{path}/refresh"), json!({})).await;
    ada.delete(path).await;
    let changes: Vec<_> = page
        .changes()
        .await
        .into_iter()
        .map(|change| (change.item_id.to_string(), change.kind))
        .collect();
    assert_eq!(
        changes,
        [
            ChangeKind::Connected,
            // Its balances were fetched, and refreshed.
            ChangeKind::Changed,
            ChangeKind::Changed,
            ChangeKind::Disconnected
        ]
        .map(|kind| ("item-public-1".to_owned(), kind))
    );
    assert_eq!(other.changes().await, []);
}

/// A page fetches its Items again only if it missed a change.
#[tokio::test]
async fn a_page_can_tell_whether_it_missed_a_change() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let as_of = async |browser: &Browser| browser.get("/api/items").await.json::<ItemList>().as_of;
    let before = as_of(&browser).await;
    let ready = async |browser: &Browser| browser.open_event_stream().await.initial_version();
    assert_eq!(ready(&browser).await, before, "nothing was missed");
    browser.connect_item("public-1").await;
    assert_ne!(ready(&browser).await, before);
    assert_eq!(ready(&browser).await, as_of(&browser).await);

    // After a restart the page may have missed every change.
    let before = as_of(&browser).await;
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    assert_ne!(ready(&browser).await, before);
}

#[tokio::test]
async fn a_page_is_notified_of_changes_by_another_process() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let (mut page, mut other) = (ada.open_event_stream().await, bob.open_event_stream().await);
    let replica = backend.replica().await;
    let elsewhere = ada.clone().using(&replica);
    for (count, public_token) in ["public-1", "public-2", "public-3"].into_iter().enumerate() {
        let before = page.stale_count();
        elsewhere.connect_item(public_token).await;
        wait_until(async || {
            assert_eq!(page.changes().await, [], "nothing changed here");
            assert_eq!(other.changes().await, []);
            page.stale_count() > before && ada.items().await.len() > count
        })
        .await;
    }
    assert_eq!(
        other.stale_count(),
        1,
        "one event before the first change, and none since"
    );

    // The Items are as before the change in this process, but the page is notified.
    ada.connect_item("public-4").await;
    let before = page.stale_count();
    elsewhere.delete("/api/items/item-public-4").await;
    wait_until(async || page.changes().await.len() == 2 && page.stale_count() > before).await;

    // A page that opens its stream again can tell that it missed a change.
    let as_of = ada.get("/api/items").await.json::<ItemList>().as_of;
    elsewhere.delete("/api/items/item-public-3").await;
    wait_until(async || ada.open_event_stream().await.initial_version() != as_of).await;
}

#[tokio::test]
async fn the_event_stream_ends_with_the_backend() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let mut page = browser.open_event_stream().await;
    drop(browser);
    backend.stop();
    page.wait_for_end().await;
}

/// A page that hears nothing for longer knows that its stream is held up.
#[tokio::test]
async fn an_idle_stream_sends_a_ping_every_15_seconds() {
    let backend = TestBackend::start().await;
    let mut page = backend.browser().await.open_event_stream().await;
    tokio::time::pause();
    for count in 1..=3 {
        tokio::time::advance(Duration::from_secs(15)).await;
        page.wait_for("event: ping\ndata: -\n", count).await;
    }
}

#[tokio::test]
async fn the_stream_forbids_proxies_to_collect_or_change_events() {
    let backend = TestBackend::start().await;
    let page = backend.browser().await.open_event_stream().await;
    for (name, value) in [
        ("x-accel-buffering", "no"),
        ("cache-control", "no-store, no-transform"),
    ] {
        assert_eq!(page.headers[name], value);
    }
}

#[tokio::test]
async fn a_user_can_open_at_most_32_streams() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let mut open = join_all((0..32).map(|_| ada.open_event_stream())).await;
    let refused = ada.get("/api/events").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let _other = bob.open_event_stream().await;
    open.pop();
    ada.open_event_stream().await;
}

/// Nobody learns from the version that others are active.
#[tokio::test]
async fn a_change_of_another_user_keeps_the_version() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let as_of = async || ada.get("/api/items").await.json::<ItemList>().as_of;
    let before = as_of().await;
    bob.connect_item("public-1").await;
    assert_eq!(as_of().await, before);
    ada.connect_item("public-2").await;
    assert_ne!(as_of().await, before);
}
