//! A new choice of shared accounts, after the bank has announced new ones.

use e2e::{Role, story};

/// The user adds a new account and removes the old one, whose data are deleted.
#[tokio::test(flavor = "multi_thread")]
async fn changes_the_shared_accounts() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        let choose = bank.button("Add or remove accounts");
        assert!(!choose.is_visible().await, "there is nothing to add");
        world
            .stack
            .fire_webhooks(&page.user().await, "NEW_ACCOUNTS_AVAILABLE")
            .await;

        bank.says("accounts that you do not share yet").await;
        choose.click().await;
        let link = page.enter_link().await;
        link.locate(Role::Checkbox, "Plaid Checking 0000")
            .click()
            .await;
        link.share("Plaid New Savings 2468").await;
        link.finish().await;

        bank.says("Plaid New Savings").await;
        choose.disappears().await;
        assert!(
            !bank.text().await.contains("Plaid Checking"),
            "it is not shared any more"
        );
        page.reload().await;
        bank.says("Plaid New Savings").await;
        assert!(
            !bank.text().await.contains("Plaid Checking"),
            "its data are gone"
        );
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1, "the Item is the same");
    })
    .await;
}
