//! Starting, stopping and the seed.

use plaid_emulator::Emulator;
use serde_json::json;

use crate::client::{Plaid, link_token_request};

#[tokio::test]
async fn two_emulators_with_one_seed_say_the_same() {
    let mut said = Vec::new();
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
        said.push((
            created["link_token"].clone(),
            created["request_id"].clone(),
            item["accounts"].clone(),
        ));
    }
    assert_eq!(said[0], said[1]);
    assert_ne!(said[0].0, said[2].0);
    assert_ne!(said[0].1, said[2].1);
    assert_ne!(said[0].2, said[2].2);
}

#[tokio::test]
async fn a_taken_port_is_named() {
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
async fn it_stops_when_dropped() {
    let emulator = Emulator::start().await.expect("a free port");
    let address: std::net::SocketAddr = emulator
        .url()
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    drop(emulator);
    // The port is free again as soon as the task has let go of it.
    while Emulator::builder().listen(address).start().await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_script_is_where_plaid_has_it() {
    let emulator = Emulator::start().await.expect("a free port");
    let expected = format!("{}/link/v2/stable/link-initialize.js", emulator.url());
    assert_eq!(emulator.link_script_url(), expected);
}
