//! A sign-out.

use e2e::{Role, story};

/// Another tab is signed out too.
#[tokio::test(flavor = "multi_thread")]
async fn signs_out() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let first = page.tab().await;
        let second = page.open_window().await;
        page.open("/").await;
        page.region("First Platypus Bank").appears().await;

        page.switch_to_tab(&first).await;
        let question = page.locate(Role::Dialog, "Sign out?");
        page.button("Sign out").click().await;
        question
            .says("you cannot get back to them from this browser")
            .await;
        question.button("Keep").click().await;
        question.disappears().await;
        page.region("First Platypus Bank").appears().await;
        page.button("Sign out").click().await;
        question.button("Sign out").click().await;
        for tab in [&first, &second] {
            page.switch_to_tab(tab).await;
            page.heading("You are signed out.").appears().await;
            assert_eq!(page.focused().await, "You are signed out.");
            assert!(!page.button("Sign out").is_visible().await);
            assert!(!page.region("First Platypus Bank").is_visible().await);
        }
        page.button("Start again").click().await;
        page.button("Sign out").appears().await;
    })
    .await;
}

/// Without a bank there is nothing to ask. A failure says so.
#[tokio::test(flavor = "multi_thread")]
async fn signs_out_without_a_bank() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        world.stack.stop_backend().await;
        page.button("Sign out").click().await;
        let question = page.locate(Role::Dialog, "Sign out?");
        question.says("We can't reach our server.").await;

        world.stack.restart_backend().await;
        question.button("Try again").click().await;
        page.heading("You are signed out.").appears().await;
        question.disappears().await;
    })
    .await;
}
