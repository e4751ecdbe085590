//! Users and sessions.

use connect_server::store::SessionState;
use connect_server::{Digest, UserId};

use crate::database::Database;
use crate::fixtures::at;

pub(crate) async fn a_session_has_its_user_until_it_expires(store: &Database) {
    let (session, user) = (Digest::of("session"), UserId::random());
    let created = store.create_session(&session, &user, at("2026-02"));
    created.await.expect("a session");
    for (session, visitor, now, expected) in [
        (
            session,
            &user,
            "2026-01",
            SessionState::Active(user.clone()),
        ),
        (session, &user, "2026-02", SessionState::Ended),
        (
            Digest::of("other"),
            &UserId::random(),
            "2026-01",
            SessionState::New,
        ),
    ] {
        let found = store.session(&session, visitor, at(now)).await;
        assert_eq!(found.expect("an answer"), expected, "{now}");
    }
}

pub(crate) async fn a_session_may_be_created_twice(store: &Database) {
    let (session, user) = (Digest::of("session"), UserId::random());
    for _ in 0..2 {
        let created = store.create_session(&session, &user, at("2026-02"));
        created.await.expect("a session");
    }
}

pub(crate) async fn sessions_end_one_by_one_or_all(store: &Database) {
    let user = UserId::random();
    let sessions = ["first", "second", "third"].map(Digest::of);
    for session in &sessions {
        let created = store.create_session(session, &user, at("2026-02"));
        created.await.expect("a session");
    }
    let active = async || {
        let mut active = Vec::new();
        for session in &sessions {
            let state = store.session(session, &user, at("2026-01")).await;
            active.push(state.expect("an answer") == SessionState::Active(user.clone()));
        }
        active
    };
    assert_eq!(active().await, [true, true, true]);
    store.end_session(&sessions[1]).await.expect("an end");
    assert_eq!(active().await, [true, false, true]);
    store.end_sessions(&user).await.expect("an end");
    assert_eq!(active().await, [false, false, false]);
}
