//! The process dies between receiving a public token and answering the browser: the Item is there in the end, once.

use axum::http::StatusCode;
use connect_api::{Item, ProblemCode, Session};
use serde_json::json;

use crate::harness::{Browser, KillableBackend, TestBackend, success, wait_until};
use crate::stub_plaid::{EXCHANGE, error};

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
async fn a_token_that_is_resubmitted_after_a_crash_finds_its_item() {
    for point in POINTS {
        for lenient in [true, false] {
            let mut backend = TestBackend::start().await;
            let browser = backend.browser().await;
            if lenient {
                backend.plaid.accept_used_public_tokens();
            }
            crash_at(&backend, &browser, point).await;
            backend.restart().await.expect("a restart");
            let browser = backend.reconnect(browser);
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
            assert!(backend.count(LIVE_TOKENS).await <= 1);
        }
    }
}

#[tokio::test]
async fn an_interrupted_exchange_is_completed_after_a_restart() {
    for point in POINTS {
        let mut backend = TestBackend::start().await;
        let browser = backend.browser().await;
        backend.plaid.accept_used_public_tokens();
        crash_at(&backend, &browser, point).await;
        backend.restart().await.expect("a restart");
        let browser = backend.reconnect(browser);
        wait_until(async || browser.items().await.len() == 1).await;
        wait_until(async || backend.count(UNDER_WAY).await == 0).await;
        assert_eq!(browser.items().await.len(), 1, "{point:?}");
    }
}

/// What Plaid gave to nobody cannot be had again: that is said, in words and in the log, and it does not go on for ever.
#[tokio::test]
async fn a_lost_answer_is_reported() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    crash_at(&backend, &browser, Point::AnswerUnderway).await;
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    let problem = browser.post("/api/items", success(TOKEN)).await.problem();
    assert_eq!(problem.title, "The connection was lost");
    assert_eq!(backend.count(UNDER_WAY).await, 0);
    let user = browser.get("/api/session").await.json::<Session>().user_id;
    let log = crate::log::text();
    let told = |line: &str| line.contains("an orphaned Item may remain") && line.contains(&user);
    assert!(log.lines().any(told));
}

#[tokio::test]
async fn an_unreadable_answer_is_requested_again_at_once() {
    for broken in ["<html>", "{\"access_token\":\"acc"] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        let answer = json!({ "access_token": "access-1", "item_id": "item-1" });
        backend.plaid.respond_in_turn(
            EXCHANGE,
            [
                (502, broken.to_owned()),
                (200, broken.to_owned()),
                (200, answer.to_string()),
            ],
        );
        let item = browser.connect_item(TOKEN).await;
        assert_eq!(item.id.as_str(), "item-1");
        assert_eq!(backend.plaid.calls(EXCHANGE).len(), 3);
    }
}

/// Also where Plaid says in its own words that something broke: it may have made the Item all the same.
#[tokio::test]
async fn an_unanswered_exchange_continues_after_a_restart() {
    let broke = error("API_ERROR", "INTERNAL_SERVER_ERROR").to_string();
    for answer in ["<html>", &broke] {
        let mut backend = TestBackend::start().await;
        let browser = backend.browser().await;
        backend.plaid.respond_with(EXCHANGE, 500, answer);
        let problem = browser.post("/api/items", success(TOKEN)).await.problem();
        assert_eq!(problem.code, ProblemCode::PlaidUnavailable);
        assert_eq!(
            backend.plaid.calls(EXCHANGE).len(),
            3,
            "it was not given up at once"
        );
        backend.plaid.restore(EXCHANGE);
        backend.restart().await.expect("a restart");
        let browser = backend.reconnect(browser);
        wait_until(async || browser.items().await.len() == 1).await;
    }
}

#[tokio::test]
async fn an_unreadable_exchange_does_not_block_others() {
    let mut backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    backend.plaid.respond_with(EXCHANGE, 502, "<html>");
    ada.post("/api/items", success("public-0")).await.problem();
    backend
        .execute_sql("UPDATE public_tokens SET sealed_request = x'00'")
        .await;
    bob.post("/api/items", success(TOKEN)).await.problem();
    backend.plaid.restore(EXCHANGE);
    backend.restart().await.expect("a restart");
    let bob = backend.reconnect(bob);
    wait_until(async || bob.items().await.len() == 1).await;
}

/// Claims that are not over.
const UNDER_WAY: &str = "SELECT count(*) FROM public_tokens WHERE claim_expires_at IS NOT NULL";
const LIVE_TOKENS: &str = "SELECT count(*) FROM items WHERE access_token <> x''";

/// A browser hands over a public token, and the process that takes it dies there.
async fn crash_at(backend: &TestBackend, browser: &Browser, point: Point) {
    let killable = backend.start_killable().await;
    match point {
        Point::BeforeExchange => crash_before(backend, browser, killable, EXCHANGE).await,
        Point::BeforeBalances => crash_before(backend, browser, killable, "/accounts/get").await,
        Point::BeforeInstitution => {
            crash_before(backend, browser, killable, "/institutions/get_by_id").await;
        }
        Point::AnswerUnderway => {
            backend.plaid.withhold_responses(EXCHANGE, true);
            killable.submit_public_token(browser, TOKEN);
            wait_until(async || backend.plaid.withheld_responses(EXCHANGE) == 1).await;
            killable.kill().await;
            backend.plaid.withhold_responses(EXCHANGE, false);
        }
        Point::BeforeCommit => {
            let gate = backend.plaid.gate(EXCHANGE);
            killable.submit_public_token(browser, TOKEN);
            wait_until(async || !backend.plaid.calls(EXCHANGE).is_empty()).await;
            let lock = backend.lock_database().await;
            gate.add_permits(usize::MAX >> 4);
            wait_until(async || backend.plaid.has_exchanged(TOKEN)).await;
            killable.kill().await;
            drop(lock);
        }
    }
}

async fn crash_before(
    backend: &TestBackend,
    browser: &Browser,
    killable: KillableBackend,
    endpoint: &str,
) {
    let gate = backend.plaid.gate(endpoint);
    killable.submit_public_token(browser, TOKEN);
    wait_until(async || !backend.plaid.calls(endpoint).is_empty()).await;
    killable.kill().await;
    // The one who waited at the gate is gone with the process, and its work is not done.
    backend.plaid.remove_gate(endpoint);
    drop(gate);
}
