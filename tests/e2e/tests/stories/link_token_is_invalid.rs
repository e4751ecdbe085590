use e2e::story;

/// The token has expired by Plaid's clock before Link opens with it; the browser could not know.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_expired_before_the_click() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        page.settles().await;
        world.stack.plaid_advances(5 * 3600).await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.notice("has expired").appears().await;
        link.give_up().await;
        let notice = page.notice("The visit took too long");
        notice.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}

/// The browser's clock jumps ahead, as after sleep: a token that has little left is replaced before Link opens.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_expired_while_the_computer_slept() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        page.settles().await;
        let before = world.stack.plaid_calls("/link/token/create").await;
        page.run("const now = Date.now; Date.now = () => now() + 4 * 3600 * 1000")
            .await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
        let after = world.stack.plaid_calls("/link/token/create").await;
        assert!(after > before, "a new token");
    })
    .await;
}

/// Plaid refuses token after token: each refusal is answered by the person, never by a loop, and in the end in words.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_refused_again_and_again() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        for refusal in 1..=10 {
            page.button("Connect a bank account").click().await;
            let link = page.enter_link().await;
            link.choose_institution("First Platypus Bank").await;
            link.sign_in("user_custom", r#"{"force_error":"INVALID_LINK_TOKEN"}"#)
                .await;
            link.notice("has expired").appears().await;
            link.give_up().await;
            page.settles().await;
            assert!(
                !page.shows_link().await,
                "Link does not come back by itself"
            );
            if refusal % 3 == 0 {
                page.notice("Plaid can't be started at the moment.")
                    .appears()
                    .await;
            }
        }
        let tokens = world.stack.plaid_calls("/link/token/create").await;
        assert!(tokens <= 14, "{tokens} tokens for 10 visits");
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}

/// The token expires while the person is in Link: after four hours, and in a repair after half of one.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_expired_during_the_visit() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        world.stack.plaid_advances(4 * 3600).await;
        link.sign_in("user_good", "pass_good").await;
        link.notice("has expired").appears().await;
        link.give_up().await;
        let notice = page.notice("The visit took too long");
        notice.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        bank.appears().await;

        world.stack.bank_wants_sign_in(&page.user().await).await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        world.stack.plaid_advances(1800).await;
        link.sign_in("user_good", "pass_good").await;
        link.notice("has expired").appears().await;
        link.give_up().await;
        notice.button("Try again").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
    })
    .await;
}
