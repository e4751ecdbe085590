//! Visits that continue after a bank's redirect.

use link_flow::{Event, FailureKind, Outcome, Purpose, ResumeError, Stage, State, step};

use crate::events::{
    created, handler_failed, left, linked, open, open_for, repair, resumed, retry, succeeded,
};
use crate::{Row, opened, travel};

/// Link is open after a bank's redirect.
fn returned(purpose: Purpose) -> [Row<'static>; 3] {
    [
        (Event::Return, "read", "opening"),
        (resumed(purpose), "create 1 link-kept resumed", "opening"),
        (created(1), "keep link-kept · open 1", "open"),
    ]
}

#[test]
fn link_continues_after_a_bank_redirect() {
    let state = travel(State::default(), returned(repair()));
    assert_eq!(state.purpose, repair(), "the purpose of the visit");

    let state = travel(State::default(), returned(Purpose::NewItem));
    let state = travel(
        state,
        [
            (
                succeeded(1, "public-a"),
                "forget link-kept · destroy · keep public-a · submit 0 public-a",
                "submitting",
            ),
            (linked(0), "forget public-a", "idle"),
        ],
    );
    assert_eq!(state.outcome, Some(Outcome::Linked("item-1".into())));
}

#[test]
fn a_resumed_handler_is_opened_once() {
    let state = travel(State::default(), returned(Purpose::NewItem));
    travel(
        state,
        [(
            left(1, None),
            "forget link-kept · destroy · fetch 2",
            "preparing",
        )],
    );
}

#[test]
fn resume_events_are_ignored_without_a_return() {
    let state = travel(State::default(), opened());
    travel(
        state,
        [
            (resumed(Purpose::NewItem), "", "open"),
            (Event::ResumeFailed(ResumeError::Missing), "", "open"),
        ],
    );
    let state = travel(State::default(), [(Event::Return, "read", "opening")]);
    travel(
        state,
        [
            (Event::Prepare, "", "opening"),
            (open(), "", "opening"),
            (open_for(repair()), "fetch 2 for item-1", "opening"),
            (resumed(Purpose::NewItem), "", "opening"),
        ],
    );
}

#[test]
fn a_failed_return_can_be_retried() {
    for error in [
        ResumeError::NoState,
        ResumeError::Missing,
        ResumeError::Corrupt,
        ResumeError::Foreign,
        ResumeError::Expired,
    ] {
        let state = step(State::default(), Event::Return).0;
        let (state, effects) = step(state, Event::ResumeFailed(error));
        assert!(effects.is_empty(), "{error:?}");
        let Stage::Failed(failure) = state.stage() else {
            panic!("{error:?} is a failure");
        };
        assert_eq!(failure.kind, FailureKind::Resume(error));
        assert_eq!(failure.message, error.to_string());
        travel(state, [(retry(), "fetch 2", "preparing")]);
    }
}

#[test]
fn retry_after_an_unknown_user_asks_again() {
    for error in [ResumeError::Unreachable, ResumeError::SignedOut] {
        let unknown = Event::ResumeFailed(error);
        let failed = &*format!("failed: Resume({error:?})");
        travel(
            State::default(),
            [
                (Event::Return, "read", "opening"),
                (unknown.clone(), "", failed),
                (unknown, "", failed),
                (retry(), "read", "opening"),
                (resumed(repair()), "create 2 link-kept resumed", "opening"),
            ],
        );
    }
}

#[test]
fn retry_after_a_failed_load_resumes_the_visit() {
    for kind in [FailureKind::ScriptBlocked, FailureKind::LinkRefused] {
        let [one, two, three] = returned(repair());
        let failed = format!("failed: {kind:?}");
        let failing: [Vec<Row<'_>>; 2] = [vec![one.clone(), two.clone()], vec![one, two, three]];
        for rows in failing {
            let state = travel(State::default(), rows);
            let state = travel(
                state,
                [
                    (handler_failed(1, kind), "destroy", failed.as_str()),
                    (retry(), "create 2 link-kept resumed", "opening"),
                    (handler_failed(2, kind), "destroy", failed.as_str()),
                ],
            );
            travel(
                state.clone(),
                [(open(), "forget link-kept · fetch 3", "opening")],
            );
            travel(
                state,
                [
                    (retry(), "create 3 link-kept resumed", "opening"),
                    (created(3), "keep link-kept · open 3", "open"),
                ],
            );
        }
    }
}
