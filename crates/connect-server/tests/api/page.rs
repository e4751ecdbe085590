//! The page and the files of the built app.

use std::io::Read;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use connect_api::{Config, ProblemCode};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use url::Url;

use crate::harness::{Answer, Browser, TestBackend, success};

#[tokio::test]
async fn every_page_path_returns_the_page() {
    let backend = TestBackend::start().await;
    for path in ["/", "/index.html", "/oauth?oauth_state_id=1"] {
        let answer = backend.visitor().get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        // It may come with a cookie.
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
        assert!(answer.text().contains("id=\"connect-config\""), "{path}");
    }
}

/// The app says so to a person; a monitor or a script sees the status.
#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let backend = TestBackend::start().await;
    for path in ["/items/1", "/metrics", "/health", "/wp-login.php"] {
        let answer = backend.visitor().get(path).await;
        assert_eq!(answer.problem().code, ProblemCode::NotFound, "{path}");
        assert_eq!(answer.cookie(), None, "{path}");
        let answer = get(&backend.visitor(), path, "accept", "text/html,*/*").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().contains("id=\"connect-config\""), "{path}");
        assert!(answer.header("content-security-policy").is_some());
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_what_to_refuse() {
    let https = Url::parse("https://bank.example").ok();
    for (public_url, transport) in [(None, None), (https, Some("max-age=31536000"))] {
        let backend = TestBackend::start_with(|config| config.public_url = public_url).await;
        for path in ["/", "/api/items", "/api/session", "/nowhere", "/livez"] {
            let answer = backend.visitor().get(path).await;
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "strict-origin"),
                ("cross-origin-opener-policy", "same-origin-allow-popups"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{path}");
            }
            let permissions = answer.header("permissions-policy").expect("a policy");
            assert!(permissions.contains("camera=()"), "{path}");
            assert_eq!(answer.header("strict-transport-security"), transport);
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(policy.starts_with("default-src 'none'; "), "{path}");
            assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        }
    }
}

/// Whether the proxy removes the path or not.
#[tokio::test]
async fn the_backend_works_under_the_path_of_its_public_url() {
    let public = Url::parse("https://example.com/bank/").ok();
    let mut backend = TestBackend::start_with(|config| config.public_url = public).await;
    // As in the source, and as the minifier writes it.
    for (base, prefix) in [("<base href=\"/\">", ""), ("<base href=/>", "/bank")] {
        let html = format!("<html>{base}<title>Connect</title></head></html>");
        std::fs::write(backend.file("dist/index.html"), html).expect("a page");
        backend.restart().await.expect("a restart");
        let visitor = backend.visitor();
        let answer = visitor.get(&format!("{prefix}/")).await;
        assert!(
            answer.text().contains("<base href=\"/bank/\">"),
            "{answer:?}"
        );
        let browser = visitor.with_cookie(&answer.cookie().expect("a session"));
        let answer = browser
            .post(&format!("{prefix}/api/link/tokens"), serde_json::json!({}))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{prefix}");
        let item = browser
            .post(
                &format!("{prefix}/api/items"),
                success(&format!("public-{prefix}")),
            )
            .await;
        assert_eq!(item.status, StatusCode::CREATED, "{prefix}");
    }
    let redirect = backend.visitor().get("/bank").await;
    assert_eq!(redirect.header("location"), Some("/bank/"));
    assert!(redirect.header("x-request-id").is_some());
    assert!(redirect.header("strict-transport-security").is_some());
    let request = backend.plaid.calls("/link/token/create").remove(0);
    assert_eq!(request["redirect_uri"], "https://example.com/bank/oauth");
    let webhook = "https://example.com/bank/api/webhooks/plaid";
    assert_eq!(request["webhook"], webhook);
}

#[tokio::test]
async fn the_page_contains_its_configuration_and_preconnects_to_link() {
    let url = "https://cdn.example/link.js?a=1&b=\"</script><script>alert(1)";
    let url = Url::parse(url).expect("a URL");
    let backend =
        TestBackend::start_with(|config| config.plaid.link_script_url = url.clone()).await;
    let answer = backend.visitor().get("/").await;
    let (before, rest) = answer
        .text()
        .split_once("id=\"connect-config\">")
        .expect("a configuration");
    let (json, after) = rest.split_once("</script>").expect("its end");
    let config: Config = serde_json::from_str(json).expect("JSON");
    assert_eq!(config.link_script_url, url.as_str());
    assert!(before.ends_with("<script type=\"application/json\" "));
    assert!(
        after.contains("<link rel=\"preconnect\" href=\"https://cdn.example\">"),
        "{after}"
    );
    assert!(after.contains("</head>"));
}

#[tokio::test]
async fn the_content_security_policy_allows_only_the_page_and_link() {
    let backend = TestBackend::start().await;
    let answer = backend.visitor().get("/").await;
    let policy = answer.header("content-security-policy").expect("a policy");
    let plaid = backend.plaid.url.origin().ascii_serialization();
    let script = hash("import init from '/app.js'; init();");
    let json = hash(between(
        answer.text(),
        "id=\"connect-config\">",
        "</script>",
    ));
    for directive in [
        "default-src 'none'",
        &format!(
            "script-src 'self' 'wasm-unsafe-eval' {script} {json} https://cdn.example/link.js"
        ),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        &format!("connect-src 'self' {plaid} https://cdn.example"),
        "frame-src https://cdn.example",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    ] {
        assert!(
            policy.split("; ").any(|part| part == directive),
            "{directive}\n{policy}"
        );
    }
    let script_src = policy
        .split("; ")
        .find(|part| part.starts_with("script-src"));
    assert!(script_src.is_some_and(|part| !part.contains("unsafe-inline")));
}

#[tokio::test]
async fn the_page_is_compressed_and_revalidated() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let plain = browser.get("/").await;
    let gzip = get(&browser, "/", "accept-encoding", "gzip").await;
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    GzDecoder::new(&*gzip.body)
        .read_to_string(&mut text)
        .expect("gzip");
    assert_eq!(text, plain.text());

    let brotli = get(&browser, "/", "accept-encoding", "gzip, br").await;
    assert_eq!(brotli.header("content-encoding"), Some("br"));
    let mut text = Vec::new();
    brotli::BrotliDecompress(&mut &*brotli.body, &mut text).expect("brotli");
    assert_eq!(text, plain.body);

    let etag = plain.header("etag").expect("an etag");
    let again = get(&browser, "/", "if-none-match", etag).await;
    assert_eq!(
        (again.status, again.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    assert!(again.header("content-security-policy").is_some());
}

#[tokio::test]
async fn a_file_is_compressed_and_cached_forever_if_its_name_has_a_hash() {
    let backend = TestBackend::start().await;
    let hashed = "connect-0123456789abcdef_bg.wasm";
    std::fs::write(backend.file("dist").join(hashed), "wasm").expect("a file");
    std::fs::write(backend.file("dist").join(format!("{hashed}.br")), "less").expect("a file");
    std::fs::write(backend.file("dist").join("favicon.svg"), "<svg/>").expect("a file");
    let browser = backend.visitor();

    let file = get(&browser, &format!("/{hashed}"), "accept-encoding", "br").await;
    assert_eq!(
        (file.text(), file.header("content-encoding")),
        ("less", Some("br"))
    );
    assert_eq!(file.header("content-type"), Some("application/wasm"));
    assert_eq!(
        file.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(file.header("set-cookie"), None);

    let file = browser.get("/favicon.svg").await;
    assert_eq!(
        (file.text(), file.header("cache-control")),
        ("<svg/>", Some("no-cache"))
    );
}

/// A later request may succeed.
#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_cached() {
    let backend = TestBackend::start().await;
    let hashed = "connect-0123456789abcdef.js";
    // A link to itself fails for every user, also for root.
    let path = backend.file("dist").join(hashed);
    std::os::unix::fs::symlink(&path, &path).expect("a link");
    let answer = backend.visitor().get(&format!("/{hashed}")).await;
    let problem = answer.problem();
    assert_eq!((problem.status, problem.code), (500, ProblemCode::Internal));
    assert_eq!(answer.header("cache-control"), None);
}

#[tokio::test]
async fn a_missing_file_is_not_found() {
    let backend = TestBackend::start().await;
    std::fs::write(backend.file("secret.txt"), "outside").expect("a file");
    for path in [
        "/connect-0123456789abcdef.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/a/b.css",
    ] {
        let answer = backend.visitor().get(path).await;
        assert_eq!(answer.problem().code, ProblemCode::NotFound, "{path}");
    }
}

#[tokio::test]
async fn a_missing_app_is_reported_at_start() {
    for (page, sentence) in [
        (None, "build the app first"),
        (Some("<p>hello"), "no </head>"),
    ] {
        let mut backend = TestBackend::start().await;
        std::fs::remove_file(backend.file("dist/index.html")).expect("a page");
        if let Some(page) = page {
            std::fs::write(backend.file("dist/index.html"), page).expect("a page");
        }
        let error = backend.restart().await.expect_err(sentence).to_string();
        assert!(error.contains(sentence), "{error}");
    }
}

async fn get(browser: &Browser, path: &str, name: &str, value: &str) -> Answer {
    let request = Request::get(path).header(name, value);
    browser
        .send(request.body(Body::empty()).expect("a request"))
        .await
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect(start);
    rest.split_once(end).expect(end).0
}
