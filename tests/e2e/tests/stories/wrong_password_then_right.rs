//! A wrong password, and a second attempt.

use e2e::story;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_then_right() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;

        let link = page.enter_link().await;
        link.choose_institution("Tartan Bank").await;
        link.sign_in("user_good", "not the password").await;
        link.notice("The username or password is not correct")
            .appears()
            .await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Saving 1111").await;
        link.finish().await;

        page.region("Tartan Bank").says("Plaid Saving").await;
    })
    .await;
}
