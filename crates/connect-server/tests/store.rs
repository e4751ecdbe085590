//! The contract of a store: every engine is tested against it.

use connect_api::{Item, ItemStatus, Transaction};
use connect_server::store::{
    Claim, DueSync, Exchange, Interrupted, KeptLinkToken, Lost, PendingWebhook, ReceivedWebhook,
    Repairs, Sqlite, Store, StoreError, SyncPage, TransactionFilter,
};
use connect_server::{Digest, UserId};
use plaid_types::{AccountId, InstitutionId, ItemId, PlaidError, TransactionId};
use serde_json::json;

#[tokio::test]
async fn sqlite_keeps_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("connect.db").display());
    let store = Sqlite::open(&url).await.expect("a database");
    keeps_the_contract(&store).await;
    elsewhere(&store, &Sqlite::open(&url).await.expect("a database")).await;
}

async fn keeps_the_contract(store: &dyn Store) {
    store.ping().await.expect("a database");
    vault_check(store).await;
    sessions(store).await;
    claims(store).await;
    ownerless(store).await;
    items(store).await;
    together(store).await;
    repairs(store).await;
    link_tokens(store).await;
    webhooks(store).await;
    transactions(store).await;
    tidy(store).await;
}

/// Two processes over one database.
async fn elsewhere(store: &dyn Store, other: &dyn Store) {
    let written = async || store.written_elsewhere().await.expect("a number");
    let before = written().await;
    user(store, "here").await;
    assert_eq!(written().await, before, "it is the other one's that counts");
    user(other, "there").await;
    let after = written().await;
    assert_ne!(after, before);
    assert_eq!(written().await, after);
}

async fn vault_check(store: &dyn Store) {
    assert_eq!(store.vault_check().await.expect("an answer"), None);
    for check in [b"first", b"later"] {
        store.set_vault_check(check).await.expect("an answer");
        let kept = store.vault_check().await.expect("an answer");
        assert_eq!(kept.as_deref(), Some(&b"first"[..]));
    }
}

async fn sessions(store: &dyn Store) {
    let (session, user) = (Digest::of("session"), UserId::random());
    store
        .create_session(&session, &user, "2026-02-01T00:00:00.000Z")
        .await
        .expect("an answer");
    store
        .create_session(&Digest::of("second"), &user, "2026-02-01T00:00:00.000Z")
        .await
        .expect("a user may have two");
    for (session, now, found) in [
        (session, "2026-01-31T23:59:59.999Z", Some(user)),
        (session, "2026-02-01T00:00:00.000Z", None),
        (Digest::of("forged"), "2026-01-01T00:00:00.000Z", None),
    ] {
        assert_eq!(
            store.session_user(&session, now).await.expect("an answer"),
            found,
            "{now}"
        );
    }
}

async fn claims(store: &dyn Store) {
    let (ada, bob) = (user(store, "ada").await, user(store, "bob").await);
    let token = Digest::of("public-claimed");
    let claim = async |user| claim(store, user, &token, "2026-01", "2026-03").await;
    assert_eq!(claim(&ada).await, Claim::Taken);
    assert_eq!(
        claim(&ada).await,
        Claim::Begun,
        "an interrupted exchange is taken up again"
    );
    assert_eq!(claim(&bob).await, Claim::Foreign);
    let release = async |user, token| store.release(user, token).await.expect("an answer");
    assert!(
        !release(&ada, &token).await,
        "whoever took it up goes on with it"
    );
    assert_eq!(claim(&bob).await, Claim::Foreign);
    store.decline(&bob, &token).await.expect("an answer");
    assert_eq!(claim(&ada).await, Claim::Begun, "only its holder declines");

    let resumable = async |now: &str| store.exchanges_to_resume(now).await.expect("an answer");
    assert_eq!(resumable("2026-02").await, [], "somebody is at it");
    let interrupted = Interrupted {
        user: ada.clone(),
        sealed: b"request".to_vec(),
    };
    assert_eq!(resumable("2026-04").await, [interrupted]);
    let other = Digest::of("public-other");
    let another = async |now: &str| self::claim(store, &ada, &other, now, now).await;
    assert_eq!(another("2026-02").await, Claim::Wait, "one at a time");
    assert_eq!(
        another("2026-04").await,
        Claim::Taken,
        "the dead hold nobody up"
    );
    assert!(
        !release(&bob, &other).await,
        "only its holder gives a claim up"
    );
    assert!(release(&ada, &other).await);

    store.decline(&ada, &token).await.expect("an answer");
    assert_eq!(claim(&ada).await, Claim::Declined);
    assert_eq!(
        resumable("2026-04").await,
        [],
        "what is declined is left alone"
    );
    let again = exchange(&token, "2026-01", "2026-03");
    store.keep_claim(&bob, &again).await.expect("an answer");
    assert_eq!(claim(&ada).await, Claim::Declined);
    store.keep_claim(&ada, &again).await.expect("an answer");
    assert_eq!(claim(&ada).await, Claim::Begun);
    assert_eq!(resumable("2026-04").await.len(), 1);
    store
        .lose(&lost(&bob, &token, None))
        .await
        .expect("an answer");
    assert_eq!(claim(&ada).await, Claim::Begun, "only its holder loses it");
    store
        .lose(&lost(&ada, &token, None))
        .await
        .expect("an answer");
    assert_eq!(claim(&ada).await, Claim::Lost);
    assert_eq!(resumable("2026-04").await, []);

    let token = Digest::of("public-connected");
    let claim = async |user| self::claim(store, user, &token, "2026-01", "2026-03").await;
    let again = exchange(&token, "2026-01", "2026-03");
    assert_eq!(claim(&bob).await, Claim::Taken);
    store
        .add_item(&bob, &token, &item("claimed"), b"sealed", None)
        .await
        .expect("an answer");
    let became = Claim::Became(ItemId::new("claimed"));
    assert_eq!(claim(&bob).await, became);
    assert_eq!(claim(&ada).await, Claim::Foreign);
    assert_eq!(resumable("2026-04").await, []);
    assert!(!release(&bob, &token).await);
    store.decline(&bob, &token).await.expect("an answer");
    store
        .lose(&lost(&bob, &token, Some("ins_1")))
        .await
        .expect("an answer");
    store
        .expire(&lost(&bob, &token, Some("ins_1")), "2026-01")
        .await
        .expect("an answer");
    assert_eq!(store.ownerless("9").await.expect("an answer"), []);
    store.keep_claim(&bob, &again).await.expect("an answer");
    assert_eq!(claim(&bob).await, became, "an Item is not given up");
    assert_eq!(resumable("2026-04").await, []);
}

fn lost(user: &UserId, token: &Digest, bank: Option<&str>) -> Lost {
    Lost {
        user: user.clone(),
        public_token: *token,
        ownerless_at: bank.map(InstitutionId::from),
        end_from: "2026-02".to_owned(),
    }
}

async fn ownerless(store: &dyn Store) {
    let (ida, jon) = (user(store, "ida").await, user(store, "jon").await);
    let claimed = Digest::of("public-answer-lost");
    let unclaimed = Digest::of("public-too-late");
    let (hers, his) = (
        lost(&ida, &claimed, Some("ins_1")),
        lost(&jon, &unclaimed, Some("ins_2")),
    );
    let settled = async |token: &Digest| store.is_settled(token).await.expect("an answer");
    let exchanging = async || store.is_exchanging(&ida).await.expect("an answer");
    let begun = async || store.is_begun(&claimed).await.expect("an answer");
    let now = "2026-01";
    assert!(!settled(&claimed).await && !exchanging().await && !begun().await);
    assert_eq!(claim(store, &ida, &claimed, now, now).await, Claim::Taken);
    assert!(exchanging().await && !begun().await);
    assert_eq!(claim(store, &ida, &claimed, now, now).await, Claim::Begun);
    assert!(begun().await);
    store.expire(&hers, now).await.expect("an answer");
    assert!(!settled(&claimed).await, "somebody is at it");
    store.lose(&hers).await.expect("an answer");
    assert!(!exchanging().await);
    store.expire(&his, now).await.expect("an answer");
    assert_eq!(
        claim(store, &jon, &unclaimed, now, now).await,
        Claim::Expired
    );
    assert!(settled(&claimed).await && settled(&unclaimed).await);
    assert!(settled(&Digest::of("public-connected")).await);

    let at = async |now| store.ownerless(now).await.expect("an answer");
    assert_eq!(at("2026-01").await, [], "somebody may have it yet");
    assert_eq!(at("2026-02").await, [hers.clone(), his.clone()]);
    store
        .end_later(std::slice::from_ref(&hers), "2026-03")
        .await
        .expect("an answer");
    assert_eq!(at("2026-02").await, std::slice::from_ref(&his));
    store.no_longer_ownerless(&[his]).await.expect("an answer");
    assert_eq!(at("2026-03").await.len(), 1);
    // Somebody had it, after all.
    store
        .add_item(&ida, &claimed, &item("late"), b"sealed", None)
        .await
        .expect("an answer");
    assert_eq!(at("2026-03").await, []);
    let became = Claim::Became(ItemId::new("late"));
    assert_eq!(claim(store, &ida, &claimed, now, now).await, became);
}

fn exchange<'a>(token: &Digest, now: &'a str, until: &'a str) -> Exchange<'a> {
    Exchange {
        public_token: *token,
        sealed: b"request",
        now,
        until,
    }
}

async fn claim(store: &dyn Store, user: &UserId, token: &Digest, now: &str, until: &str) -> Claim {
    store
        .claim(user, &exchange(token, now, until))
        .await
        .expect("an answer")
}

async fn items(store: &dyn Store) {
    let (ada, bob) = (user(store, "cleo").await, user(store, "dan").await);
    let token = Digest::of("public-items");
    let old = item("old");
    let new = Item {
        created_at: "2026-01-02T00:00:00.000Z".to_owned(),
        ..item("new")
    };
    for item in [&new, &old] {
        claim(store, &ada, &token, "2026", "2026").await;
        store
            .add_item(&ada, &token, item, item.id.as_str().as_bytes(), None)
            .await
            .expect("an answer");
    }
    assert_eq!(
        store.items(&ada).await.expect("Items"),
        [new.clone(), old.clone()]
    );
    assert_eq!(
        store.item(&ada, &old.id).await.expect("an answer"),
        Some(old.clone())
    );
    let sealed = store.access_token(&ada, &old.id).await.expect("an answer");
    assert_eq!(sealed.as_deref(), Some(&b"old"[..]));

    // Another user sees none of it, and changes none of it.
    assert_eq!(store.items(&bob).await.expect("Items"), []);
    assert_eq!(store.item(&bob, &old.id).await.expect("an answer"), None);
    assert_eq!(
        store.access_token(&bob, &old.id).await.expect("an answer"),
        None
    );
    assert!(!store.update_item(&bob, &old, &[]).await.expect("an answer"));
    assert!(!store.remove_item(&bob, &old.id).await.expect("an answer"));
    let taken = store.add_item(&bob, &token, &old, b"stolen", None).await;
    assert!(matches!(taken, Err(StoreError::Foreign)), "{taken:?}");

    let error: PlaidError = serde_json::from_value(json!({
        "error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED", "error_message": "",
        "display_message": null,
    }))
    .expect("an error");
    for status in [
        ItemStatus::LoginRequired,
        ItemStatus::Failing,
        ItemStatus::Healthy,
    ] {
        let changed = Item {
            status,
            error: Some(error.clone()),
            ..old.clone()
        };
        assert!(
            store
                .update_item(&ada, &changed, &[])
                .await
                .expect("an answer")
        );
        assert_eq!(
            store.item(&ada, &old.id).await.expect("an answer"),
            Some(changed)
        );
    }

    // The same Item again gets the newer token.
    store
        .add_item(&ada, &token, &old, b"newer", None)
        .await
        .expect("an answer");
    assert_eq!(store.items(&ada).await.expect("Items").len(), 2);
    let sealed = store.access_token(&ada, &old.id).await.expect("an answer");
    assert_eq!(sealed.as_deref(), Some(&b"newer"[..]));

    assert_eq!(
        store.owner(&old.id).await.expect("an answer"),
        Some(ada.clone())
    );
    assert_eq!(
        store
            .owner(&ItemId::new("nobody's"))
            .await
            .expect("an answer"),
        None
    );
    store
        .forget_access_token(&bob, &old.id)
        .await
        .expect("an answer");
    assert!(
        store
            .access_token(&ada, &old.id)
            .await
            .expect("an answer")
            .is_some()
    );
    store
        .forget_access_token(&ada, &old.id)
        .await
        .expect("an answer");
    assert_eq!(
        store.access_token(&ada, &old.id).await.expect("an answer"),
        None
    );
    assert!(
        store
            .item(&ada, &old.id)
            .await
            .expect("an answer")
            .is_some(),
        "the rest stays"
    );

    assert!(store.remove_item(&ada, &old.id).await.expect("an answer"));
    assert!(!store.remove_item(&ada, &old.id).await.expect("an answer"));
    assert_eq!(
        store.access_token(&ada, &old.id).await.expect("an answer"),
        None
    );
    assert!(
        !store.update_item(&ada, &old, &[]).await.expect("an answer"),
        "an update revives nothing"
    );
    assert_eq!(store.items(&ada).await.expect("Items"), [new]);
}

/// What comes at the same time is written as if one had come after the other.
async fn together(store: &dyn Store) {
    let (ada, bob, eve) = (
        user(store, "ann").await,
        user(store, "ben").await,
        user(store, "eva").await,
    );
    let token = |name: &str| Digest::of(format!("public-{name}-together"));
    let [first, second, third] = ["first", "second", "third"].map(token);
    // Left by a process that died.
    let left = claim(store, &ada, &third, "2026", "2026").await;
    assert_eq!(left, Claim::Taken);
    let claimed = tokio::join!(
        claim(store, &ada, &first, "2026", "2027"),
        claim(store, &eve, &first, "2026", "2027"),
        claim(store, &bob, &second, "2026", "2027"),
    );
    assert_eq!(claimed, (Claim::Taken, Claim::Foreign, Claim::Taken));

    let [adas, bobs] = ["adas-together", "bobs-together"].map(item);
    let added = tokio::join!(
        store.add_item(&ada, &first, &adas, b"sealed-ada", Some("2026-01")),
        store.add_item(&bob, &second, &bobs, b"sealed-bob", None),
    );
    assert!(matches!(added, (Ok(()), Ok(()))), "{added:?}");
    for (user, item, sealed) in [(&ada, &adas, b"sealed-ada"), (&bob, &bobs, b"sealed-bob")] {
        let kept = store.item(user, &item.id).await.expect("an answer");
        assert_eq!(kept.as_ref(), Some(item));
        let kept = store.access_token(user, &item.id).await.expect("an answer");
        assert_eq!(kept.as_deref(), Some(&sealed[..]));
    }
    let claimed = tokio::join!(
        claim(store, &ada, &first, "2026", "2027"),
        claim(store, &bob, &second, "2026", "2027"),
    );
    let became = |item: &Item| Claim::Became(item.id.clone());
    assert_eq!(claimed, (became(&adas), became(&bobs)));
    let left = claim(store, &ada, &third, "2026", "2026").await;
    assert_eq!(left, Claim::Begun, "it became nothing");
    let due = store.syncs_to_do("2026-02", "2026-03", 10).await;
    let due: Vec<_> = due
        .expect("an answer")
        .into_iter()
        .map(|due| due.item)
        .collect();
    assert_eq!(due, std::slice::from_ref(&adas.id));

    let renamed = |item: &Item, name: &str| Item {
        institution_name: name.to_owned(),
        ..item.clone()
    };
    let (adas, stolen) = (renamed(&adas, "Ada's bank"), renamed(&bobs, "Eve's bank"));
    let updated = tokio::join!(
        store.update_item(&eve, &stolen, &[]),
        store.update_item(&ada, &adas, &[]),
    );
    assert!(matches!(updated, (Ok(false), Ok(true))), "{updated:?}");
    let taken = tokio::join!(
        store.add_item(&eve, &third, &stolen, b"stolen", Some("2026")),
        store.update_item(&ada, &adas, &[]),
    );
    assert!(matches!(taken.0, Err(StoreError::Foreign)), "{taken:?}");
    for (user, item) in [(&ada, &adas), (&bob, &bobs)] {
        assert_eq!(
            store.items(user).await.expect("Items"),
            std::slice::from_ref(item)
        );
    }
    for (user, item) in [(&ada, &adas), (&bob, &bobs)] {
        assert!(store.remove_item(user, &item.id).await.expect("an answer"));
    }
}

async fn repairs(store: &dyn Store) {
    let user = user(store, "fay").await;
    let (id, token) = (ItemId::new("repaired"), Digest::of("public-repaired"));
    assert_eq!(
        claim(store, &user, &token, "2026", "2026").await,
        Claim::Taken
    );
    store
        .add_item(&user, &token, &item("repaired"), b"sealed", None)
        .await
        .expect("an answer");
    let repairs = |repaired: Option<&str>, chosen: Option<&str>| Repairs {
        repaired_at: repaired.map(str::to_owned),
        accounts_chosen_at: chosen.map(str::to_owned),
    };
    let noted = async || store.repairs(&id).await.expect("an answer");
    assert_eq!(noted().await, repairs(None, None));
    for (at, chosen, expected) in [
        ("2026-02", false, (Some("2026-02"), None)),
        ("2026-03", true, (Some("2026-03"), Some("2026-03"))),
        ("2026-04", false, (Some("2026-04"), Some("2026-03"))),
        ("2026-01", true, (Some("2026-04"), Some("2026-03"))),
    ] {
        let done = store.note_repair(&id, at, chosen).await;
        done.expect("an answer");
        assert_eq!(noted().await, repairs(expected.0, expected.1), "{at}");
    }
    let nothing = store.repairs(&ItemId::new("nobody's")).await;
    assert_eq!(nothing.expect("an answer"), repairs(None, None));
}

async fn link_tokens(store: &dyn Store) {
    let user = user(store, "eve").await;
    let token = |name: &str, item: Option<&str>, ask_at: &str| KeptLinkToken {
        digest: Digest::of(name),
        user: user.clone(),
        item: item.map(ItemId::new),
        account_selection: item.is_some(),
        sealed: name.as_bytes().to_vec(),
        ask_at: ask_at.to_owned(),
        settles_at: "2027".to_owned(),
    };
    let (early, late) = (
        token("early", None, "2026-01"),
        token("late", Some("old"), "2026-03"),
    );
    for token in [&early, &late, &early] {
        store.add_link_token(token).await.expect("an answer");
    }
    let found = store.link_token(&late.digest).await.expect("an answer");
    assert_eq!(found, Some(late.clone()));
    let ask = async |now: &str, next: &str| {
        let asked = store
            .link_tokens_to_ask(now, next)
            .await
            .expect("an answer");
        asked
            .into_iter()
            .map(|token| token.digest)
            .collect::<Vec<_>>()
    };
    assert_eq!(ask("2026-02", "2026-05").await, [early.digest]);
    assert_eq!(ask("2026-02", "2026-05").await, [], "not twice");
    assert_eq!(ask("2026-04", "2026-09").await, [late.digest]);
    assert_eq!(ask("2026-06", "2026-09").await, [early.digest]);
    store
        .ask_link_token_at(&early.digest, "2026-07")
        .await
        .expect("an answer");
    assert_eq!(ask("2026-08", "2026-09").await, [early.digest]);
    store
        .drop_link_token(&late.digest)
        .await
        .expect("an answer");
    assert_eq!(
        store.link_token(&late.digest).await.expect("an answer"),
        None
    );
}

async fn webhooks(store: &dyn Store) {
    let received = ["one", "two", "one", "three"].map(|name| ReceivedWebhook {
        signature: Digest::of(name),
        body: Digest::of(format!("body of {name}")),
        copied_since: "2025-12".to_owned(),
        sealed: name.as_bytes().to_vec(),
        received_at: "2026-01".to_owned(),
    });
    store
        .keep_webhooks(&received, &[])
        .await
        .expect("an answer");
    store
        .keep_webhooks(&received[..1], &[])
        .await
        .expect("an answer");
    let take_up = async |now: &str, again_at: &str, limit| {
        store
            .webhooks_to_apply(now, again_at, limit)
            .await
            .expect("an answer")
    };
    let texts = |webhooks: &[PendingWebhook]| -> Vec<Vec<u8>> {
        webhooks
            .iter()
            .map(|webhook| webhook.sealed.clone())
            .collect()
    };
    let first = take_up("2026-02", "2026-04", 2).await;
    assert_eq!(
        texts(&first),
        [b"one".to_vec(), b"two".to_vec()],
        "a copy is left out"
    );
    let rest = take_up("2026-02", "2026-04", 2).await;
    assert_eq!(texts(&rest), [b"three".to_vec()]);
    assert_eq!(
        take_up("2026-03", "2026-04", 9).await,
        [],
        "they are being worked on"
    );
    store
        .keep_webhooks(&[], &[first[0].id])
        .await
        .expect("an answer");
    let again = take_up("2026-05", "2026-06", 9).await;
    assert_eq!(texts(&again), [b"two".to_vec(), b"three".to_vec()]);
    store
        .keep_webhooks(&received, &[again[0].id, again[1].id])
        .await
        .expect("an answer");
    assert_eq!(
        take_up("2026-09", "2026-10", 9).await,
        [],
        "what is applied stays applied"
    );

    // A copy that is signed anew tells when it was told first, unless that was too long ago to be a copy.
    for (signature, received_at, copied_since, told_at) in [
        ("copy", "2026-11", "2025-12", "2026-01"),
        ("news", "2026-12", "2026-06", "2026-12"),
    ] {
        let copy = ReceivedWebhook {
            signature: Digest::of(signature),
            copied_since: copied_since.to_owned(),
            received_at: received_at.to_owned(),
            ..received[0].clone()
        };
        store.keep_webhooks(&[copy], &[]).await.expect("an answer");
        let taken = take_up(received_at, "9999", 9).await;
        assert_eq!(taken[0].told_at, told_at);
        store
            .keep_webhooks(&[], &[taken[0].id])
            .await
            .expect("an answer");
    }
}

async fn transactions(store: &dyn Store) {
    let (ada, bob) = (user(store, "gus").await, user(store, "hal").await);
    let token = Digest::of("public-transactions");
    let id = ItemId::new("with transactions");
    claim(store, &ada, &token, "2026", "2026").await;
    store
        .add_item(&ada, &token, &item(id.as_str()), b"sealed", Some("2026-01"))
        .await
        .expect("an answer");
    store
        .want_sync(&ItemId::new("nobody's"), "2026-01")
        .await
        .expect("what is not there is not wanted");
    let due = async |now: &str, again_at: &str| {
        store
            .syncs_to_do(now, again_at, 9)
            .await
            .expect("an answer")
    };
    let one = |again_at: &str| DueSync {
        item: id.clone(),
        user: ada.clone(),
        again_at: again_at.to_owned(),
    };
    assert_eq!(due("2026-02", "2026-04").await, [one("2026-04")]);
    assert_eq!(due("2026-03", "2026-04").await, [], "it is being worked on");
    assert_eq!(due("2026-05", "2026-07").await, [one("2026-07")]);
    store.want_sync(&id, "2026-06").await.expect("an answer");
    store.sync_done(&one("2026-07")).await.expect("an answer");
    assert_eq!(
        due("2026-06", "2026-08").await,
        [one("2026-08")],
        "what was wanted meanwhile is not done"
    );
    store.sync_done(&one("2026-08")).await.expect("an answer");
    assert_eq!(due("2027", "2028").await, []);

    let page = |cursor: &str, next: &str, has_more: bool, kept: &[&str], gone: &[&str]| SyncPage {
        cursor: cursor.to_owned(),
        next_cursor: next.to_owned(),
        has_more,
        kept: kept.iter().map(|name| transaction(&id, name)).collect(),
        gone: gone.iter().copied().map(TransactionId::new).collect(),
    };
    let keep =
        async |user, page: SyncPage| store.keep_page(user, &id, &page).await.expect("an answer");
    assert!(!keep(&bob, page("", "a", false, &["stolen"], &[])).await);
    assert!(keep(&ada, page("", "a", false, &["1", "2"], &[])).await);
    assert!(
        !keep(&ada, page("", "b", false, &["late"], &[])).await,
        "a page is kept once"
    );
    assert!(keep(&ada, page("a", "b", true, &["3"], &["1"])).await);
    assert!(keep(&ada, page("b", "c", true, &["2", "4"], &[])).await);
    store.restart_sync(&id).await.expect("an answer");
    let cursor = store.sync_cursor(&id).await.expect("an answer");
    assert_eq!(cursor.as_deref(), Some("a"));
    let listed = async |user, filter: TransactionFilter, limit| -> Vec<String> {
        let found = store.transactions(user, &filter, limit).await;
        let found = found.expect("an answer");
        found.iter().map(|one| one.id.to_string()).collect()
    };
    assert_eq!(
        listed(&ada, TransactionFilter::default(), 9).await,
        ["2"],
        "what the run added is gone, and what it changed is not"
    );
    assert!(keep(&ada, page("a", "d", false, &["3", "5"], &[])).await);
    store.restart_sync(&id).await.expect("an answer");
    let cursor = store.sync_cursor(&id).await.expect("an answer");
    assert_eq!(cursor.as_deref(), Some("d"), "a run that ended stays");

    let before = TransactionFilter {
        before: Some(("2026-11-05".to_owned(), TransactionId::new("5"))),
        ..TransactionFilter::default()
    };
    assert_eq!(
        listed(&ada, TransactionFilter::default(), 2).await,
        ["5", "3"]
    );
    assert_eq!(listed(&ada, before, 9).await, ["3", "2"]);
    assert_eq!(
        listed(&bob, TransactionFilter::default(), 9).await,
        Vec::<String>::new()
    );

    let gone = [AccountId::new("account-3")];
    assert!(
        !store
            .update_item(&bob, &item(id.as_str()), &gone)
            .await
            .expect("an answer")
    );
    assert_eq!(listed(&ada, TransactionFilter::default(), 9).await.len(), 3);
    assert!(
        store
            .update_item(&ada, &item(id.as_str()), &gone)
            .await
            .expect("an answer")
    );
    assert_eq!(
        listed(&ada, TransactionFilter::default(), 9).await,
        ["5", "2"]
    );
    store
        .forget_access_token(&bob, &id)
        .await
        .expect("an answer");
    assert_eq!(listed(&ada, TransactionFilter::default(), 9).await.len(), 2);
    store
        .forget_access_token(&ada, &id)
        .await
        .expect("an answer");
    assert_eq!(
        listed(&ada, TransactionFilter::default(), 9).await,
        Vec::<String>::new()
    );
    store.want_sync(&id, "2026-06").await.expect("an answer");
    assert_eq!(
        due("2027", "2028").await,
        [],
        "there is no token to ask with"
    );
}

/// A transaction on an account and a day of its own.
fn transaction(item: &ItemId, name: &str) -> Transaction {
    Transaction {
        id: name.into(),
        item_id: item.clone(),
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

async fn tidy(store: &dyn Store) {
    let user = user(store, "flo").await;
    let session = Digest::of("short");
    store
        .create_session(&session, &user, "2030")
        .await
        .expect("an answer");
    store.tidy("2031", "2000").await.expect("an answer");
    assert_eq!(
        store
            .session_user(&session, "2001")
            .await
            .expect("an answer"),
        None
    );
    let long = store
        .session_user(&Digest::of("flo"), "2031")
        .await
        .expect("an answer");
    assert_eq!(long, Some(user.clone()));
    let early = Digest::of("early");
    assert_eq!(
        store.link_token(&early).await.expect("an answer"),
        None,
        "it had settled"
    );

    let token = Digest::of("public-claimed");
    assert_ne!(
        claim(store, &user, &token, "2031", "2031").await,
        Claim::Taken
    );
    let left = lost(&user, &Digest::of("public-left"), Some("ins_1"));
    store.expire(&left, "2026-01").await.expect("an answer");
    store.tidy("2031", "2030").await.expect("an answer");
    let ownerless = store.ownerless("2030").await.expect("an answer");
    assert_eq!(ownerless, [left], "it is yet to be ended");
    assert_eq!(
        claim(store, &user, &token, "2031", "2031").await,
        Claim::Taken
    );
}

async fn user(store: &dyn Store, name: &str) -> UserId {
    let user = UserId::new(name.to_owned());
    store
        .create_session(&Digest::of(name), &user, "9999")
        .await
        .expect("an answer");
    user
}

fn item(id: &str) -> Item {
    serde_json::from_value(json!({
        "id": id, "institution_id": "ins_1", "institution_name": "First <b>Platypus</b> Bank",
        "institution_color": "#004966", "status": "healthy", "error": null,
        "accounts": [{ "account_id": "a", "name": "Checking", "mask": "0000", "type": "alchemy",
            "balances": { "current": 23631.9805, "available": null } }],
        "created_at": "2026-01-01T00:00:00.000Z", "refreshed_at": "2026-01-01T00:00:00.000Z",
    }))
    .expect("an Item")
}
