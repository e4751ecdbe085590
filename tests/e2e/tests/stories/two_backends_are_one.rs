use e2e::{Role, story};
use serde_json::json;

/// What is connected by way of one backend is there by way of the other, for the same person.
#[tokio::test(flavor = "multi_thread")]
async fn two_backends_are_one() {
    story(async |world| {
        let page = &world.browser;
        let other = world.stack.another_backend().await;
        page.connects("First Platypus Bank").await;
        let (user, first) = (page.user().await, page.tab().await);
        let second = page.open_tab().await;
        page.open_address(other.url()).await;
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        assert_eq!(page.user().await, user);
        page.button("Connect a bank account").click().await;
        page.link_a_bank("Tartan Bank").await;
        page.region("Tartan Bank").appears().await;

        // The same accounts are noticed wherever they were connected.
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let notice = page.notice("First Platypus Bank is connected already");
        notice.button("Keep it as it is").click().await;

        // And is told of to a page that is open there.
        page.look_at(&first).await;
        page.region("Tartan Bank").says("Plaid Checking").await;
        page.region("Tartan Bank")
            .button("Disconnect")
            .click()
            .await;
        let question = page.locate(Role::Dialog, "Disconnect Tartan Bank?");
        question.button("Disconnect").click().await;
        page.region("Tartan Bank").disappears().await;
        page.look_at(&second).await;
        page.region("Tartan Bank").disappears().await;
        page.region("First Platypus Bank").appears().await;
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 2);
    })
    .await;
}

/// A success goes to both backends at the same time, and Plaid tells of it as well: it is one Item.
#[tokio::test(flavor = "multi_thread")]
async fn both_are_told_of_the_same_success() {
    story(async |world| {
        let page = &world.browser;
        let other = world.stack.another_backend().await;
        world.stack.plaid_delivers(json!({ "hold": true })).await;
        let hold = "if (request.method === 'POST' && request.url.endsWith('/items')) {
            window.told = await request.clone().text();
            await new Promise((release) => { window.release = release; });
        }
        return ask(request)";
        page.stand_in("/api/items", hold).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let told = "return new Promise((told) => {
            const look = () => window.release ? told(window.told) : setTimeout(look, 20);
            look();
        })";
        let told = page.run(told).await;
        let first = page.tab().await;
        page.open_tab().await;
        page.open_address(other.url()).await;
        page.heading("No bank connected yet").appears().await;
        page.run(&format!(
            "const headers = {{ 'Content-Type': 'application/json' }};
            window.answer = fetch('/api/items', {{ method: 'POST', headers, body: {told} }}).then((answer) => answer.json())"
        ))
        .await;
        let second = page.tab().await;
        page.look_at(&first).await;
        page.run("window.release()").await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        page.look_at(&second).await;
        let item = page.run("return window.answer").await;
        assert_eq!(item["institution_name"], "First Platypus Bank", "{item}");
        world.stack.plaid_delivers(json!({})).await;
        world.stack.takes_webhooks("SESSION_FINISHED", 1).await;
        for tab in [&first, &second] {
            page.look_at(tab).await;
            page.reload().await;
            bank.says("Plaid Checking").await;
            assert_eq!(bank.count().await, 1);
        }
        let items = world.stack.access_tokens(&page.user().await).await;
        assert_eq!(items.len(), 1);
    })
    .await;
}

/// Plaid tells the backend at which the bank was connected; the page is open at the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_is_told_shows_at_the_other() {
    story(async |world| {
        let page = &world.browser;
        let other = world.stack.another_backend().await;
        page.connects("First Platypus Bank").await;
        page.open_address(other.url()).await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        // By then the page's own stream is open.
        let ready = "return new Promise((ready) => new EventSource('/api/events').addEventListener('ready', () => ready(true)))";
        page.run(ready).await;
        world.stack.bank_wants_sign_in(&page.user().await).await;
        bank.button("Reconnect").appears().await;
    })
    .await;
}
