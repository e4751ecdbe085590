//! Transactions and their syncs.

use connect_api::Transaction;
use connect_server::UserId;
use connect_server::store::{DueSync, Store, SyncPage, SyncPosition, TransactionFilter};
use plaid_types::{AccountId, ItemId, TransactionId};

use crate::database::Database;
use crate::fixtures::{add_item, at, item, revoked, user};

const ITEM: &str = "item";

/// A user with an Item whose sync is due in January.
async fn user_with_item(store: &dyn Store) -> UserId {
    let ada = user(store, "ada").await;
    let id = add_item(store, &ada, ITEM).await.id;
    let scheduled = store.schedule_sync(&id, at("2026-01")).await;
    scheduled.expect("an answer");
    ada
}

/// A transaction on an account and a day of its own.
fn transaction(name: &str) -> Transaction {
    Transaction {
        id: name.into(),
        item_id: ITEM.into(),
        account_id: AccountId::new(format!("account-{name}")),
        date: format!("2026-11-0{name}"),
        name: "Coffee".to_owned(),
        amount: 4.33,
        iso_currency_code: Some("USD".to_owned()),
        unofficial_currency_code: None,
        pending: false,
        category: None,
    }
}

/// A page between two cursors, such as `a..b`; `a..b+` if another page of its run follows.
fn page(cursors: &str, updated: &[&str], removed: &[&str]) -> SyncPage {
    let (cursor, next) = cursors.split_once("..").expect("two cursors");
    SyncPage {
        begin: SyncPosition {
            cursor: cursor.to_owned(),
            ..SyncPosition::default()
        },
        next_cursor: next.trim_end_matches('+').to_owned(),
        has_more: next.ends_with('+'),
        updated: updated.iter().map(|name| transaction(name)).collect(),
        removed: removed.iter().copied().map(TransactionId::new).collect(),
    }
}

async fn save(store: &dyn Store, user: &UserId, page: SyncPage) -> bool {
    let saved = store.save_page(user, &ITEM.into(), &page).await;
    saved.expect("an answer")
}

async fn cursor(store: &dyn Store) -> Option<String> {
    let position = store.sync_position(&ITEM.into()).await;
    position.expect("an answer").map(|position| position.cursor)
}

async fn ids(store: &dyn Store, user: &UserId, filter: &TransactionFilter) -> Vec<String> {
    let found = store.transactions(user, filter, 9).await;
    let found = found.expect("an answer").into_iter();
    found
        .map(|transaction| transaction.id.to_string())
        .collect()
}

async fn all_ids(store: &dyn Store, user: &UserId) -> Vec<String> {
    ids(store, user, &TransactionFilter::default()).await
}

async fn due(store: &dyn Store, now: &str, retry_at: &str) -> Vec<DueSync> {
    let due = store.due_syncs(at(now), at(retry_at), 9).await;
    due.expect("an answer")
}

pub(crate) async fn a_sync_is_due_until_it_is_finished(store: &Database) {
    let ada = user_with_item(&**store).await;
    let due = async |now, retry_at| due(&**store, now, retry_at).await;
    let sync = |retry_at: &str| DueSync {
        item: ITEM.into(),
        user: ada.clone(),
        retry_at: at(retry_at),
    };
    let finish = async |sync| store.finish_sync(&sync).await.expect("an answer");
    assert_eq!(due("2026-02", "2026-04").await, [sync("2026-04")]);
    assert_eq!(due("2026-03", "2026-04").await, []);
    assert_eq!(due("2026-05", "2026-07").await, [sync("2026-07")]);
    let again = store.schedule_sync(&ITEM.into(), at("2026-06")).await;
    again.expect("an answer");
    finish(sync("2026-07")).await;
    assert_eq!(
        due("2026-06", "2026-08").await,
        [sync("2026-08")],
        "it was scheduled again meanwhile"
    );
    finish(sync("2026-08")).await;
    assert_eq!(due("2027-01", "2028-01").await, []);
}

pub(crate) async fn a_sync_needs_an_access_token(store: &Database) {
    let ada = user(&**store, "ada").await;
    let erased = add_item(&**store, &ada, "erased").await.id;
    let done = store.erase_access_token(&ada, &erased, &revoked()).await;
    done.expect("an answer");
    for item in [erased, ItemId::new("unknown")] {
        let scheduled = store.schedule_sync(&item, at("2026-01")).await;
        scheduled.expect("an answer");
    }
    assert_eq!(due(&**store, "2027-01", "2028-01").await, []);
}

pub(crate) async fn a_page_is_saved_once(store: &Database) {
    let (ada, bob) = (user_with_item(&**store).await, user(&**store, "bob").await);
    assert!(!save(&**store, &bob, page("..a", &["9"], &[])).await);
    assert!(save(&**store, &ada, page("..a", &["1", "2"], &[])).await);
    assert!(!save(&**store, &ada, page("..b", &["9"], &[])).await);
    assert!(save(&**store, &ada, page("a..b", &["3"], &["1"])).await);
    assert_eq!(cursor(&**store).await.as_deref(), Some("b"));
    assert_eq!(all_ids(&**store, &ada).await, ["3", "2"]);
}

pub(crate) async fn a_restarted_run_leaves_earlier_runs(store: &Database) {
    let ada = user_with_item(&**store).await;
    let save = async |page| assert!(save(&**store, &ada, page).await);
    let restart = async || store.restart_sync(&ITEM.into()).await.expect("an answer");
    save(page("..a", &["1", "2"], &[])).await;
    save(page("a..b+", &["3"], &["1"])).await;
    save(page("b..c+", &["2", "4"], &[])).await;
    restart().await;
    assert_eq!(cursor(&**store).await.as_deref(), Some("a"));
    assert_eq!(
        all_ids(&**store, &ada).await,
        ["2"],
        "what the run added is deleted, what it changed is not"
    );
    save(page("a..d", &["3", "5"], &[])).await;
    restart().await;
    assert_eq!(
        cursor(&**store).await.as_deref(),
        Some("d"),
        "the run had ended"
    );
}

pub(crate) async fn a_rebuild_replaces_all_when_it_is_complete(store: &Database) {
    let ada = user_with_item(&**store).await;
    let save = async |page| assert!(save(&**store, &ada, page).await);
    let rebuild = async || store.rebuild(&ITEM.into()).await.expect("an answer");
    let is_rebuild = async || {
        let position = store.sync_position(&ITEM.into()).await;
        position.expect("an answer").expect("a sync").is_rebuild
    };
    save(page("..a", &["1", "2"], &[])).await;
    save(page("a..b+", &["9"], &[])).await;
    rebuild().await;
    save(page("..c+", &["2", "8"], &[])).await;
    assert_eq!(all_ids(&**store, &ada).await, ["2", "1"]);
    rebuild().await;
    assert_eq!(cursor(&**store).await.as_deref(), Some(""));
    save(page("..c+", &["2", "3", "7"], &[])).await;
    store.restart_sync(&ITEM.into()).await.expect("an answer");
    assert!(is_rebuild().await, "it is restarted as a rebuild");
    save(page("..c+", &["2", "3", "4"], &[])).await;
    let removed = [AccountId::new("account-3")];
    let updated = store.update_item(&ada, &item(ITEM), 0, &removed).await;
    assert!(updated.expect("an answer"));
    let page = |cursors, updated, removed| {
        let mut page = page(cursors, updated, removed);
        page.begin.removals = 1;
        page
    };
    assert_eq!(all_ids(&**store, &ada).await, ["2", "1"]);
    save(page("c..d", &["5"], &["4"])).await;
    assert_eq!(all_ids(&**store, &ada).await, ["5", "2"]);
    assert!(!is_rebuild().await);
    save(page("d..e", &["6"], &[])).await;
    assert_eq!(all_ids(&**store, &ada).await, ["6", "5", "2"]);
}

pub(crate) async fn a_postponed_sync_is_due_later(store: &Database) {
    user_with_item(&**store).await;
    let due = async |now, retry_at| due(&**store, now, retry_at).await;
    let sync = due("2026-02", "2026-04").await.remove(0);
    let postponed = store.postpone_sync(&sync, at("2026-06")).await;
    postponed.expect("an answer");
    assert_eq!(due("2026-05", "2026-08").await, []);
    let sync = due("2026-07", "2026-08").await.remove(0);
    let again = store.schedule_sync(&ITEM.into(), at("2026-07")).await;
    again.expect("an answer");
    let postponed = store.postpone_sync(&sync, at("2026-12")).await;
    postponed.expect("an answer");
    assert_eq!(
        due("2026-07", "2026-08").await.len(),
        1,
        "it was scheduled again"
    );
}

pub(crate) async fn transactions_are_listed_newest_first(store: &Database) {
    let (ada, bob) = (user_with_item(&**store).await, user(&**store, "bob").await);
    save(&**store, &ada, page("..a", &["2", "5", "3"], &[])).await;
    assert_eq!(all_ids(&**store, &ada).await, ["5", "3", "2"]);
    assert_eq!(all_ids(&**store, &bob).await, Vec::<String>::new());
    let all = TransactionFilter::default();
    let first = store.transactions(&ada, &all, 2).await;
    assert_eq!(first.expect("an answer").len(), 2);
    for (filter, expected) in [
        (
            TransactionFilter {
                before: Some(("2026-11-05".to_owned(), TransactionId::new("5"))),
                ..all.clone()
            },
            &["3", "2"][..],
        ),
        (
            TransactionFilter {
                account: Some(AccountId::new("account-3")),
                ..all.clone()
            },
            &["3"],
        ),
        (
            TransactionFilter {
                item: Some(ItemId::new("another")),
                ..all
            },
            &[],
        ),
    ] {
        assert_eq!(ids(&**store, &ada, &filter).await, expected, "{filter:?}");
    }
}

pub(crate) async fn removed_accounts_take_their_transactions_along(store: &Database) {
    let (ada, bob) = (user_with_item(&**store).await, user(&**store, "bob").await);
    save(&**store, &ada, page("..a", &["2", "3", "5"], &[])).await;
    let (item, removed) = (item(ITEM), [AccountId::new("account-3")]);
    for (user, updated, left) in [
        (&bob, false, &["5", "3", "2"][..]),
        (&ada, true, &["5", "2"]),
    ] {
        let done = store.update_item(user, &item, 0, &removed).await;
        assert_eq!(done.expect("an answer"), updated);
        assert_eq!(all_ids(&**store, &ada).await, left);
    }
}

/// The page may hold transactions of the removed accounts.
pub(crate) async fn a_page_from_before_a_removal_of_accounts_is_refused(store: &Database) {
    let ada = user_with_item(&**store).await;
    let begin = store.sync_position(&ITEM.into()).await;
    let begin = begin.expect("an answer").expect("a cursor");
    let removed = [AccountId::new("account-3")];
    let updated = store.update_item(&ada, &item(ITEM), 0, &removed).await;
    assert!(updated.expect("an answer"));
    let page = SyncPage {
        begin,
        ..page("..a", &["3"], &[])
    };
    assert!(!save(&**store, &ada, page.clone()).await);
    let begin = store.sync_position(&ITEM.into()).await;
    let begin = begin.expect("an answer").expect("a cursor");
    assert!(save(&**store, &ada, SyncPage { begin, ..page }).await);
}

pub(crate) async fn an_erased_access_token_takes_the_transactions_along(store: &Database) {
    let (ada, bob) = (user_with_item(&**store).await, user(&**store, "bob").await);
    save(&**store, &ada, page("..a", &["2", "5"], &[])).await;
    for (user, left) in [(&bob, 2), (&ada, 0)] {
        let erased = store
            .erase_access_token(user, &ITEM.into(), &revoked())
            .await;
        erased.expect("an answer");
        assert_eq!(all_ids(&**store, &ada).await.len(), left);
        assert_eq!(cursor(&**store).await.is_some(), left > 0);
    }
}
