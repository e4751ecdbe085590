//! Tests of transactions: updates, pages, changes.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::{
    client::{Plaid, text},
    receiver::Receiver,
};

async fn sync(plaid: &Plaid, access_token: &str, cursor: &str, count: u64) -> Value {
    let body = json!({ "access_token": access_token, "cursor": cursor, "count": count });
    plaid.call("/transactions/sync", body).await.ok()
}

fn count(body: &Value, list: &str) -> usize {
    body[list].as_array().expect("a list").len()
}

#[tokio::test]
async fn transactions_come_in_two_updates() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let body = json!({
        "institution_id": "ins_109508",
        "initial_products": ["auth"],
        "options": { "webhook": receiver.url },
    });
    let created = plaid.call("/sandbox/public_token/create", body).await.ok();
    let body = json!({ "public_token": created["public_token"] });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    let access_token = text(&exchanged["access_token"]);
    // The first call adds the product, and later updates send webhooks.
    let mut cursor = text(&sync(&plaid, &access_token, "", 500).await["next_cursor"]);
    let mut counts = Vec::new();
    for (seconds, initial, historical) in [(1, true, false), (2, true, true)] {
        plaid.advance(seconds).await;
        let webhook = receiver.next().await.body;
        assert_eq!(webhook["webhook_code"], "SYNC_UPDATES_AVAILABLE");
        assert_eq!(webhook["initial_update_complete"], initial);
        assert_eq!(webhook["historical_update_complete"], historical);
        let got = sync(&plaid, &access_token, &cursor, 500).await;
        counts.push(count(&got, "added"));
        cursor = text(&got["next_cursor"]);
    }
    assert!(counts.iter().sum::<usize>() > 20, "{counts:?}");
    let all = sync(&plaid, &access_token, "", 500).await;
    assert_eq!(
        all["transactions_update_status"],
        "HISTORICAL_UPDATE_COMPLETE"
    );
    assert_eq!(text(&all["next_cursor"]), cursor);
    let nothing = sync(&plaid, &access_token, &cursor, 500).await;
    assert_eq!(
        (count(&nothing, "added"), text(&nothing["next_cursor"])),
        (0, cursor)
    );
}

/// Creates an Item with all of its transactions and returns its access token.
async fn item(plaid: &Plaid, receiver: &Receiver) -> String {
    let access_token = plaid.access_token().await;
    plaid.advance(3).await;
    let body = json!({ "access_token": access_token, "webhook": receiver.url });
    plaid.call("/item/webhook/update", body).await.ok();
    access_token
}

async fn simulate_activity(plaid: &Plaid, access_token: &str) {
    let body = json!({
        "access_token": access_token,
        "webhook_type": "TRANSACTIONS",
        "webhook_code": "SYNC_UPDATES_AVAILABLE",
    });
    plaid.call("/sandbox/item/fire_webhook", body).await.ok();
}

#[tokio::test]
async fn all_pages_together_are_complete() {
    let plaid = Plaid::start().await;
    let receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    let whole = sync(&plaid, &access_token, "", 500).await;
    let (mut cursor, mut added) = (String::new(), Vec::new());
    loop {
        let page = sync(&plaid, &access_token, &cursor, 7).await;
        added.extend(page["added"].as_array().expect("a list").clone());
        cursor = text(&page["next_cursor"]);
        if page["has_more"] == false {
            break;
        }
        assert_eq!(count(&page, "added"), 7);
    }
    assert_eq!(json!(added), whole["added"]);
    assert_eq!(cursor, text(&whole["next_cursor"]));
}

#[tokio::test]
async fn a_change_between_two_pages_is_an_error() {
    let plaid = Plaid::start().await;
    let receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    let page = sync(&plaid, &access_token, "", 7).await;
    simulate_activity(&plaid, &access_token).await;
    let body = json!({ "access_token": access_token, "cursor": page["next_cursor"] });
    let answer = plaid.call("/transactions/sync", body).await;
    assert_eq!(
        answer.fails(400),
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
    );
}

#[tokio::test]
async fn a_pending_transaction_is_posted_later() {
    let plaid = Plaid::start().await;
    let receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    let mut cursor = text(&sync(&plaid, &access_token, "", 500).await["next_cursor"]);
    simulate_activity(&plaid, &access_token).await;
    let pending = sync(&plaid, &access_token, &cursor, 500).await;
    assert_eq!(
        (count(&pending, "added"), count(&pending, "removed")),
        (1, 0)
    );
    assert_eq!(pending["added"][0]["pending"], true);
    assert_eq!(count(&pending, "modified"), 1);
    cursor = text(&pending["next_cursor"]);
    simulate_activity(&plaid, &access_token).await;
    let posted = sync(&plaid, &access_token, &cursor, 500).await;
    assert_eq!((count(&posted, "added"), count(&posted, "removed")), (2, 1));
    let id = &pending["added"][0]["transaction_id"];
    assert_eq!(&posted["removed"][0]["transaction_id"], id);
    assert_eq!(&posted["added"][0]["pending_transaction_id"], id);
    assert_eq!(posted["added"][0]["pending"], false);
}

#[tokio::test]
async fn transactions_can_be_filtered_by_account() {
    let plaid = Plaid::start().await;
    let receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    let whole = sync(&plaid, &access_token, "", 500).await;
    let checking = &whole["accounts"][0]["account_id"];
    let options = json!({ "account_id": checking });
    let body = json!({ "access_token": access_token, "options": options, "count": 500 });
    let some = plaid.call("/transactions/sync", body).await.ok();
    assert!(count(&some, "added") > 0 && count(&some, "added") < count(&whole, "added"));
    let added = some["added"].as_array().expect("a list");
    assert!(
        added
            .iter()
            .all(|transaction| &transaction["account_id"] == checking)
    );
}

#[tokio::test]
async fn the_first_call_adds_the_product() {
    let plaid = Plaid::start().await;
    let body = json!({ "institution_id": "ins_109508", "initial_products": ["auth"] });
    let created = plaid.call("/sandbox/public_token/create", body).await.ok();
    let body = json!({ "public_token": created["public_token"] });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    let access_token = text(&exchanged["access_token"]);
    plaid.advance(60).await;
    let early = sync(&plaid, &access_token, "", 500).await;
    assert_eq!(early["transactions_update_status"], "NOT_READY");
    assert_eq!(early["next_cursor"], "");
    plaid.advance(60).await;
    assert!(count(&sync(&plaid, &access_token, "", 500).await, "added") > 0);
    let got = plaid
        .call("/item/get", json!({ "access_token": access_token }))
        .await
        .ok();
    assert_eq!(got["item"]["products"], json!(["auth", "transactions"]));
}

#[tokio::test]
async fn an_invalid_cursor_is_refused() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    for cursor in ["nonsense", "1.x", "999999"] {
        let body = json!({ "access_token": access_token, "cursor": cursor });
        assert_eq!(
            plaid.call("/transactions/sync", body).await.fails(400),
            "INVALID_FIELD",
            "{cursor}"
        );
    }
}

#[tokio::test]
async fn an_item_in_an_error_has_no_transactions() {
    let plaid = Plaid::start().await;
    let body = json!({ "access_token": plaid.access_token().await });
    plaid
        .call("/sandbox/item/reset_login", body.clone())
        .await
        .ok();
    assert_eq!(
        plaid.call("/transactions/sync", body).await.fails(400),
        "ITEM_LOGIN_REQUIRED"
    );
}

/// Returns the date this number of days from today.
fn day(days: i64) -> String {
    let day = OffsetDateTime::now_utc().date() + Duration::days(days);
    day.to_string()
}

/// Creates an Item of `user_custom` with these accounts and returns its access token.
async fn custom_user(plaid: &Plaid, receiver: &Receiver, accounts: Value) -> String {
    let user = json!({ "override_accounts": accounts });
    let body = json!({
        "institution_id": "ins_109508",
        "initial_products": ["transactions"],
        "options": {
            "override_username": "user_custom",
            "override_password": user.to_string(),
            "webhook": receiver.url,
        },
    });
    let created = plaid.call("/sandbox/public_token/create", body).await.ok();
    let body = json!({ "public_token": created["public_token"] });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    text(&exchanged["access_token"])
}

/// Returns the transactions of the first account.
fn of_first_account(body: &Value) -> Vec<&Value> {
    let account = &body["accounts"][0]["account_id"];
    let added = body["added"].as_array().expect("a list").iter();
    added
        .filter(|transaction| transaction["account_id"] == *account)
        .collect()
}

#[tokio::test]
async fn a_custom_user_lists_transactions() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let transaction = |transacted, posted, amount: f64, description: &str| {
        json!({
            "date_transacted": day(transacted),
            "date_posted": day(posted),
            "amount": amount,
            "description": description,
        })
    };
    let mut pounds = transaction(-60, -59, 3.0, "Long ago");
    pounds["currency"] = "GBP".into();
    let transactions = json!([
        transaction(-5, -3, -12.5, "<b>Refund</b>"),
        pounds,
        transaction(-1, 3, 8.0, "Not yet"),
        transaction(-100, -99, 1.0, "Too long ago"),
    ]);
    let accounts = json!([
        { "currency": "EUR", "transactions": transactions },
        { "subtype": "savings" },
    ]);
    let access_token = custom_user(&plaid, &receiver, accounts).await;
    sync(&plaid, &access_token, "", 500).await;
    plaid.advance(3).await;
    for _ in 0..2 {
        receiver.next().await;
    }
    let whole = sync(&plaid, &access_token, "", 500).await;
    let mut transactions = of_first_account(&whole);
    assert!(
        transactions.len() < count(&whole, "added"),
        "the other account has the usual ones"
    );
    transactions.sort_by_key(|transaction| text(&transaction["date"]));
    for (transaction, [date, authorized, name, currency, pending], amount) in [
        (
            transactions[0],
            [&day(-59), &day(-60), "Long ago", "GBP", "false"],
            3.0,
        ),
        (
            transactions[1],
            [&day(-3), &day(-5), "<b>Refund</b>", "EUR", "false"],
            -12.5,
        ),
        (
            transactions[2],
            [&day(-1), &day(-1), "Not yet", "EUR", "true"],
            8.0,
        ),
    ] {
        let shown = json!([
            transaction["date"],
            transaction["authorized_date"],
            transaction["name"],
            transaction["iso_currency_code"],
            transaction["pending"].to_string()
        ]);
        assert_eq!(shown, json!([date, authorized, name, currency, pending]));
        assert_eq!(transaction["amount"], amount);
        assert_eq!(transaction["personal_finance_category"], Value::Null);
    }
    assert_eq!(transactions.len(), 3);

    // The day of the posting.
    let cursor = text(&whole["next_cursor"]);
    plaid.advance(3 * 24 * 3600).await;
    receiver.next().await;
    let posted = sync(&plaid, &access_token, &cursor, 500).await;
    let [now] = of_first_account(&posted)[..] else {
        panic!("{posted}");
    };
    assert_eq!(
        (now["pending"].clone(), text(&now["date"])),
        (json!(false), day(3))
    );
    assert_eq!(
        posted["removed"][0]["transaction_id"],
        transactions[2]["transaction_id"]
    );
    assert_eq!(
        now["pending_transaction_id"],
        transactions[2]["transaction_id"]
    );
}

#[tokio::test]
async fn a_custom_user_has_no_other_transactions() {
    let plaid = Plaid::start().await;
    let receiver = Receiver::start().await;
    let transaction = json!({
        "date_transacted": day(-1), "date_posted": day(-1), "amount": 1.0, "description": "All",
    });
    for (transactions, listed) in [(json!([]), 0), (json!([transaction]), 1)] {
        let accounts = json!([{ "transactions": transactions }]);
        let access_token = custom_user(&plaid, &receiver, accounts).await;
        plaid.advance(3).await;
        simulate_activity(&plaid, &access_token).await;
        let whole = sync(&plaid, &access_token, "", 500).await;
        let counts = ["added", "modified", "removed"].map(|list| count(&whole, list));
        assert_eq!(counts, [listed, 0, 0]);
    }
}
