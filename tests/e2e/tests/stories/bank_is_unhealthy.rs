//! Banks that are down, degraded, not supported, or lack a product.

use e2e::{Role, story, story_with};

#[tokio::test(flavor = "multi_thread")]
async fn bank_is_unhealthy() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;

        // Down: the user can only choose another bank.
        link.choose_institution("Unhealthy Platypus Bank – Down")
            .await;
        page.heading("Unhealthy Platypus Bank – Down cannot be reached")
            .appears()
            .await;
        link.button("Choose another bank").click().await;
        let search = link.locate(Role::Searchbox, "Search for your bank");

        // No longer supported: the same.
        search.fill("Unsupported").await;
        link.button("Unsupported Platypus Bank – Institution Not Supported")
            .click()
            .await;
        page.heading("This bank is no longer supported")
            .appears()
            .await;
        link.button("Choose another bank").click().await;

        // Degraded: a warning, and the user can continue.
        search.fill("Degraded").await;
        link.button("Unhealthy Platypus Bank – Degraded")
            .click()
            .await;
        page.heading("Unhealthy Platypus Bank – Degraded has problems at the moment")
            .appears()
            .await;
        link.button("Continue").click().await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.finish().await;
        page.region("Unhealthy Platypus Bank – Degraded")
            .says("Plaid Checking")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_a_bank_that_is_not_supported() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("Unsupported Platypus Bank – Institution Not Supported")
            .await;
        page.heading("This bank is no longer supported")
            .appears()
            .await;
        link.exit().await;
        let notice = page.notice("This account cannot be connected here.");
        notice.button("Choose another bank").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}

/// The bank works, but lacks a requested product.
#[tokio::test(flavor = "multi_thread")]
async fn leaves_a_bank_that_lacks_a_product() {
    story_with(&["--products=auth"], async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Balance Bank").await;
        page.heading("First Platypus Balance Bank cannot be connected here")
            .appears()
            .await;
        link.button("Choose another bank").appears().await;
        link.exit().await;
        page.notice("This bank cannot be connected here.")
            .appears()
            .await;
    })
    .await;
}
