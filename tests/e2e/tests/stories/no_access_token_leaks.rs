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
        page.settles().await;
        // What would be fetched since something changed could not be read once the page has gone.
        page.block(&["*/api/items/*"]).await;
        page.reload().await;
        bank.appears().await;

        let responses = page.responses().await;
        let tokens = world.stack.access_tokens(&user_id(&responses)).await;
        let [token] = tokens.as_slice() else {
            panic!("one bank is one token")
        };
        let (_, secret) = token
            .rsplit_once("sandbox-")
            .expect("a token of the Sandbox");
        let holds = |text: &str| text.contains(secret);

        let api = |response: &&Response| response.url.contains("/api/") && response.status < 300;
        let read: Vec<&Response> = responses.iter().filter(api).collect();
        let brings_the_bank = |response: &Response| {
            let body = response.body.as_deref().unwrap_or_default();
            response.url.ends_with("/api/items") && body.contains("First Platypus Bank")
        };
        assert!(
            read.iter().any(|response| brings_the_bank(response)),
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
            assert!(!holds(headers), "the headers of {url}");
            assert!(
                !holds(body.as_deref().unwrap_or_default()),
                "the body of {url}"
            );
        }
        for line in page.console().await {
            assert!(!holds(&line), "the console: {line}");
        }

        let log = server_log();
        assert!(
            log.contains("/item/public_token/exchange"),
            "the exchange is in the log"
        );
        let told = log.lines().find(|line| holds(line));
        assert!(told.is_none(), "the log: {told:?}");

        for file in world.stack.data_files() {
            let bytes = fs::read(&file).expect("a file of the backend");
            assert!(
                !holds(&String::from_utf8_lossy(&bytes)),
                "{}",
                file.display()
            );
        }
    })
    .await;
}

/// Who the page is, as the backend told it.
fn user_id(responses: &[Response]) -> String {
    let session = responses
        .iter()
        .find(|response| response.url.ends_with("/api/session"));
    let body = session
        .and_then(|session| session.body.as_deref())
        .expect("the page asked who it is");
    let session: serde_json::Value = serde_json::from_str(body).expect("JSON");
    session["user_id"].as_str().expect("a user").to_owned()
}
