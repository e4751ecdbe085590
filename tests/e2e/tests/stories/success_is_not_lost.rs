use e2e::{story, story_with};
use serde_json::json;

/// The tab dies while the backend is being told: the next page tells it, and Plaid need not.
#[tokio::test(flavor = "multi_thread")]
async fn the_tab_dies_at_the_success() {
    story(async |world| {
        let page = &world.browser;
        let fault =
            json!([{ "path": "/link/token/get", "kind": "error", "code": "INTERNAL_SERVER_ERROR" }]);
        world.stack.plaid_fails(fault).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.button("Finish").appears().await;
        world.stack.backend_goes_down().await;
        link.finish().await;
        page.button("Try again").appears().await;
        let tab = page.tab().await;
        let next = page.open_tab().await;
        page.look_at(&tab).await;
        page.close_tab(&next).await;

        world.stack.backend_comes_back().await;
        page.open("/").await;
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        assert_eq!(page.region("First Platypus Bank").count().await, 1);
        page.reload().await;
        page.region("First Platypus Bank").appears().await;
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1);
    })
    .await;
}

/// The tab dies before the backend is told, and nothing of it is left: the backend asks Plaid what became of the visit.
#[tokio::test(flavor = "multi_thread")]
async fn the_browser_never_comes_back() {
    story_with(&["--reconcile-seconds=1"], async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.button("Finish").appears().await;
        page.block(&["*/api/items"]).await;
        link.finish().await;
        page.button("Try again").appears().await;
        page.run("localStorage.clear()").await;
        let tab = page.tab().await;
        let next = page.open_tab().await;
        page.look_at(&tab).await;
        page.close_tab(&next).await;

        page.open("/").await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        assert_eq!(bank.count().await, 1);
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1);
    })
    .await;
}

/// The Item is there, but the browser does not hear of it: asked again, the backend answers the same Item.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_lost() {
    story(async |world| {
        let page = &world.browser;
        page.stand_in(
            "/api/items",
            "const answer = await ask(request);
             if (request.method !== 'POST' || window.lost) return answer;
             window.lost = true;
             throw new TypeError('the network is gone')",
        )
        .await;
        page.connects("First Platypus Bank").await;
        page.notice("First Platypus Bank is connected.")
            .appears()
            .await;
        assert_eq!(page.run("return window.lost").await, true);
        assert_eq!(page.region("First Platypus Bank").count().await, 1);
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1);
    })
    .await;
}

/// A list of Items that was asked for before, and comes after, takes nothing away.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_older_than_the_success() {
    story(async |world| {
        let page = &world.browser;
        page.stand_in(
            "/api/items",
            "const answer = await ask(request);
             if (request.method === 'GET' && request.url.endsWith('/items') && !window.release)
                 await new Promise((release) => { window.release = release; });
             return answer;",
        )
        .await;
        page.connects("First Platypus Bank").await;
        page.run("window.release()").await;
        page.settles().await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        assert_eq!(bank.count().await, 1);
        assert!(!page.heading("No bank connected yet").is_there().await);
    })
    .await;
}

/// The session ends while the person is in Link: what they connected does not become somebody else's, not even when the
/// page goes on asking.
#[tokio::test(flavor = "multi_thread")]
async fn the_session_ends_before_the_success() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.button("Finish").appears().await;
        page.forget_cookies().await;
        link.finish().await;
        let notice = page.notice("You are signed out.");
        notice.says("Reload the page to sign in again.").await;
        notice.button("Try again").click().await;
        page.settles().await;
        let answers = page.responses().await;
        assert!(
            !answers.iter().any(|answer| answer.status == 201),
            "it is taken from nobody"
        );
        // Whose it is has it, as Plaid told the backend.
        page.reload().await;
        page.heading("No bank connected yet").appears().await;
    })
    .await;
}

/// Plaid makes the Item, but its answer is lost on the way to the backend. A Plaid that answers a used token again makes it
/// good; with one that does not, what is left is to say so and to begin anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_plaid_is_lost() {
    for answers_again in [true, false] {
        story(async |world| {
            let page = &world.browser;
            world.stack.plaid_answers_again(answers_again).await;
            let fault = json!([
                { "path": "/item/public_token/exchange", "times": 1, "kind": "drop_response" }
            ]);
            world.stack.plaid_fails(fault).await;
            page.open("/").await;
            page.button("Connect a bank account").click().await;
            page.link_a_bank("First Platypus Bank").await;
            if !answers_again {
                let notice = page.notice("Plaid made it, but its answer did not arrive");
                // The visit and the request: what support asks for.
                notice.says("Reference: ").await;
                notice.says(" · ").await;
                notice.button("Try again").click().await;
                page.link_a_bank("First Platypus Bank").await;
            }
            let bank = page.region("First Platypus Bank");
            bank.says("Plaid Checking").await;
            assert_eq!(bank.count().await, 1);
        })
        .await;
    }
}

/// What nobody can have does not stay at Plaid, once nobody can have its access token and nothing of its user's is on its way.
#[tokio::test(flavor = "multi_thread")]
async fn what_plaid_made_for_nobody_is_ended() {
    let flags = [
        "--plaid-users",
        "--reconcile-seconds=1",
        "--plaid-deadline-seconds=5",
    ];
    story_with(&flags, async |world| {
        let page = &world.browser;
        let fault = json!([
            { "path": "/item/public_token/exchange", "times": 1, "kind": "drop_response" }
        ]);
        world.stack.plaid_fails(fault).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let notice = page.notice("Plaid made it, but its answer did not arrive");
        notice.appears().await;
        world.stack.plaid_has_items(0).await;
        notice.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        world.stack.plaid_has_items(1).await;
    })
    .await;
}
