//! Customizations of Link, by the backend and by the page.

use e2e::{Browser, Role, story_with, wait_for_link_event};
use serde_json::json;

/// Asserts that Link is dark, and allows one account of the filtered types.
async fn assert_dark_with_one_account(page: &Browser) {
    page.open("/").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.choose_institution("First Platypus Bank").await;
    let dark = "return document.documentElement.dataset.appearance";
    assert_eq!(page.run(dark).await, "dark");
    link.sign_in("user_good", "pass_good").await;
    let account = |name| link.locate(Role::Radio, name);
    account("Plaid Checking 0000").click().await;
    account("Plaid Saving 1111").click().await;
    assert!(!account("Plaid Credit Card 3333").is_visible().await);
    link.button("Continue").click().await;
    link.finish().await;
    let bank = page.region("First Platypus Bank");
    bank.says("Plaid Saving").await;
    assert!(!bank.text().await.contains("Plaid Checking"));
}

#[tokio::test(flavor = "multi_thread")]
async fn link_is_customized() {
    let flags = [
        "--link-customization=one-account",
        "--appearance-mode=DARK",
        r#"--account-filters={"depository":{"account_subtypes":["checking","savings"]}}"#,
    ];
    story_with(&flags, async |world| {
        assert_dark_with_one_account(&world.browser).await;
    })
    .await;
}

/// The page requests the same settings. The backend has others, and allows the name of the customization.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_requests_a_customization() {
    let flags = [
        "--link-customization=all-accounts",
        "--link-customizations=one-account",
        "--appearance-mode=LIGHT",
        r#"--account-filters={"credit":{"account_subtypes":["credit card"]}}"#,
    ];
    story_with(&flags, async |world| {
        let page = &world.browser;
        page.override_link_options(&json!({
            "link_customization_name": "one-account",
            "appearance_mode": "DARK",
            "account_filters": { "depository": { "account_subtypes": ["checking", "savings"] } },
        }))
        .await;
        assert_dark_with_one_account(page).await;
    })
    .await;
}

/// All accounts are selected at first, and the user deselects one.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_preselected() {
    story_with(&["--link-customizations=all-accounts"], async |world| {
        let page = &world.browser;
        page.override_link_options(&json!({ "link_customization_name": "all-accounts" }))
            .await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.locate(Role::Checkbox, "Plaid Checking 0000")
            .click()
            .await;
        link.button("Continue").click().await;
        link.finish().await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Saving").await;
        bank.says("Plaid Mortgage").await;
        assert!(!bank.text().await.contains("Plaid Checking"));
    })
    .await;
}

/// Link lists the bank with the routing number first. The number comes from the backend, or from the page.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_is_offered_first() {
    story_with(&["--routing-number=122105155"], async |world| {
        let page = &world.browser;
        connects_first_listed(page, "Tartan Bank").await;
        page.override_link_options(&json!({ "routing_number": "110000000" }))
            .await;
        connects_first_listed(page, "First Gingham Credit Union").await;
        wait_for_link_event(&page.user().await, "MATCHED_SELECT_INSTITUTION").await;
    })
    .await;
}

async fn connects_first_listed(page: &Browser, bank: &str) {
    page.open("/").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.button("Continue without phone number").click().await;
    link.button(bank).appears().await;
    let text = page.text().await;
    let position = |name: &str| {
        text.find(name)
            .unwrap_or_else(|| panic!("{name} is not in:\n{text}"))
    };
    assert!(position(bank) < position("First Platypus Bank"), "{text}");
    link.button(bank).click().await;
    link.sign_in("user_good", "pass_good").await;
    link.share("Plaid Checking 0000").await;
    link.finish().await;
    page.region(bank).says("Plaid Checking").await;
}
