//! An exit from Link.

use e2e::{story, wait_for_link_event};

#[tokio::test(flavor = "multi_thread")]
async fn leaves_link() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;

        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.button("Submit").appears().await;
        link.button("Close").click().await;
        link.button("Leave").click().await;
        link.leave().await;
        page.wait_until_link_closes().await;

        let notice = page.notice("You left before you signed in at your bank.");
        notice.says("You can try again at any time.").await;
        assert!(
            !page.region("First Platypus Bank").is_visible().await,
            "nothing was connected"
        );
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}

/// Link reports most events at the end of a session, and the user may leave the page right after it.
#[tokio::test(flavor = "multi_thread")]
async fn link_events_are_sent_when_the_page_is_left() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        let user = page.user().await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.button("Finish").appears().await;
        link.leave().await;
        // The timer that sends the events after a second never fires.
        page.run(
            "const later = window.setTimeout.bind(window);
            window.setTimeout = (call, delay) => delay === 1000 ? 0 : later(call, delay)",
        )
        .await;
        page.enter_link().await.finish().await;
        page.region("First Platypus Bank").appears().await;
        page.open("/not-a-page").await;
        wait_for_link_event(&user, "HANDOFF").await;
    })
    .await;
}
