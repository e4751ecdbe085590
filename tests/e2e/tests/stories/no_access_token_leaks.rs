use std::fs;

use e2e::{Response, server_log, story};

/// How every access token of the Sandbox begins.
const MARK: &str = "access-sandbox-";

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
        page.reload().await;
        bank.appears().await;

        let responses = page.responses().await;
        let exchanged =
            |response: &Response| response.url.ends_with("/api/items") && response.status == 201;
        assert!(
            responses.iter().any(exchanged),
            "the exchange is among what was read"
        );
        for Response {
            url, headers, body, ..
        } in &responses
        {
            assert!(!headers.contains(MARK), "in the headers of {url}");
            assert!(
                !body.as_deref().unwrap_or_default().contains(MARK),
                "in the body of {url}"
            );
        }
        for line in page.console().await {
            assert!(!line.contains(MARK), "on the console: {line}");
        }

        let log = server_log();
        assert!(log.contains("exchange"), "the exchange is in the log");
        assert!(
            !log.contains(MARK),
            "in the log: {:?}",
            log.lines().find(|line| line.contains(MARK))
        );

        let files = world.stack.data_files();
        assert!(!files.is_empty(), "the backend stored something");
        for file in files {
            let bytes = fs::read(&file).expect("a file of the backend");
            let found = bytes
                .windows(MARK.len())
                .any(|window| window == MARK.as_bytes());
            assert!(!found, "in {}", file.display());
        }
    })
    .await;
}
