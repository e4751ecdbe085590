use connect_api::Config;

use crate::connect::Connect;

#[tokio::test]
async fn a_browser_is_told_where_link_is_and_nothing_that_is_secret() {
    let connect = Connect::start().await;
    let answer = connect.stranger().get("/api/config").await;
    let config: Config = answer.json();
    assert_eq!(config.link_script_url, "https://cdn.example/link.js");
    assert_eq!(config.plaid_env, "sandbox");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for secret in ["client-1", "secret-that"] {
        assert!(!answer.text().contains(secret));
    }
}

#[tokio::test]
async fn the_process_says_that_it_is_alive_and_ready() {
    let connect = Connect::start().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(connect.stranger().get(path).await.text(), "ok", "{path}");
    }
}
