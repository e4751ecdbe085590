//! Invalid responses of the backend, and the recovery from them.

use e2e::story;

/// The invalid responses, each with its name.
const INVALID_RESPONSES: [(&str, &str); 9] = [
    (
        "a failure",
        "return Response.json({ code: 'internal', title: 'It broke', status: 500 }, { status: 500 })",
    ),
    (
        "too many requests",
        "return Response.json({ code: 'rate_limited', title: 'Later', status: 429 }, { status: 429 })",
    ),
    (
        "a gateway's page",
        "return new Response('<h1>Bad gateway</h1>', { status: 502 })",
    ),
    (
        "a portal's page",
        "return new Response('<h1>Welcome to our Wi-Fi</h1>', { headers: { 'Content-Type': 'text/html' } })",
    ),
    (
        "a truncated response",
        "return new Response('{\"items\": [', { headers: { 'Content-Type': 'application/json' } })",
    ),
    (
        "a response of another type",
        "return Response.json({ items: 7, link_token: [] })",
    ),
    ("an empty response", "return new Response('')"),
    ("no network", "throw new TypeError('Failed to fetch')"),
    (
        "a timeout",
        "return new Promise((_, fail) => {
            request.signal.onabort = () => fail(request.signal.reason);
            expire();
        })",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_accounts_appear_once_the_backend_recovers() {
    story(async |world| {
        let page = &world.browser;
        // Its first event would fetch the accounts before the click on **Try again**.
        page.block(&["*/api/events"]).await;
        for (name, answer) in INVALID_RESPONSES {
            eprintln!("{name}");
            page.intercept("/api/items", answer).await;
            page.open("/").await;
            page.button("Try again").appears().await;
            assert!(
                !page.heading("No bank connected yet").is_visible().await,
                "an unknown list is not shown as empty"
            );
            page.stop_intercepting().await;
            page.button("Try again").click().await;
            page.heading("No bank connected yet").appears().await;
            page.button("Try again").disappears().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn link_opens_once_the_backend_recovers() {
    story(async |world| {
        let page = &world.browser;
        for (name, answer) in INVALID_RESPONSES {
            eprintln!("{name}");
            page.intercept("/api/link/tokens", answer).await;
            page.open("/").await;
            page.button("Connect a bank account").click().await;
            page.button("Try again").appears().await;
            page.stop_intercepting().await;
            page.button("Try again").click().await;
            let link = page.enter_link().await;
            link.button("Continue without phone number").appears().await;
            link.leave().await;
        }
    })
    .await;
}
