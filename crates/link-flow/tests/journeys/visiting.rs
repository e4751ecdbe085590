//! Visits from the first event to the exit.

use link_flow::{Attempt, Event, FailureKind, Outcome, Purpose, State};

use crate::events::{
    created, expired, granted, granted_for, handler_failed, left, open, open_for, refused, repair,
    retry, success,
};
use crate::{opened, ready, travel};

#[test]
fn an_early_click_opens_link_once_it_is_ready() {
    travel(
        State::default(),
        [
            (open(), "fetch 1", "opening"),
            (open(), "", "opening"),
            (granted(1, "link-a"), "create 1 link-a", "opening"),
            (created(1), "keep link-a · open 1", "open"),
            (open(), "", "open"),
        ],
    );
    travel(
        State::default(),
        [
            (Event::Prepare, "fetch 1", "preparing"),
            (granted(1, "link-a"), "create 1 link-a", "preparing"),
            (open(), "", "opening"),
            (created(1), "keep link-a · open 1", "open"),
        ],
    );
}

#[test]
fn a_cancelled_click_opens_nothing() {
    travel(
        State::default(),
        [
            (open(), "fetch 1", "opening"),
            (Event::Close { force: false }, "", "preparing"),
            (granted(1, "link-a"), "create 1 link-a", "preparing"),
            (created(1), "expire 1 at 14280000", "ready"),
        ],
    );
}

#[test]
fn a_blocked_script_is_retried() {
    travel(
        State::default(),
        [
            (Event::Prepare, "fetch 1", "preparing"),
            (granted(1, "link-a"), "create 1 link-a", "preparing"),
            (
                handler_failed(1, FailureKind::ScriptBlocked),
                "destroy",
                "failed: ScriptBlocked",
            ),
            (Event::Prepare, "", "failed: ScriptBlocked"),
            (retry(), "fetch 2", "preparing"),
            (granted(1, "link-late"), "", "preparing"),
            (granted(2, "link-b"), "create 2 link-b", "preparing"),
            (
                handler_failed(1, FailureKind::ScriptBlocked),
                "",
                "preparing",
            ),
            (created(2), "expire 2 at 14280000", "ready"),
        ],
    );
}

#[test]
fn retry_keeps_an_earlier_click() {
    travel(
        State::default(),
        [
            (open(), "fetch 1", "opening"),
            (
                refused(1, FailureKind::BackendUnreachable),
                "",
                "failed: BackendUnreachable",
            ),
            (retry(), "fetch 2", "opening"),
            (granted(2, "link-b"), "create 2 link-b", "opening"),
            (created(2), "keep link-b · open 2", "open"),
        ],
    );
}

#[test]
fn an_expired_token_is_renewed_before_the_click() {
    let state = travel(State::default(), ready());
    travel(
        state,
        [
            (expired(1), "destroy · fetch 2", "preparing"),
            (granted(2, "link-b"), "create 2 link-b", "preparing"),
            (expired(1), "", "preparing"),
            (created(2), "expire 2 at 14280000", "ready"),
            (open(), "keep link-b · open 2", "open"),
            (expired(2), "", "open"),
        ],
    );
}

#[test]
fn a_click_with_an_expired_token_fetches_another() {
    for (now, effects, stage) in [
        (14_279_999, "keep link-a · open 1", "open"),
        (14_280_000, "destroy · fetch 2", "opening"),
    ] {
        let state = travel(State::default(), ready());
        travel(state, [(Event::Open { now }, effects, stage)]);
    }
}

#[test]
fn a_refused_token_is_renewed_at_most_twice() {
    let invalid = Some("INVALID_LINK_TOKEN");
    let state = travel(State::default(), opened());
    let state = travel(
        state,
        [
            (
                left(1, invalid),
                "forget link-a · destroy · fetch 2",
                "preparing",
            ),
            (granted(2, "link-b"), "create 2 link-b", "preparing"),
            (left(2, invalid), "destroy · fetch 3", "preparing"),
            (granted(3, "link-c"), "create 3 link-c", "preparing"),
            (left(3, invalid), "destroy", "failed: TokensRefused"),
            (retry(), "fetch 4", "preparing"),
            (granted(4, "link-d"), "create 4 link-d", "preparing"),
            (left(4, invalid), "destroy · fetch 5", "preparing"),
        ],
    );
    assert_eq!(state.refused_tokens, 1, "a retry resets the count");
}

#[test]
fn a_token_granted_too_late_is_renewed_at_most_twice() {
    for (click, stage) in [(Event::Prepare, "preparing"), (open(), "opening")] {
        let failed = "failed: TokensRefused";
        travel(
            State::default(),
            [
                (click, "fetch 1", stage),
                (granted_for(1, "link-a", 0), "fetch 2", stage),
                (granted_for(2, "link-b", 119_999), "fetch 3", stage),
                (granted_for(3, "link-c", 1), "", failed),
                (retry(), "fetch 4", stage),
                (granted_for(4, "link-d", 120_000), "create 4 link-d", stage),
            ],
        );
    }
}

#[test]
fn the_same_handler_opens_again_after_an_exit() {
    let state = travel(State::default(), opened());
    let state = travel(
        state,
        [(
            left(1, Some("INVALID_CREDENTIALS")),
            "forget link-a · expire 1 at 14280000",
            "ready",
        )],
    );
    let Some(Outcome::Left(exit)) = &state.outcome else {
        panic!("the user left");
    };
    assert_eq!(exit.error_code(), Some("INVALID_CREDENTIALS"));

    let state = travel(state, [(open(), "keep link-a · open 1", "open")]);
    assert_eq!(state.outcome, None, "a new visit clears the outcome");
}

#[test]
fn the_host_can_close_link() {
    for (force, effects) in [(false, "exit"), (true, "exit at once")] {
        let state = travel(State::default(), opened());
        travel(
            state,
            [
                (Event::Close { force }, effects, "open"),
                (
                    left(1, None),
                    "forget link-a · expire 1 at 14280000",
                    "ready",
                ),
                (Event::Close { force }, "", "ready"),
            ],
        );
    }
}

#[test]
fn another_purpose_fetches_another_token() {
    let state = travel(State::default(), ready());
    travel(
        state,
        [
            (
                Event::Change { purpose: repair() },
                "destroy · fetch 2 for item-1",
                "preparing",
            ),
            (Event::Change { purpose: repair() }, "", "preparing"),
        ],
    );
}

#[test]
fn open_for_applies_to_one_visit() {
    let repairing = || {
        let [one, two, three] = ready();
        let rest = [
            (
                open_for(repair()),
                "destroy · fetch 2 for item-1",
                "opening",
            ),
            (granted(2, "link-b"), "create 2 link-b", "opening"),
            (created(2), "keep link-b · open 2", "open"),
            // Link is open already.
            (open_for(Purpose::NewItem), "", "open"),
        ];
        [one, two, three].into_iter().chain(rest)
    };
    let state = travel(State::default(), repairing());
    travel(
        state,
        [(
            left(2, None),
            "forget link-b · destroy · fetch 3",
            "preparing",
        )],
    );

    let state = travel(State::default(), repairing());
    let state = travel(
        state,
        [(
            Event::Succeeded {
                attempt: Attempt(2),
                success: success(repair(), None),
            },
            "forget link-b · destroy · keep repair · submit 0 repair",
            "submitting",
        )],
    );
    assert_eq!(state.purpose, Purpose::NewItem);

    let state = travel(State::default(), repairing());
    let refused = "forget link-b · destroy · fetch 3";
    travel(
        state,
        [(left(2, Some("INVALID_LINK_TOKEN")), refused, "preparing")],
    );
}

#[test]
fn a_change_while_link_is_open_closes_it() {
    let state = travel(State::default(), opened());
    travel(
        state,
        [(
            Event::Change { purpose: repair() },
            "forget link-a · destroy · fetch 2 for item-1",
            "preparing",
        )],
    );
}

#[test]
fn a_failed_open_ends_the_visit() {
    let state = travel(State::default(), opened());
    travel(
        state,
        [(
            handler_failed(1, FailureKind::LinkRefused),
            "forget link-a · destroy",
            "failed: LinkRefused",
        )],
    );
}

#[test]
fn retry_keeps_the_purpose() {
    let failed = [
        (open_for(repair()), "fetch 1 for item-1", "opening"),
        (
            refused(1, FailureKind::PlaidUnavailable),
            "",
            "failed: PlaidUnavailable",
        ),
    ];
    let state = travel(State::default(), failed.clone());
    travel(state, [(retry(), "fetch 2 for item-1", "opening")]);
    let state = travel(State::default(), failed);
    travel(state, [(open(), "fetch 2", "opening")]);
}
