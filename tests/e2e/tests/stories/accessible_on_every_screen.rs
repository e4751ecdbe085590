//! Accessibility in every state of the app, on each screen.

use e2e::{Role, Screen, story};

/// Every state of the app, in light and dark colours, at 320 pixels and wide.
#[tokio::test(flavor = "multi_thread")]
async fn accessible_on_every_screen() {
    story(async |world| {
        let page = &world.browser;
        for screen in Screen::ALL {
            page.set_screen(screen).await;
            let state = |name: &str| format!("{name} on {screen:?}");

            page.block(&["*link-initialize.js*"]).await;
            page.open("/").await;
            page.button("Try again").appears().await;
            page.assert_accessible(&state("the script is blocked"))
                .await;
            page.unblock().await;

            page.open("/nowhere").await;
            page.heading("Page not found").appears().await;
            page.assert_accessible(&state("an unknown path")).await;

            page.open("/").await;
            page.heading("No bank connected yet").appears().await;
            page.assert_accessible(&state("no bank")).await;

            page.button("Connect a bank account").click().await;
            let link = page.enter_link().await;
            link.button("Continue without phone number").appears().await;
            page.assert_accessible(&state("Link's consent")).await;
            link.button("Continue without phone number").click().await;
            let search = link.locate(Role::Searchbox, "Search for your bank");
            search.appears().await;
            page.assert_accessible(&state("Link's banks")).await;
            search.fill("Tartan").await;
            link.button("Tartan Bank").click().await;
            link.sign_in("user_good", "not the password").await;
            link.notice("not correct").appears().await;
            page.assert_accessible(&state("a wrong password")).await;
            link.sign_in("user_good", "pass_good").await;
            link.locate(Role::Checkbox, "Plaid Checking 0000")
                .appears()
                .await;
            page.assert_accessible(&state("Link's accounts")).await;
            link.share("Plaid Checking 0000").await;
            link.button("Finish").appears().await;
            page.assert_accessible(&state("Link's last pane")).await;
            link.finish().await;

            let bank = page.region("Tartan Bank");
            bank.says("Plaid Checking").await;
            page.assert_accessible(&state("a bank")).await;
            bank.button("Disconnect").click().await;
            let question = page.locate(Role::Dialog, "Disconnect Tartan Bank?");
            question.appears().await;
            page.assert_accessible(&state("the question")).await;
            question.button("Disconnect").click().await;
            bank.disappears().await;
        }
    })
    .await;
}
