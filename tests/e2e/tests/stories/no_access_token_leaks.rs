//! The secrecy of access tokens.

use std::fs;

use e2e::{Response, server_log, story};

#[tokio::test(flavor = "multi_thread")]
async fn no_access_token_leaks() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        bank.appears().await;
        bank.button("Refresh").click().await;
        page.wait_for_network_idle().await;
        // Responses to these requests could not be read after the reload.
        page.block(&["*/api/items/*"]).await;
        page.reload().await;
        bank.appears().await;

        let responses = page.responses().await;
        let tokens = world.stack.access_tokens(&user_id(&responses)).await;
        let [token] = tokens.as_slice() else {
            panic!("one bank has one token")
        };
        let (_, secret) = token
            .rsplit_once("sandbox-")
            .expect("a token of the Sandbox");
        let has_token = |text: &str| text.contains(secret);

        let api = |response: &&Response| response.url.contains("/api/") && response.status < 300;
        let read: Vec<&Response> = responses.iter().filter(api).collect();
        let has_the_bank = |response: &Response| {
            let body = response.body.as_deref().unwrap_or_default();
            response.url.ends_with("/api/items") && body.contains("First Platypus Bank")
        };
        assert!(
            read.iter().any(|response| has_the_bank(response)),
            "the bank is not in {read:#?}"
        );
        let unread: Vec<_> = read
            .iter()
            .filter(|response| response.body.is_none() && response.status != 204)
            .collect();
        assert!(unread.is_empty(), "not read: {unread:?}");
        for Response {
            url, headers, body, ..
        } in &responses
        {
            assert!(!has_token(headers), "the headers of {url}");
            assert!(
                !has_token(body.as_deref().unwrap_or_default()),
                "the body of {url}"
            );
        }
        for line in page.console().await {
            assert!(!has_token(&line), "the console: {line}");
        }

        let log = server_log();
        assert!(
            log.contains("/item/public_token/exchange"),
            "the exchange is in the log"
        );
        let leak = log.lines().find(|line| has_token(line));
        assert!(leak.is_none(), "the log: {leak:?}");

        for file in world.stack.data_files() {
            let bytes = fs::read(&file).expect("a file of the backend");
            assert!(
                !has_token(&String::from_utf8_lossy(&bytes)),
                "{}",
                file.display()
            );
        }
    })
    .await;
}

/// Returns the user id of the page's session.
fn user_id(responses: &[Response]) -> String {
    let session = responses
        .iter()
        .find(|response| response.url.ends_with("/api/session"));
    let body = session
        .and_then(|session| session.body.as_deref())
        .expect("the page requested its session");
    let session: serde_json::Value = serde_json::from_str(body).expect("JSON");
    session["user_id"].as_str().expect("a user").to_owned()
}
