//! A sign-in to Link by phone number.

use e2e::{Browser, Link, Role, story, wait_for_link_event};
use serde_json::json;

async fn submit_phone<'a>(page: &'a Browser, number: &str) -> Link<'a> {
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.locate(Role::Textbox, "Phone number")
        .fill(number)
        .await;
    link.button("Continue").click().await;
    link
}

async fn submit_code(link: &Link<'_>, code: &str) {
    link.locate(Role::Textbox, "Code").fill(code).await;
    link.button("Submit").click().await;
}

/// A known phone number offers the banks that were connected before, without a password.
#[tokio::test(flavor = "multi_thread")]
async fn returns_with_a_phone_number() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        let link = submit_phone(page, "415-555-0011").await;
        submit_code(&link, "123456").await;
        link.button("Tartan Bank").click().await;
        link.share("Plaid Checking 0000").await;
        link.finish().await;
        page.region("Tartan Bank").says("Plaid Checking").await;
    })
    .await;
}

/// The page passes the number: Link shows its last digits instead of the question.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_passes_the_phone_number() {
    story(async |world| {
        let page = &world.browser;
        page.override_link_options(&json!({ "phone_number": "+14155550011" }))
            .await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.button("Continue").appears().await;
        page.says("••• 0011").await;
        assert!(
            !link
                .locate(Role::Textbox, "Phone number")
                .is_visible()
                .await
        );
        link.button("Continue").click().await;
        submit_code(&link, "123456").await;
        link.button("Tartan Bank").click().await;
        link.share("Plaid Checking 0000").await;
        link.finish().await;
        page.region("Tartan Bank").says("Plaid Checking").await;
        // The backend has logged the user as a returning one.
        wait_for_link_event(&page.user().await, "AUTO_SUBMIT_PHONE").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_phone_number() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        let link = submit_phone(page, "555").await;
        link.notice("This phone number cannot be reached")
            .appears()
            .await;
        link.locate(Role::Textbox, "Phone number")
            .fill("415-555-0010")
            .await;
        link.button("Continue").click().await;
        submit_code(&link, "123456").await;
        link.locate(Role::Searchbox, "Search for your bank")
            .fill("Tartan")
            .await;
        link.button("Tartan Bank").click().await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.finish().await;
        page.region("Tartan Bank").appears().await;
    })
    .await;
}

/// Three wrong codes end the session. The user can still connect a bank without the phone number.
#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_codes() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        let link = submit_phone(page, "415-555-0011").await;
        for _ in 0..2 {
            submit_code(&link, "000000").await;
            link.notice("The code is not correct").appears().await;
            // The notice stays until the next response, which has an empty field.
            page.run(
                "return new Promise((next) => {
                    const look = () => [...document.querySelectorAll('input')].some((input) => input.value === '000000')
                        ? setTimeout(look, 20) : next(true);
                    look();
                })",
            )
            .await;
        }
        submit_code(&link, "000000").await;
        link.notice("Three codes were wrong").appears().await;
        link.exit().await;
        let notice = page.notice("Your phone number could not be confirmed.");
        notice.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}
