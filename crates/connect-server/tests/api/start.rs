//! The start of the backend, and the errors that prevent it.

use std::fs;
use std::process::Command;

use axum::http::StatusCode;
use connect_api::ProblemCode;
use connect_server::Server;
use serde_json::json;

use crate::harness::{TestBackend, config};

#[tokio::test]
async fn a_server_listens_and_stops() {
    let folder = tempfile::tempdir().expect("a folder");
    let plaid = crate::stub_plaid::StubPlaid::start().await;
    let server = Server::start(config(&folder, &plaid.url))
        .await
        .expect("a server");
    let address = server.url().trim_start_matches("http://").to_owned();
    assert!(tokio::net::TcpStream::connect(&address).await.is_ok());
    server.shutdown().await;
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    let left = std::fs::read_dir(folder.path()).expect("a folder");
    let left: Vec<_> = left.map(|file| file.expect("a file").file_name()).collect();
    assert!(
        left.iter().all(|name| name != "connect.db-wal"),
        "the write-ahead log remains: {left:?}"
    );
}

#[tokio::test]
async fn a_taken_port_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut config = config(&folder, &"http://127.0.0.1:1".parse().expect("a URL"));
    config.listen = taken.local_addr().expect("an address");
    let error = Server::start(config)
        .await
        .expect_err("a taken port")
        .to_string();
    assert!(
        error.contains(&taken.local_addr().expect("an address").to_string()),
        "{error}"
    );
    assert!(error.contains("CONNECT_LISTEN"), "{error}");
}

/// Each row has the content of the key file, and the error. The file is never repaired or replaced.
#[tokio::test]
async fn a_wrong_vault_key_is_reported_and_left_unchanged() {
    let other = "ab".repeat(32);
    for (content, sentence) in [
        (None, "is missing, and the database holds access tokens"),
        (Some(""), "does not hold 32 bytes"),
        (Some("c2hvcnQ="), "does not hold 32 bytes"),
        (Some("zz"), "does not hold 32 bytes"),
        (
            Some(&*other),
            "is not the one that the database was written with",
        ),
    ] {
        let mut backend = TestBackend::start().await;
        let browser = backend.browser().await;
        let item = browser.connect_item("public-1").await;
        let path = backend.file("vault.key");
        let key = fs::read_to_string(&path).expect("a key");
        match content {
            Some(text) => fs::write(&path, text).expect("a file"),
            None => fs::remove_file(&path).expect("a file"),
        }
        let error = backend.restart().await.expect_err(sentence).to_string();
        assert!(
            error.contains(sentence) && error.contains("vault.key"),
            "{error}"
        );
        assert_eq!(
            fs::read_to_string(&path).ok().as_deref(),
            content,
            "the file was changed"
        );

        if content.is_none() {
            make_private(&path, &key);
        }
        fs::write(&path, key).expect("a file");
        backend.restart().await.expect("the key is back");
        let browser = backend.reconnect(browser);
        assert_eq!(browser.items().await, [item]);
        let answer = browser
            .post("/api/items/item-public-1/refresh", json!({}))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let mut backend = TestBackend::start().await;
    for mode in [0o640, 0o604, 0o666] {
        let path = backend.file("vault.key");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
        let error = backend.restart().await.expect_err("too open").to_string();
        assert!(
            error.contains(&format!("mode {mode:03o}")) && error.contains("chmod 600"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_damaged_access_token_is_reported_and_kept() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let item = browser.connect_item("public-1").await;
    backend
        .execute_sql("UPDATE items SET access_token = x'01020304'")
        .await;
    let refresh = "/api/items/item-public-1/refresh";
    let problem = browser.post(refresh, json!({})).await.problem();
    assert_eq!((problem.status, problem.code), (500, ProblemCode::Internal));
    assert_eq!(problem.title, "The saved connection cannot be opened");
    assert_eq!(browser.items().await, [item]);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let mut backend = TestBackend::start().await;
    backend
        .execute_sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'newer', 1, x'00', 0)",
        )
        .await;
    let error = backend.restart().await.expect_err("too new").to_string();
    assert!(
        error.contains("newer version") && error.contains("9999"),
        "{error}"
    );
}

#[tokio::test]
async fn an_invalid_database_is_reported() {
    let mut backend = TestBackend::start().await;
    let file = backend.file("not-a-database");
    fs::write(&file, "hello ".repeat(1000)).expect("a file");
    for (url, sentence) in [
        (format!("sqlite:{}", file.display()), "not a database"),
        (
            "sqlite:/nowhere/at/all/connect.db".to_owned(),
            "/nowhere/at/all/connect.db",
        ),
        ("sqlite::memory:".to_owned(), "must name a file"),
        (
            "mysql://localhost/connect".to_owned(),
            "must begin with `sqlite:`",
        ),
    ] {
        backend.config.database_url = url;
        let error = backend.restart().await.expect_err(sentence);
        let error = connect_server::chain(&error);
        assert!(error.contains(sentence), "{error}");
    }
}

/// The program prints one sentence to stderr, and exits with a failure.
#[test]
fn a_wrong_setting_is_reported_in_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    for (variable, value, sentence) in [
        ("PLAID_CLIENT_ID", "", "PLAID_CLIENT_ID is not set"),
        ("CONNECT_LISTEN", "everywhere", "invalid value 'everywhere'"),
        ("CONNECT_LISTEN", &taken, "cannot listen on"),
        (
            "PLAID_ENV",
            "development",
            "Plaid's environments are `sandbox` and `production`",
        ),
        ("PLAID_BASE_URL", "plaid", "PLAID_BASE_URL is `plaid`"),
        ("CONNECT_DIST", "/nowhere", "build the app first"),
        ("CONNECT_LOG", "connect=loud", "CONNECT_LOG"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_connect-server"))
            .env_clear()
            .env("PLAID_CLIENT_ID", "client-1")
            .env("PLAID_SECRET", "secret-1")
            .env("CONNECT_LISTEN", "127.0.0.1:0")
            .env("CONNECT_LOG", "off")
            .env(variable, value)
            .output()
            .expect("the program");
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert!(stderr.contains(sentence), "{variable}: {stderr}");
        assert_eq!(
            (stderr.lines().count(), output.status.code()),
            (1, Some(1)),
            "{stderr}"
        );
    }
}

fn make_private(path: &std::path::Path, text: &str) {
    fs::write(path, text).expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode");
    }
}

#[tokio::test]
async fn a_missing_public_url_is_logged() {
    let _backend = TestBackend::start().await;
    let log = crate::log::text();
    for sentence in ["Plaid cannot send webhooks", "cannot send users back"] {
        assert!(log.contains(sentence), "{sentence}");
    }
}

#[tokio::test]
async fn a_line_break_after_the_vault_key_is_ignored() {
    let mut backend = TestBackend::start().await;
    let path = backend.file("vault.key");
    let key = fs::read_to_string(&path).expect("a key");
    fs::write(&path, format!(" {} \r\n", key.trim())).expect("a file");
    backend.restart().await.expect("a restart");
}
