//! The browser's configuration, and the health routes.

use connect_api::Config;

use crate::harness::TestBackend;

#[tokio::test]
async fn the_browser_configuration_names_link_and_no_secret() {
    let backend = TestBackend::start().await;
    let answer = backend.visitor().get("/api/config").await;
    let config: Config = answer.json();
    assert_eq!(config.link_script_url, "https://cdn.example/link.js");
    assert_eq!(config.plaid_env, "sandbox");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for secret in ["client-1", "secret-that"] {
        assert!(!answer.text().contains(secret));
    }
}

#[tokio::test]
async fn the_health_routes_answer_ok() {
    let backend = TestBackend::start().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(backend.visitor().get(path).await.text(), "ok", "{path}");
    }
}
