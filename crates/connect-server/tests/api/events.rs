use connect_api::{ChangeKind, ItemList};
use serde_json::json;

use crate::connect::{Browser, Connect, eventually};

#[tokio::test]
async fn an_open_page_hears_what_changes_of_its_user_alone() {
    let connect = Connect::start().await;
    let (ada, bob) = (connect.browser().await, connect.browser().await);
    let (mut page, mut other) = (ada.events().await, bob.events().await);
    let path = "/api/items/item-public-1";
    ada.connects("public-1").await;
    ada.post(&format!("{path}/refresh"), json!({})).await;
    ada.delete(path).await;
    let heard: Vec<_> = page
        .changes()
        .await
        .into_iter()
        .map(|change| (change.item_id.to_string(), change.kind))
        .collect();
    assert_eq!(
        heard,
        [
            ChangeKind::Connected,
            // Its balances came, and came anew.
            ChangeKind::Changed,
            ChangeKind::Changed,
            ChangeKind::Disconnected
        ]
        .map(|kind| ("item-public-1".to_owned(), kind))
    );
    assert_eq!(other.changes().await, []);
}

/// A page that has its Items already fetches them once more only if something was missed.
#[tokio::test]
async fn a_page_knows_whether_it_missed_anything() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    let as_of = async |browser: &Browser| browser.get("/api/items").await.json::<ItemList>().as_of;
    let before = as_of(&browser).await;
    let ready = async |browser: &Browser| browser.events().await.ready();
    assert_eq!(ready(&browser).await, before, "nothing was missed");
    browser.connects("public-1").await;
    assert!(ready(&browser).await > before);
    assert_eq!(ready(&browser).await, as_of(&browser).await);

    // What another process told does not count here, and all of it may have been missed.
    let before = as_of(&browser).await;
    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    assert!(ready(&browser).await > before);
}

#[tokio::test]
async fn a_page_misses_nothing_that_another_process_does() {
    let connect = Connect::start().await;
    let (ada, bob) = (connect.browser().await, connect.browser().await);
    let (mut page, mut other) = (ada.events().await, bob.events().await);
    let replica = connect.replica().await;
    let elsewhere = ada.clone().at(&replica);
    for (count, public_token) in ["public-1", "public-2", "public-3"].into_iter().enumerate() {
        let before = page.stale();
        elsewhere.connects(public_token).await;
        eventually(async || {
            assert_eq!(page.changes().await, [], "nothing changed here");
            assert_eq!(other.changes().await, []);
            page.stale() > before && ada.items().await.len() > count
        })
        .await;
    }
    assert_eq!(
        other.stale(),
        1,
        "what was before is not known, but it stays so"
    );

    // It is as before the change here: that is news.
    ada.connects("public-4").await;
    let before = page.stale();
    elsewhere.delete("/api/items/item-public-4").await;
    eventually(async || page.changes().await.len() == 2 && page.stale() > before).await;

    // A page that was away knows that it missed something.
    let as_of = ada.get("/api/items").await.json::<ItemList>().as_of;
    elsewhere.delete("/api/items/item-public-3").await;
    eventually(async || ada.events().await.ready() != as_of).await;
}

#[tokio::test]
async fn the_stream_ends_with_the_backend() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    let mut page = browser.events().await;
    drop(browser);
    connect.stop();
    page.ends().await;
}
