//! The separation of two users' Items.

use e2e::story;

#[tokio::test(flavor = "multi_thread")]
async fn two_users_see_only_their_own() {
    story(async |world| {
        let ann = &world.browser;
        ann.open("/").await;
        ann.button("Connect a bank account").click().await;
        ann.link_a_bank("First Platypus Bank").await;
        ann.region("First Platypus Bank").appears().await;

        let bob = world.another_browser().await;
        bob.open("/").await;
        bob.button("Connect a bank account").click().await;
        bob.link_a_bank("Tartan Bank").await;
        bob.region("Tartan Bank").appears().await;
        assert!(
            !bob.region("First Platypus Bank").is_visible().await,
            "Bob sees Ann's bank"
        );

        ann.reload().await;
        ann.region("First Platypus Bank").appears().await;
        assert!(
            !ann.region("Tartan Bank").is_visible().await,
            "Ann sees Bob's bank"
        );
        bob.quit().await;
    })
    .await;
}
