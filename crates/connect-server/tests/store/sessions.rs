//! Users and sessions.

use connect_server::{Digest, UserId};

use crate::database::Database;
use crate::fixtures::at;

pub(crate) async fn a_session_has_its_user_until_it_expires(store: &Database) {
    let (session, user) = (Digest::of("session"), UserId::random());
    let created = store.create_session(&session, &user, at("2026-02"));
    created.await.expect("a session");
    for (session, now, expected) in [
        (session, "2026-01", Some(user)),
        (session, "2026-02", None),
        (Digest::of("forged"), "2026-01", None),
    ] {
        let found = store.session_user(&session, at(now)).await;
        assert_eq!(found.expect("an answer"), expected, "{now}");
    }
}

pub(crate) async fn a_user_may_have_two_sessions(store: &Database) {
    let user = UserId::random();
    for session in ["first", "second"].map(Digest::of) {
        let created = store.create_session(&session, &user, at("2026-02"));
        created.await.expect("a session");
        let found = store.session_user(&session, at("2026-01")).await;
        assert_eq!(found.expect("an answer"), Some(user.clone()));
    }
}
