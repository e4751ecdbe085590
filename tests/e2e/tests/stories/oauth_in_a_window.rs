//! OAuth in a window: the bank's page opens over Connect.

use e2e::{Browser, Link, Role, story};

const BANK: &str = "Platypus OAuth Bank";

/// A script that returns whether the page is in a tab, not in a window over another page.
const IS_TAB: &str = "return window.menubar.visible";

/// Goes through Link up to the bank's page, which opens with the click on **Continue**.
async fn go_to_bank(page: &Browser) -> Link<'_> {
    page.open("/").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.choose_institution(BANK).await;
    link.button("Continue").click().await;
    link
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_in_a_window() {
    story(async |world| {
        let page = &world.browser;
        let link = go_to_bank(page).await;
        let bank = page.enter_bank_window().await;
        page.heading(BANK).appears().await;
        assert_eq!(page.run(IS_TAB).await, false);
        bank.answer("Allow").await;
        link.finish().await;
        page.region(BANK).says("Plaid Checking").await;
        page.reload().await;
        page.region(BANK).says("Plaid Checking").await;
    })
    .await;
}

/// A phone has no windows: the bank's page opens in a tab, and the flow is the same.
#[tokio::test(flavor = "multi_thread")]
async fn oauth_in_a_tab_of_a_phone() {
    story(async |world| {
        let page = world.phone_browser().await;
        let link = go_to_bank(&page).await;
        let bank = page.enter_bank_window().await;
        page.heading(BANK).appears().await;
        assert_eq!(page.run(IS_TAB).await, true);
        bank.answer("Allow").await;
        link.finish().await;
        page.region(BANK).says("Plaid Checking").await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_is_denied() {
    story(async |world| {
        let page = &world.browser;
        let link = go_to_bank(page).await;
        page.enter_bank_window().await.answer("Deny").await;
        link.notice("An unexpected error occurred").appears().await;
        link.exit().await;

        let notice = page.notice("Your bank denied access.");
        notice.says("Nothing was connected.").await;
        notice.says("Reference: ").await;
        notice.button("Try again").click().await;
        let link = page.enter_link().await;
        link.choose_institution(BANK).await;
        link.button("Continue").click().await;
        page.enter_bank_window().await.answer("Allow").await;
        link.finish().await;
        page.region(BANK).appears().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_shares_too_little() {
    story(async |world| {
        let page = &world.browser;
        let link = go_to_bank(page).await;
        let bank = page.enter_bank_window().await;
        page.button("Allow").appears().await;
        page.run("document.getElementById('error').value = 'ACCESS_NOT_GRANTED'")
            .await;
        bank.answer("Allow").await;
        link.notice("allow everything that the bank asks for")
            .appears()
            .await;
        link.exit().await;
        page.notice("Your bank may not share the required data yet.")
            .appears()
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_window_is_closed() {
    story(async |world| {
        let page = &world.browser;
        let link = go_to_bank(page).await;
        page.enter_bank_window().await.close().await;
        // Link is at the same step, and a click opens the bank's page again.
        link.button("Continue").click().await;
        page.enter_bank_window().await.answer("Allow").await;
        link.finish().await;
        page.region(BANK).appears().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_window_is_blocked() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution(BANK).await;
        page.run("window.open = () => null").await;
        link.button("Continue").click().await;
        link.locate(Role::Link, "Open the bank's page")
            .click()
            .await;
        page.enter_bank_window().await.answer("Allow").await;
        link.finish().await;
        page.region(BANK).appears().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_before_consent_at_the_bank() {
    story(async |world| {
        let page = &world.browser;
        let link = go_to_bank(page).await;
        page.enter_bank_window().await.close().await;
        link.exit().await;
        page.notice("You left before you gave your consent at your bank.")
            .appears()
            .await;
    })
    .await;
}
