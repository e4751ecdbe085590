//! Changes that other tabs and the backend make.

use e2e::{Role, World, story};

/// A change in one tab appears in the other, without a reload.
#[tokio::test(flavor = "multi_thread")]
async fn tabs_stay_in_sync() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        let first = page.tab().await;
        let second = page.open_tab().await;
        page.connect_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");

        page.switch_to_tab(&first).await;
        bank.says("Plaid Checking").await;
        bank.button("Disconnect").click().await;
        let question = page.locate(Role::Dialog, "Disconnect First Platypus Bank?");
        question.button("Disconnect").click().await;
        bank.disappears().await;

        page.switch_to_tab(&second).await;
        bank.disappears().await;
        page.heading("No bank connected yet").appears().await;
    })
    .await;
}

/// A page updates by itself after its backend was down.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_catches_up() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let user = page.user().await;
        world.stack.stop_backend().await;
        world.stack.require_sign_in(&user).await;
        world.stack.wait_for_failed_webhook("ERROR").await;
        world.stack.restart_backend().await;
        // Plaid retries half a minute later.
        world.stack.advance_plaid_clock(60).await;
        page.region("First Platypus Bank")
            .button("Reconnect")
            .appears()
            .await;
    })
    .await;
}

/// A tab in the background closes its event stream, and updates when it becomes visible.
#[tokio::test(flavor = "multi_thread")]
async fn a_tab_in_the_background_catches_up() {
    story(async |world| assert_catches_up_in_the_background(world).await).await;
}

/// The same for a tab whose list comes from another backend than its stream, with a higher `as_of`.
#[tokio::test(flavor = "multi_thread")]
async fn a_tab_with_the_list_of_another_backend_catches_up() {
    story(async |world| {
        let higher = "const answer = await ask(request);
            if (request.method !== 'GET' || !request.url.endsWith('/api/items')) return answer;
            const list = await answer.json();
            return Response.json({ ...list, as_of: list.as_of + 5_000_000 });";
        world.browser.intercept("/api/items", higher).await;
        assert_catches_up_in_the_background(world).await;
    })
    .await;
}

async fn assert_catches_up_in_the_background(world: &World) {
    let page = &world.browser;
    page.connect_bank("First Platypus Bank").await;
    page.run(
        "const close = EventSource.prototype.close;
        EventSource.prototype.close = function () { window.closed_stream = true; close.call(this); };
        window.set_hidden = (hidden) => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
        };
        window.set_hidden(true);",
    )
    .await;
    assert_eq!(page.run("return window.closed_stream").await, true);
    world.stack.require_sign_in(&page.user().await).await;
    world.stack.wait_for_webhooks("ERROR", 1).await;
    page.run("window.set_hidden(false)").await;
    page.region("First Platypus Bank")
        .button("Reconnect")
        .appears()
        .await;
}
