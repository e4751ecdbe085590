//! Successes until the backend acknowledges them.

use link_flow::{
    Attempt, Effect, Event, FailureKind, OutboxError, Outcome, Purpose, State, Submitted, step,
};

use crate::events::{
    acknowledged, created, granted, left, linked, online, open, repair, resend_due, resend_due_at,
    retry, submit_failed, succeeded, success,
};
use crate::{opened, succeeding, travel};

#[test]
fn connects_an_item_and_then_another() {
    let state = travel(State::default(), succeeding());
    let state = travel(state, [(linked(0), "forget public-a", "idle")]);
    assert_eq!(state.outcome, Some(Outcome::Linked("item-1".into())));
    assert!(state.wants_handler());

    let state = travel(
        state,
        [
            (Event::Prepare, "fetch 2", "preparing"),
            (granted(2, "link-b"), "create 2 link-b", "preparing"),
            (created(2), "expire 2 at 14280000", "ready"),
            (open(), "keep link-b · open 2", "open"),
            (
                succeeded(2, "public-b"),
                "forget link-b · destroy · keep public-b · submit 1 public-b",
                "submitting",
            ),
            (
                acknowledged(1, Submitted::Linked("item-2".into())),
                "forget public-b",
                "idle",
            ),
        ],
    );
    assert_eq!(state.outcome, Some(Outcome::Linked("item-2".into())));
}

#[test]
fn a_success_is_resubmitted_until_it_is_acknowledged() {
    let state = travel(State::default(), succeeding());
    let unreachable = "unsent: BackendUnreachable";
    let lost = || submit_failed(0, FailureKind::BackendUnreachable);
    let state = travel(
        state,
        [
            (lost(), "resend 0 in 1000", unreachable),
            (lost(), "", unreachable),
            (resend_due(0), "submit 0 public-a", "submitting"),
            (resend_due(0), "", "submitting"),
            (lost(), "resend 0 in 2000", unreachable),
            (online(), "submit 0 public-a", "submitting"),
            (lost(), "resend 0 in 4000", unreachable),
            (retry(), "submit 0 public-a", "submitting"),
            (linked(0), "forget public-a", "idle"),
            (linked(0), "", "idle"),
            (lost(), "", "idle"),
        ],
    );
    assert_eq!(state.outcome, Some(Outcome::Linked("item-1".into())));
}

#[test]
fn the_delay_between_submissions_is_at_most_a_minute() {
    let mut state = travel(State::default(), succeeding());
    let mut waits = Vec::new();
    for _ in 0..9 {
        let (next, effects) = step(state, submit_failed(0, FailureKind::PlaidUnavailable));
        waits.extend(effects.iter().filter_map(|effect| match effect {
            Effect::ResendAfter { delay, .. } => Some(*delay),
            _ => None,
        }));
        state = step(next, resend_due(0)).0;
    }
    assert_eq!(
        waits,
        [
            1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000
        ]
    );
}

#[test]
fn a_success_with_an_invalid_public_token_is_given_up() {
    let state = travel(State::default(), succeeding());
    let state = travel(
        state,
        [
            (
                submit_failed(0, FailureKind::PublicTokenInvalid),
                "forget public-a",
                "idle",
            ),
            (open(), "fetch 2", "opening"),
        ],
    );
    assert_lost(&state);
}

/// The expiry of the public token: half an hour after the success.
const END: u64 = 1 + 30 * 60 * 1000;

#[test]
fn a_success_with_an_expired_public_token_is_given_up() {
    let unreachable = "unsent: BackendUnreachable";
    let lost = || submit_failed(0, FailureKind::BackendUnreachable);
    for event in [
        resend_due_at(0, END),
        Event::Online { now: END },
        Event::Retry { now: END },
    ] {
        let state = travel(State::default(), succeeding());
        let state = travel(
            state,
            [
                (lost(), "resend 0 in 1000", unreachable),
                (resend_due_at(0, END - 1), "submit 0 public-a", "submitting"),
                (lost(), "resend 0 in 2000", unreachable),
                (event, "forget public-a", "idle"),
                (succeeded(1, "public-a"), "", "idle"),
            ],
        );
        assert_lost(&state);
    }
}

fn assert_lost(state: &State) {
    let Some(Outcome::Lost(failure)) = &state.outcome else {
        panic!("the success is lost");
    };
    assert_eq!(failure.kind, FailureKind::PublicTokenInvalid);
}

#[test]
fn a_submission_failure_names_the_link_session() {
    let fails = |kind| {
        let state = travel(State::default(), succeeding());
        step(state, submit_failed(0, kind)).0
    };
    let waiting = fails(FailureKind::BackendUnreachable);
    let waiting = waiting.outbox[0].failure.clone();
    let Some(Outcome::Lost(lost)) = fails(FailureKind::PublicTokenInvalid).outcome else {
        panic!("the success is lost");
    };
    for failure in [waiting.expect("a failure"), lost] {
        assert_eq!(failure.link_session_id.as_deref(), Some("session-1"));
    }
}

#[test]
fn only_expired_successes_are_given_up() {
    let at = |succeeded_at, token| {
        let success = success(Purpose::NewItem, Some(token));
        Event::Restored(link_flow::Success {
            succeeded_at,
            ..success
        })
    };
    let unreachable = "unsent: BackendUnreachable";
    let lost = |id| submit_failed(id, FailureKind::BackendUnreachable);
    travel(
        State::default(),
        [
            (
                at(1, "public-a"),
                "keep public-a · submit 0 public-a",
                "submitting",
            ),
            (
                at(2, "public-b"),
                "keep public-b · submit 1 public-b",
                "submitting",
            ),
            (lost(0), "resend 0 in 1000", unreachable),
            (lost(1), "resend 1 in 1000", unreachable),
            (
                Event::Online { now: END },
                "submit 1 public-b · forget public-a",
                "submitting",
            ),
        ],
    );
}

#[test]
fn retry_after_a_lost_success_opens_link() {
    let state = travel(State::default(), succeeding());
    let state = travel(
        state,
        [
            (
                submit_failed(0, FailureKind::PublicTokenInvalid),
                "forget public-a",
                "idle",
            ),
            (retry(), "fetch 2", "opening"),
            (granted(2, "link-b"), "create 2 link-b", "opening"),
            (created(2), "keep link-b · open 2", "open"),
        ],
    );
    assert_eq!(state.outcome, None);
}

#[test]
fn a_kept_success_that_has_expired_is_reported_as_lost() {
    for (error, is_reported) in [
        (OutboxError::Expired, true),
        (OutboxError::Corrupt, false),
        (OutboxError::Foreign, false),
    ] {
        let row = (Event::RestoreFailed(error), "", "idle");
        let state = travel(State::default(), [row]);
        assert_eq!(state.outcome.is_some(), is_reported, "{error}");
        if is_reported {
            assert_lost(&state);
        }
    }
}

#[test]
fn a_success_of_an_earlier_page_is_submitted() {
    let kept = || Event::Restored(success(Purpose::NewItem, Some("public-a")));
    travel(
        State::default(),
        [
            (kept(), "keep public-a · submit 0 public-a", "submitting"),
            (kept(), "", "submitting"),
            (linked(0), "forget public-a", "idle"),
            (kept(), "", "idle"),
        ],
    );
}

#[test]
fn link_opens_again_while_a_success_is_submitted() {
    let state = travel(State::default(), succeeding());
    travel(
        state,
        [
            (Event::Prepare, "fetch 2", "submitting"),
            (granted(2, "link-b"), "create 2 link-b", "submitting"),
            (created(2), "expire 2 at 14280000", "submitting"),
            (open(), "keep link-b · open 2", "open"),
            (linked(0), "forget public-a", "open"),
        ],
    );
}

#[test]
fn a_success_that_link_reports_twice_is_submitted_once() {
    let state = travel(State::default(), succeeding());
    travel(
        state,
        [
            (succeeded(1, "public-a"), "", "submitting"),
            (linked(0), "forget public-a", "idle"),
            (succeeded(1, "public-a"), "", "idle"),
        ],
    );
}

#[test]
fn an_exit_after_the_success_changes_nothing() {
    let state = travel(State::default(), succeeding());
    travel(state, [(left(1, None), "", "submitting")]);
}

#[test]
fn update_mode_repairs_and_exchanges_nothing() {
    for token in [None, Some("public-unused")] {
        let repaired = Event::Succeeded {
            attempt: Attempt(1),
            success: success(repair(), token),
        };
        let (submitted, forgotten) = match token {
            None => (
                "forget link-a · destroy · keep repair · submit 0 repair",
                "forget repair",
            ),
            Some(_) => (
                "forget link-a · destroy · keep public-unused · submit 0 public-unused",
                "forget public-unused",
            ),
        };
        let state = travel(
            State::new(repair()),
            [
                (Event::Prepare, "fetch 1 for item-1", "preparing"),
                (granted(1, "link-a"), "create 1 link-a", "preparing"),
                (created(1), "expire 1 at 14280000", "ready"),
                (open(), "keep link-a · open 1", "open"),
                (repaired, submitted, "submitting"),
                (
                    acknowledged(0, Submitted::Repaired("item-1".into())),
                    forgotten,
                    "idle",
                ),
            ],
        );
        assert_eq!(state.outcome, Some(Outcome::Repaired("item-1".into())));
    }
}

#[test]
fn a_duplicate_names_the_connected_item() {
    let state = travel(State::default(), succeeding());
    let state = travel(
        state,
        [(
            acknowledged(0, Submitted::Duplicate("item-7".into())),
            "forget public-a",
            "idle",
        )],
    );
    assert_eq!(state.outcome, Some(Outcome::Duplicate("item-7".into())));
}

#[test]
fn a_success_without_an_item_is_not_submitted() {
    let verified = Event::Succeeded {
        attempt: Attempt(1),
        success: success(Purpose::NewItem, None),
    };
    let state = travel(State::default(), opened());
    let state = travel(state, [(verified, "forget link-a · destroy", "idle")]);
    assert_eq!(state.outcome, Some(Outcome::Finished));
}
