use e2e::story;

/// What may come in place of an answer.
const NONSENSE: [(&str, &str); 9] = [
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
        "half an answer",
        "return new Response('{\"items\": [', { headers: { 'Content-Type': 'application/json' } })",
    ),
    (
        "another answer",
        "return Response.json({ items: 7, link_token: [] })",
    ),
    ("nothing", "return new Response('')"),
    ("no network", "throw new TypeError('Failed to fetch')"),
    (
        "silence",
        "return new Promise((_, fail) => {
            request.signal.onabort = () => fail(request.signal.reason);
            expire();
        })",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_accounts_come_once_the_backend_speaks_again() {
    story(async |world| {
        let page = &world.browser;
        // Its first word would bring the accounts before anybody tries again.
        page.block(&["*/api/events"]).await;
        for (nonsense, answer) in NONSENSE {
            eprintln!("{nonsense}");
            page.stand_in("/api/items", answer).await;
            page.open("/").await;
            page.button("Try again").appears().await;
            assert!(
                !page.heading("No bank connected yet").is_there().await,
                "nobody knows that"
            );
            page.step_aside().await;
            page.button("Try again").click().await;
            page.heading("No bank connected yet").appears().await;
            page.button("Try again").disappears().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn link_opens_once_the_backend_speaks_again() {
    story(async |world| {
        let page = &world.browser;
        for (nonsense, answer) in NONSENSE {
            eprintln!("{nonsense}");
            page.stand_in("/api/link/tokens", answer).await;
            page.open("/").await;
            page.button("Connect a bank account").click().await;
            page.button("Try again").appears().await;
            page.step_aside().await;
            page.button("Try again").click().await;
            let link = page.enter_link().await;
            link.button("Continue without phone number").appears().await;
            link.leave().await;
        }
    })
    .await;
}
