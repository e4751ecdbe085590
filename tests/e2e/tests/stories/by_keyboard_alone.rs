//! The whole flow with the keyboard alone.

use e2e::{Key, Role, story};

/// A bank is connected and disconnected again without a mouse.
#[tokio::test(flavor = "multi_thread")]
async fn by_keyboard_alone() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").appears().await;
        page.tab_to("Connect a bank account").await;
        page.press(Key::Enter).await;

        let link = page.enter_link().await;
        page.tab_to("Continue without phone number").await;
        page.press(Key::Enter).await;
        let search = link.locate(Role::Searchbox, "Search for your bank");
        search.appears().await;
        page.tab_to("Search for your bank").await;
        page.type_text("First Platypus").await;
        link.button("Tartan Bank").disappears().await;
        page.tab_to("First Platypus Bank").await;
        page.press(Key::Enter).await;
        link.locate(Role::Textbox, "Username").appears().await;
        page.tab_to("Username").await;
        page.type_text("user_good").await;
        page.tab_to("Password").await;
        page.type_text("pass_good").await;
        page.press(Key::Enter).await;
        link.locate(Role::Checkbox, "Plaid Checking 0000")
            .appears()
            .await;
        page.tab_to("Plaid Checking 0000").await;
        page.press(Key::Space).await;
        page.tab_to("Continue").await;
        page.press(Key::Enter).await;
        link.button("Finish").appears().await;
        page.tab_to("Finish").await;
        page.press(Key::Enter).await;
        link.leave().await;
        page.wait_until_link_closes().await;

        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        assert_eq!(
            page.focused().await,
            "Connect a bank account",
            "the focus is where it was"
        );

        // Escape closes the confirmation, and the focus returns to the button that opened it.
        let question = page.locate(Role::Dialog, "Disconnect First Platypus Bank?");
        page.tab_to("Disconnect").await;
        page.press(Key::Enter).await;
        question.appears().await;
        page.press(Key::Escape).await;
        question.disappears().await;
        assert_eq!(page.focused().await, "Disconnect");

        page.press(Key::Enter).await;
        question.appears().await;
        page.tab_to("Disconnect").await;
        page.press(Key::Enter).await;
        bank.disappears().await;
        page.notice("First Platypus Bank is disconnected.")
            .appears()
            .await;
        assert_eq!(
            page.focused().await,
            "Your accounts",
            "the focus is not lost with the button"
        );
    })
    .await;
}
