//! The removal of an Item.

use e2e::{Role, story};

#[tokio::test(flavor = "multi_thread")]
async fn disconnects() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        bank.button("Disconnect").click().await;

        let question = page.locate(Role::Dialog, "Disconnect First Platypus Bank?");
        question.button("Cancel").click().await;
        question.disappears().await;
        bank.appears().await;

        bank.button("Disconnect").click().await;
        question.button("Disconnect").click().await;
        bank.disappears().await;

        page.reload().await;
        page.button("Connect a bank account").appears().await;
        page.heading("Your accounts").appears().await;
        assert!(!bank.is_visible().await, "the Item is deleted");
    })
    .await;
}
