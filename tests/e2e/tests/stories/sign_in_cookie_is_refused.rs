//! A browser that refuses the sign-in cookie.

use e2e::{Browser, story};

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_blocked() {
    story(async |world| {
        let page = Browser::start_without_cookies(world.stack.url()).await;
        page.open("/").await;
        page.notice("You are signed out.")
            .says("Allow cookies for this site, then reload the page.")
            .await;
        page.quit().await;
    })
    .await;
}

/// A proxy drops the cookie, or the browser does so without a word.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_does_not_arrive() {
    story(async |world| {
        let page = &world.browser;
        let signed_out = "return Response.json(
            { code: 'signed_out', title: '', status: 401, detail: 'Reload the page to sign in again.' }, { status: 401 });";
        page.intercept("/api/", signed_out).await;
        page.open("/").await;
        let notice = page.notice("You are signed out.");
        notice.says("Reload the page to sign in again.").await;
        page.reload().await;
        notice.says("Allow cookies for this site, then reload the page.")
            .await;
    })
    .await;
}

/// A page from another machine over http: browsers keep the cookie for https only.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_was_opened_over_http() {
    story(async |world| {
        let page = Browser::start_elsewhere(world.stack.url(), "connect.test").await;
        page.open("/").await;
        page.notice("You are signed out.")
            .says("This page was opened over http, where browsers refuse its sign-in cookie. Open it over https.")
            .await;
        page.quit().await;
    })
    .await;
}
