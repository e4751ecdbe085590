//! A second connection to the same bank.

use e2e::{Role, story};
use serde_json::json;

/// The same accounts once more: nothing is exchanged, and the user chooses what to do.
#[tokio::test(flavor = "multi_thread")]
async fn bank_connected_twice() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let notice = page.notice("First Platypus Bank is connected already");
        page.assert_accessible("a bank connected twice").await;
        notice.button("Keep it as it is").click().await;
        notice.disappears().await;
        assert_eq!(
            page.focused().await,
            "Your accounts",
            "the focus is not lost"
        );
        assert_eq!(bank.count().await, 1);

        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        notice.button("Reconnect").click().await;
        // Update mode starts at the accounts.
        let link = page.enter_link().await;
        link.share("Plaid Saving 1111").await;
        link.finish().await;
        page.notice("First Platypus Bank is up to date again.")
            .appears()
            .await;
        assert_eq!(bank.count().await, 1);
        bank.says("Plaid Saving").await;
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1, "a duplicate is not exchanged");
    })
    .await;
}

/// Another login is a second Item, even if it has an account of the first one.
#[tokio::test(flavor = "multi_thread")]
async fn another_login_at_the_same_bank() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.locate(Role::Checkbox, "Plaid Checking 0000")
            .tick()
            .await;
        link.share("Plaid Saving 1111").await;
        link.finish().await;
        page.notice("First Platypus Bank is connected.")
            .appears()
            .await;
        assert_eq!(page.region("First Platypus Bank").count().await, 2);
    })
    .await;
}

/// Two logins with different accounts have a card each, and are disconnected separately.
#[tokio::test(flavor = "multi_thread")]
async fn another_login_with_other_accounts() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        let user = json!({ "override_accounts": [{
            "type": "depository",
            "subtype": "savings",
            "starting_balance": 7.25,
            "meta": { "name": "Ann's savings", "mask": "4321" },
        }] });
        link.sign_in("user_custom", &user.to_string()).await;
        link.share("Ann's savings 4321").await;
        link.finish().await;
        page.notice("First Platypus Bank is connected.")
            .appears()
            .await;
        page.reload().await;
        let bank = page.region("First Platypus Bank");
        bank.appears().await;
        assert_eq!(bank.count().await, 2);
        page.says("Plaid Checking").await;
        page.says("$7.25").await;

        // The newest Item is the first.
        bank.button("Disconnect").click().await;
        let question = page.locate(Role::Dialog, "Disconnect First Platypus Bank?");
        question.button("Disconnect").click().await;
        page.notice("First Platypus Bank is disconnected.")
            .appears()
            .await;
        assert_eq!(bank.count().await, 1);
        bank.says("Plaid Checking").await;
    })
    .await;
}

/// Two tabs connect the same bank at the same time. A double click opens Link once.
#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_and_a_double_click_make_one_item() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        let first = page.tab().await;
        let second = page.open_tab().await;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        for tab in [&first, &second] {
            page.switch_to_tab(tab).await;
            page.run(
                "for (const button of document.querySelectorAll('button'))
                    if (button.textContent.includes('Connect a bank')) { button.click(); button.click(); }",
            )
            .await;
            let link = page.enter_link().await;
            link.choose_institution("First Platypus Bank").await;
            link.sign_in("user_good", "pass_good").await;
            link.share("Plaid Checking 0000").await;
            link.button("Finish").appears().await;
            link.leave().await;
        }
        for tab in [&first, &second] {
            page.switch_to_tab(tab).await;
            page.enter_link().await.finish().await;
        }
        // Either tab may be the second.
        let mut is_duplicate = Vec::new();
        for tab in [&first, &second] {
            page.switch_to_tab(tab).await;
            let notice = page.notice("First Platypus Bank is connected");
            is_duplicate.push(notice.text().await.contains("is connected already"));
        }
        assert_ne!(is_duplicate[0], is_duplicate[1], "one of the tabs");
        for tab in [&first, &second] {
            page.switch_to_tab(tab).await;
            page.region("First Platypus Bank").appears().await;
            assert_eq!(page.region("First Platypus Bank").count().await, 1);
        }
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1);
    })
    .await;
}
