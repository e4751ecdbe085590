use e2e::{World, story};

/// What is done in one tab shows in the other, without a reload there.
#[tokio::test(flavor = "multi_thread")]
async fn tabs_agree() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        let first = page.tab().await;
        let second = page.open_tab().await;
        page.connects("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");

        page.look_at(&first).await;
        bank.says("Plaid Checking").await;
        bank.button("Disconnect").click().await;
        let question = page.locate(e2e::Role::Dialog, "Disconnect First Platypus Bank?");
        question.button("Disconnect").click().await;
        bank.disappears().await;

        page.look_at(&second).await;
        bank.disappears().await;
        page.heading("No bank connected yet").appears().await;
    })
    .await;
}

/// A page that lost its backend for a while catches up by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_catches_up() {
    story(async |world| {
        let page = &world.browser;
        page.connects("First Platypus Bank").await;
        let user = page.user().await;
        world.stack.backend_goes_down().await;
        world.stack.bank_wants_sign_in(&user).await;
        world.stack.tells_in_vain("ERROR").await;
        world.stack.backend_comes_back().await;
        // Plaid tries again half a minute later.
        world.stack.plaid_advances(60).await;
        page.region("First Platypus Bank")
            .button("Reconnect")
            .appears()
            .await;
    })
    .await;
}

/// A tab that nobody looks at gives its connection back, and catches up when somebody does.
#[tokio::test(flavor = "multi_thread")]
async fn a_tab_in_the_background_catches_up() {
    story(async |world| catches_up_in_the_background(world).await).await;
}

/// So does one whose list is of another backend than its stream: that one may count higher.
#[tokio::test(flavor = "multi_thread")]
async fn a_tab_with_the_list_of_another_backend_catches_up() {
    story(async |world| {
        let higher = "const answer = await ask(request);
            if (request.method !== 'GET' || !request.url.endsWith('/api/items')) return answer;
            const list = await answer.json();
            return Response.json({ ...list, as_of: list.as_of + 5_000_000 });";
        world.browser.stand_in("/api/items", higher).await;
        catches_up_in_the_background(world).await;
    })
    .await;
}

async fn catches_up_in_the_background(world: &World) {
    let page = &world.browser;
    page.connects("First Platypus Bank").await;
    page.run(
        "const close = EventSource.prototype.close;
        EventSource.prototype.close = function () { window.gave_back = true; close.call(this); };
        window.look = (hidden) => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
        };
        window.look(true);",
    )
    .await;
    assert_eq!(page.run("return window.gave_back").await, true);
    world.stack.bank_wants_sign_in(&page.user().await).await;
    world.stack.takes_webhooks("ERROR", 1).await;
    page.run("window.look(false)").await;
    page.region("First Platypus Bank")
        .button("Reconnect")
        .appears()
        .await;
}
