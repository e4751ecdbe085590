use e2e::{Browser, Role, logs_link_event, story_with};
use serde_json::json;

/// Link looks and asks as it is told: dark, one account, and of those the ones that fit.
async fn is_dark_and_takes_one_account(page: &Browser) {
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
    assert!(!account("Plaid Credit Card 3333").is_there().await);
    link.button("Continue").click().await;
    link.finish().await;
    let bank = page.region("First Platypus Bank");
    bank.says("Plaid Saving").await;
    assert!(!bank.text().await.contains("Plaid Checking"));
}

#[tokio::test(flavor = "multi_thread")]
async fn is_customized() {
    let flags = [
        "--link-customization=one-account",
        "--appearance-mode=DARK",
        r#"--account-filters={"depository":{"account_subtypes":["checking","savings"]}}"#,
    ];
    story_with(&flags, async |world| {
        is_dark_and_takes_one_account(&world.browser).await;
    })
    .await;
}

/// The same by the page's own wish, where the backend is set to something else, and allows the name.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_customizes_it() {
    let flags = [
        "--link-customization=all-accounts",
        "--link-customizations=one-account",
        "--appearance-mode=LIGHT",
        r#"--account-filters={"credit":{"account_subtypes":["credit card"]}}"#,
    ];
    story_with(&flags, async |world| {
        let page = &world.browser;
        page.wishes(&json!({
            "link_customization_name": "one-account",
            "appearance_mode": "DARK",
            "account_filters": { "depository": { "account_subtypes": ["checking", "savings"] } },
        }))
        .await;
        is_dark_and_takes_one_account(page).await;
    })
    .await;
}

/// All accounts are chosen beforehand: the person only takes out what they keep to themselves.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_chosen_beforehand() {
    story_with(&["--link-customizations=all-accounts"], async |world| {
        let page = &world.browser;
        page.wishes(&json!({ "link_customization_name": "all-accounts" }))
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

/// The bank with the routing number that the backend knows comes first in Link, or the one that the page knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_is_offered_first() {
    story_with(&["--routing-number=122105155"], async |world| {
        let page = &world.browser;
        connects_the_first(page, "Tartan Bank").await;
        page.wishes(&json!({ "routing_number": "110000000" })).await;
        connects_the_first(page, "First Gingham Credit Union").await;
        logs_link_event(&page.user().await, "MATCHED_SELECT_INSTITUTION").await;
    })
    .await;
}

async fn connects_the_first(page: &Browser, bank: &str) {
    page.open("/").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.button("Continue without phone number").click().await;
    link.button(bank).appears().await;
    let text = page.text().await;
    let place = |name: &str| {
        text.find(name)
            .unwrap_or_else(|| panic!("{name} is not in:\n{text}"))
    };
    assert!(place(bank) < place("First Platypus Bank"), "{text}");
    link.button(bank).click().await;
    link.sign_in("user_good", "pass_good").await;
    link.share("Plaid Checking 0000").await;
    link.finish().await;
    page.region(bank).says("Plaid Checking").await;
}
