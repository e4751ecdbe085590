//! Crashes between the receipt of a public token and the answer to the browser: in the end there is one Item.

use axum::http::StatusCode;
use connect_api::{Item, ProblemCode, Session};
use serde_json::json;

use crate::harness::{Browser, KillableBackend, TestBackend, success, wait_until};
use crate::stub_plaid::{EXCHANGE, error};

const TOKEN: &str = "public-1";

/// The last step of an exchange before the process crashes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum CrashPoint {
    /// The public token is claimed, and Plaid has not exchanged it.
    Claimed,
    /// Plaid has exchanged the token, and its answer has not arrived.
    Exchanged,
    /// The answer has arrived, and the database is locked.
    Answered,
    /// The Item is saved, and its balances are being fetched.
    Saved,
    /// Its balances are fetched, and its institution is being fetched.
    BalancesFetched,
}

const POINTS: [CrashPoint; 5] = [
    CrashPoint::Claimed,
    CrashPoint::Exchanged,
    CrashPoint::Answered,
    CrashPoint::Saved,
    CrashPoint::BalancesFetched,
];

impl CrashPoint {
    /// Whether nobody received Plaid's only answer.
    fn loses_answer(self) -> bool {
        matches!(self, Self::Exchanged | Self::Answered)
    }
}

#[tokio::test]
async fn a_token_that_is_resubmitted_after_a_crash_finds_its_item() {
    for point in POINTS {
        for accepts_used_tokens in [true, false] {
            let mut backend = TestBackend::start().await;
            let browser = backend.browser().await;
            if accepts_used_tokens {
                backend.plaid.accept_used_public_tokens();
            }
            crash_at(&backend, &browser, point).await;
            backend.restart().await.expect("a restart");
            let browser = backend.reconnect(browser);
            let answer = browser.post("/api/items", success(TOKEN)).await;
            if point.loses_answer() && !accepts_used_tokens {
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
            // A further submission has the same result.
            let again = browser.post("/api/items", success(TOKEN)).await;
            let expected = match point.loses_answer() && !accepts_used_tokens {
                true => StatusCode::CONFLICT,
                false => StatusCode::OK,
            };
            assert_eq!(again.status, expected, "{point:?} {accepts_used_tokens}");
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
        wait_until(async || backend.count(CLAIMED).await == 0).await;
        assert_eq!(browser.items().await.len(), 1, "{point:?}");
    }
}

/// A lost answer cannot be requested again: the user and the log are informed, and the exchange ends.
#[tokio::test]
async fn a_lost_answer_is_reported() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    crash_at(&backend, &browser, CrashPoint::Exchanged).await;
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    let problem = browser.post("/api/items", success(TOKEN)).await.problem();
    assert_eq!(problem.title, "The connection was lost");
    assert_eq!(backend.count(CLAIMED).await, 0);
    let user = browser.get("/api/session").await.json::<Session>().user_id;
    let log = crate::log::text();
    let is_reported =
        |line: &str| line.contains("an orphaned Item may remain") && line.contains(&user);
    assert!(log.lines().any(is_reported));
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

/// Plaid may have created the Item even if it answers with an internal error.
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
            "every attempt is made"
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

/// Exchanges that have not ended.
const CLAIMED: &str = "SELECT count(*) FROM public_tokens WHERE claim_expires_at IS NOT NULL";
const LIVE_TOKENS: &str = "SELECT count(*) FROM items WHERE access_token <> x''";

/// Submits a public token to a process, and kills the process at this point.
async fn crash_at(backend: &TestBackend, browser: &Browser, point: CrashPoint) {
    let killable = backend.start_killable().await;
    match point {
        CrashPoint::Claimed => crash_before(backend, browser, killable, EXCHANGE).await,
        CrashPoint::Saved => crash_before(backend, browser, killable, "/accounts/get").await,
        CrashPoint::BalancesFetched => {
            crash_before(backend, browser, killable, "/institutions/get_by_id").await;
        }
        CrashPoint::Exchanged => {
            backend.plaid.withhold_responses(EXCHANGE, true);
            killable.submit_public_token(browser, TOKEN);
            wait_until(async || backend.plaid.withheld_responses(EXCHANGE) == 1).await;
            killable.kill().await;
            backend.plaid.withhold_responses(EXCHANGE, false);
        }
        CrashPoint::Answered => {
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
    // The request that waited at the gate ended with the process.
    backend.plaid.remove_gate(endpoint);
    drop(gate);
}
