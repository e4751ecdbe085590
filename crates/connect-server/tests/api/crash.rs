//! The process dies between receiving a public token and answering the browser: the Item is there in the end, once.

use axum::http::StatusCode;
use connect_api::{Item, ProblemCode, Session};
use serde_json::json;

use crate::canned_plaid::{EXCHANGE, error};
use crate::connect::{Browser, Connect, Doomed, eventually, success};

const TOKEN: &str = "public-1";

/// Where a process dies, in the order in which it passes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Point {
    /// The public token is claimed; Plaid has done nothing yet.
    BeforeExchange,
    /// Plaid has exchanged the token; its answer is on its way.
    AnswerUnderway,
    /// The answer is there, and the database is not to be had.
    BeforeCommit,
    /// The Item is saved; its balances are asked for.
    BeforeBalances,
    /// All is saved but the balances; the institution is asked for.
    BeforeInstitution,
}

const POINTS: [Point; 5] = [
    Point::BeforeExchange,
    Point::AnswerUnderway,
    Point::BeforeCommit,
    Point::BeforeBalances,
    Point::BeforeInstitution,
];

impl Point {
    /// Whether Plaid gave its one answer to nobody.
    fn loses_the_answer(self) -> bool {
        matches!(self, Self::AnswerUnderway | Self::BeforeCommit)
    }
}

#[tokio::test]
async fn a_browser_that_comes_again_finds_its_item() {
    for point in POINTS {
        for lenient in [true, false] {
            let mut connect = Connect::start().await;
            let browser = connect.browser().await;
            if lenient {
                connect.plaid.exchanges_again();
            }
            dies_at(&connect, &browser, point).await;
            connect.restart().await.expect("a restart");
            let browser = connect.again(browser);
            let answer = browser.post("/api/items", success(TOKEN)).await;
            if point.loses_the_answer() && !lenient {
                let problem = answer.problem();
                assert_eq!(
                    (problem.status, problem.code),
                    (409, ProblemCode::PublicTokenInvalid),
                    "{point:?}"
                );
                assert_eq!(browser.items().await, []);
            } else {
                assert!(answer.status.is_success(), "{point:?}: {answer:?}");
                let item = answer.json::<Item>();
                assert_eq!(browser.items().await.len(), 1, "{point:?}");
                assert_eq!(item.id.as_str(), "item-public-1");
            }
            // Once more, and nothing is different.
            let again = browser.post("/api/items", success(TOKEN)).await;
            let expected = match point.loses_the_answer() && !lenient {
                true => StatusCode::CONFLICT,
                false => StatusCode::OK,
            };
            assert_eq!(again.status, expected, "{point:?} {lenient}");
            assert!(connect.count(LIVE_TOKENS).await <= 1);
        }
    }
}

#[tokio::test]
async fn a_browser_that_never_comes_again_has_its_item_too() {
    for point in POINTS {
        let mut connect = Connect::start().await;
        let browser = connect.browser().await;
        connect.plaid.exchanges_again();
        dies_at(&connect, &browser, point).await;
        connect.restart().await.expect("a restart");
        let browser = connect.again(browser);
        eventually(async || browser.items().await.len() == 1).await;
        eventually(async || connect.count(UNDER_WAY).await == 0).await;
        assert_eq!(browser.items().await.len(), 1, "{point:?}");
    }
}

/// What Plaid gave to nobody cannot be had again: that is said, in words and in the log, and it does not go on for ever.
#[tokio::test]
async fn an_answer_that_is_lost_is_told() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    dies_at(&connect, &browser, Point::AnswerUnderway).await;
    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    let problem = browser.post("/api/items", success(TOKEN)).await.problem();
    assert_eq!(problem.title, "The connection was lost");
    assert_eq!(connect.count(UNDER_WAY).await, 0);
    let user = browser.get("/api/session").await.json::<Session>().user_id;
    let log = crate::log::text();
    let told = |line: &str| line.contains("an orphaned Item may remain") && line.contains(&user);
    assert!(log.lines().any(told));
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_asked_for_again_at_once() {
    for broken in ["<html>", "{\"access_token\":\"acc"] {
        let connect = Connect::start().await;
        let browser = connect.browser().await;
        let answer = json!({ "access_token": "access-1", "item_id": "item-1" });
        connect.plaid.answers_in_turn(
            EXCHANGE,
            [
                (502, broken.to_owned()),
                (200, broken.to_owned()),
                (200, answer.to_string()),
            ],
        );
        let item = browser.connects(TOKEN).await;
        assert_eq!(item.id.as_str(), "item-1");
        assert_eq!(connect.plaid.calls(EXCHANGE).len(), 3);
    }
}

/// Also where Plaid says in its own words that something broke: it may have made the Item all the same.
#[tokio::test]
async fn an_exchange_that_plaid_never_answered_goes_on_by_itself() {
    let broke = error("API_ERROR", "INTERNAL_SERVER_ERROR").to_string();
    for answer in ["<html>", &broke] {
        let mut connect = Connect::start().await;
        let browser = connect.browser().await;
        connect.plaid.answers(EXCHANGE, 500, answer);
        let problem = browser.post("/api/items", success(TOKEN)).await.problem();
        assert_eq!(problem.code, ProblemCode::PlaidUnavailable);
        assert_eq!(
            connect.plaid.calls(EXCHANGE).len(),
            3,
            "it was not given up at once"
        );
        connect.plaid.recovers(EXCHANGE);
        connect.restart().await.expect("a restart");
        let browser = connect.again(browser);
        eventually(async || browser.items().await.len() == 1).await;
    }
}

#[tokio::test]
async fn an_exchange_that_cannot_be_read_holds_up_no_other() {
    let mut connect = Connect::start().await;
    let (ada, bob) = (connect.browser().await, connect.browser().await);
    connect.plaid.answers(EXCHANGE, 502, "<html>");
    ada.post("/api/items", success("public-0")).await.problem();
    connect
        .spoil("UPDATE public_tokens SET sealed_request = x'00'")
        .await;
    bob.post("/api/items", success(TOKEN)).await.problem();
    connect.plaid.recovers(EXCHANGE);
    connect.restart().await.expect("a restart");
    let bob = connect.again(bob);
    eventually(async || bob.items().await.len() == 1).await;
}

/// Claims that are not over.
const UNDER_WAY: &str = "SELECT count(*) FROM public_tokens WHERE claim_expires_at IS NOT NULL";
const LIVE_TOKENS: &str = "SELECT count(*) FROM items WHERE access_token <> x''";

/// A browser hands over a public token, and the process that takes it dies there.
async fn dies_at(connect: &Connect, browser: &Browser, point: Point) {
    let doomed = connect.doomed().await;
    match point {
        Point::BeforeExchange => dies_before(connect, browser, doomed, EXCHANGE).await,
        Point::BeforeBalances => dies_before(connect, browser, doomed, "/accounts/get").await,
        Point::BeforeInstitution => {
            dies_before(connect, browser, doomed, "/institutions/get_by_id").await;
        }
        Point::AnswerUnderway => {
            connect.plaid.mutes(EXCHANGE, true);
            doomed.takes(browser, TOKEN);
            eventually(async || connect.plaid.muted(EXCHANGE) == 1).await;
            doomed.dies().await;
            connect.plaid.mutes(EXCHANGE, false);
        }
        Point::BeforeCommit => {
            let gate = connect.plaid.gate(EXCHANGE);
            doomed.takes(browser, TOKEN);
            eventually(async || !connect.plaid.calls(EXCHANGE).is_empty()).await;
            let lock = connect.locks_the_database().await;
            gate.add_permits(usize::MAX >> 4);
            eventually(async || connect.plaid.exchanged(TOKEN)).await;
            doomed.dies().await;
            drop(lock);
        }
    }
}

async fn dies_before(connect: &Connect, browser: &Browser, doomed: Doomed, endpoint: &str) {
    let gate = connect.plaid.gate(endpoint);
    doomed.takes(browser, TOKEN);
    eventually(async || !connect.plaid.calls(endpoint).is_empty()).await;
    doomed.dies().await;
    // The one who waited at the gate is gone with the process, and its work is not done.
    connect.plaid.opens(endpoint);
    drop(gate);
}
