//! Two backends over one database.

use e2e::{Role, story};
use serde_json::json;

/// An Item that is connected through one backend appears through the other.
#[tokio::test(flavor = "multi_thread")]
async fn two_backends_act_as_one() {
    story(async |world| {
        let page = &world.browser;
        let other = world.stack.another_backend().await;
        page.connect_bank("First Platypus Bank").await;
        let (user, first) = (page.user().await, page.tab().await);
        let second = page.open_tab().await;
        page.open_url(other.url()).await;
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        assert_eq!(page.user().await, user);
        page.button("Connect a bank account").click().await;
        page.link_a_bank("Tartan Bank").await;
        page.region("Tartan Bank").appears().await;

        // A duplicate is found even if the first Item was connected through the other backend.
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let notice = page.notice("First Platypus Bank is connected already");
        notice.button("Keep it as it is").click().await;

        // The page that is open at the first backend shows the new Item.
        page.switch_to_tab(&first).await;
        page.region("Tartan Bank").says("Plaid Checking").await;
        page.region("Tartan Bank")
            .button("Disconnect")
            .click()
            .await;
        let question = page.locate(Role::Dialog, "Disconnect Tartan Bank?");
        question.button("Disconnect").click().await;
        page.region("Tartan Bank").disappears().await;
        page.switch_to_tab(&second).await;
        page.region("Tartan Bank").disappears().await;
        page.region("First Platypus Bank").appears().await;
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 2);
    })
    .await;
}

/// A success that both backends receive at the same time, and that Plaid also reports, is one Item.
#[tokio::test(flavor = "multi_thread")]
async fn both_backends_receive_the_same_success() {
    story(async |world| {
        let page = &world.browser;
        let other = world.stack.another_backend().await;
        world.stack.set_webhook_delivery(json!({ "hold": true })).await;
        let hold = "if (request.method === 'POST' && request.url.endsWith('/items')) {
            window.submitted = await request.clone().text();
            await new Promise((release) => { window.release = release; });
        }
        return ask(request)";
        page.intercept("/api/items", hold).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let submitted = "return new Promise((done) => {
            const look = () => window.release ? done(window.submitted) : setTimeout(look, 20);
            look();
        })";
        let submitted = page.run(submitted).await;
        let first = page.tab().await;
        page.open_tab().await;
        page.open_url(other.url()).await;
        page.heading("No bank connected yet").appears().await;
        page.run(&format!(
            "const headers = {{ 'Content-Type': 'application/json' }};
            window.answer = fetch('/api/items', {{ method: 'POST', headers, body: {submitted} }}).then((answer) => answer.json())"
        ))
        .await;
        let second = page.tab().await;
        page.switch_to_tab(&first).await;
        page.run("window.release()").await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        page.switch_to_tab(&second).await;
        let item = page.run("return window.answer").await;
        assert_eq!(item["institution_name"], "First Platypus Bank", "{item}");
        world.stack.set_webhook_delivery(json!({})).await;
        world.stack.wait_for_webhooks("SESSION_FINISHED", 1).await;
        for tab in [&first, &second] {
            page.switch_to_tab(tab).await;
            page.reload().await;
            bank.says("Plaid Checking").await;
            assert_eq!(bank.count().await, 1);
        }
        let items = world.stack.access_tokens(&page.user().await).await;
        assert_eq!(items.len(), 1);
    })
    .await;
}

/// Plaid sends the webhook to the backend that created the Item. The page is open at the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_to_one_backend_updates_pages_of_the_other() {
    story(async |world| {
        let page = &world.browser;
        let other = world.stack.another_backend().await;
        page.connect_bank("First Platypus Bank").await;
        page.open_url(other.url()).await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        // At this event, the page's own stream is open.
        let ready = "return new Promise((ready) => new EventSource('/api/events').addEventListener('ready', () => ready(true)))";
        page.run(ready).await;
        world.stack.require_sign_in(&page.user().await).await;
        bank.button("Reconnect").appears().await;
    })
    .await;
}
