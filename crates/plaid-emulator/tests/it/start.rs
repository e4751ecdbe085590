//! Tests of the start, the stop and the seed.

use plaid_emulator::Emulator;
use serde_json::json;

use crate::client::{Plaid, link_token_request};

#[tokio::test]
async fn emulators_with_the_same_seed_create_the_same_ids() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let emulator = Emulator::builder()
            .seed(seed)
            .start()
            .await
            .expect("a free port");
        let plaid = Plaid::with(emulator);
        let created = plaid
            .call("/link/token/create", link_token_request())
            .await
            .ok();
        let access_token = plaid.access_token().await;
        let item = plaid
            .call("/accounts/get", json!({ "access_token": access_token }))
            .await
            .ok();
        ids.push((
            created["link_token"].clone(),
            created["request_id"].clone(),
            item["accounts"].clone(),
        ));
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0].0, ids[2].0);
    assert_ne!(ids[0].1, ids[2].1);
    assert_ne!(ids[0].2, ids[2].2);
}

#[tokio::test]
async fn the_error_names_a_port_in_use() {
    let first = Emulator::start().await.expect("a free port");
    let taken = first
        .url()
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let error = Emulator::builder()
        .listen(taken)
        .start()
        .await
        .expect_err("the port is taken");
    assert!(error.to_string().contains(&taken.to_string()), "{error}");
}

#[tokio::test]
async fn the_emulator_stops_when_dropped() {
    let emulator = Emulator::start().await.expect("a free port");
    let address: std::net::SocketAddr = emulator
        .url()
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    drop(emulator);
    // The port is free as soon as the task has ended.
    while Emulator::builder().listen(address).start().await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_script_has_the_same_path_as_plaids() {
    let emulator = Emulator::start().await.expect("a free port");
    let expected = format!("{}/link/v2/stable/link-initialize.js", emulator.url());
    assert_eq!(emulator.link_script_url(), expected);
}
