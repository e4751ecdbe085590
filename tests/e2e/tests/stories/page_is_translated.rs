//! A page that the browser translates while it changes.

use e2e::{Role, story};

/// Every text that changes stays current: cards, the dialog, notices of failures, results and buttons.
#[tokio::test(flavor = "multi_thread")]
async fn page_is_translated() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        page.translate().await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("Houndstooth Bank").await;
        page.notice("Houndstooth Bank is connected.")
            .appears()
            .await;
        let (first, second) = (
            page.region("First Platypus Bank"),
            page.region("Houndstooth Bank"),
        );
        second.says("Balances as of").await;

        for bank in ["First Platypus Bank", "Houndstooth Bank"] {
            page.region(bank).button("Disconnect").click().await;
            let question = page.locate(Role::Dialog, &format!("Disconnect {bank}?"));
            question.button("Cancel").click().await;
            question.disappears().await;
        }

        let user = page.user().await;
        world.stack.require_sign_in(&user).await;
        first.says("sign in again").await;
        first.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.exit().await;
        page.notice("You left before you signed in at your bank.")
            .appears()
            .await;

        world.stack.stop_backend().await;
        second.button("Refresh").click().await;
        second.says("We can't reach our server.").await;
        world.stack.restart_backend().await;
        second.button("Try again").click().await;
        second.button("Try again").disappears().await;

        first.button("Disconnect").click().await;
        let question = page.locate(Role::Dialog, "Disconnect First Platypus Bank?");
        question.button("Disconnect").click().await;
        page.notice("First Platypus Bank is disconnected.")
            .appears()
            .await;
    })
    .await;
}
