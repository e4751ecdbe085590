//! To a bank and back.

use link_flow::{Effect, Event, FailureKind, Outcome, Purpose, ResumeError, Stage, State, step};

use crate::events::{created, left, linked, repair, resumed, succeeded};
use crate::travel;
use crate::words::effect_in_words;

#[test]
fn a_bank_brings_the_user_back_and_link_goes_on() {
    let state = travel(
        State::default(),
        [
            (
                resumed(repair()),
                "create 1 link-kept on the way back",
                "opening",
            ),
            (created(1), "keep link-kept · open 1", "open"),
        ],
    );
    assert_eq!(state.purpose, repair(), "for what it was begun");

    let state = travel(
        State::default(),
        [
            (
                resumed(Purpose::NewItem),
                "create 1 link-kept on the way back",
                "opening",
            ),
            (created(1), "keep link-kept · open 1", "open"),
            (
                succeeded(1, "public-a"),
                "forget token · destroy · keep public-a · submit 0 public-a",
                "submitting",
            ),
            (linked(0), "forget public-a", "idle"),
        ],
    );
    assert_eq!(state.outcome, Some(Outcome::Linked("item-1".into())));
}

#[test]
fn a_handler_that_came_back_from_a_bank_is_not_opened_twice() {
    travel(
        State::default(),
        [
            (
                resumed(Purpose::NewItem),
                "create 1 link-kept on the way back",
                "opening",
            ),
            (created(1), "keep link-kept · open 1", "open"),
            (
                left(1, None),
                "forget token · destroy · fetch 2",
                "preparing",
            ),
        ],
    );
}

#[test]
fn a_way_back_that_leads_nowhere_can_be_begun_again() {
    for error in [
        ResumeError::NoState,
        ResumeError::Missing,
        ResumeError::Corrupt,
        ResumeError::Foreign,
        ResumeError::SignedOut,
        ResumeError::Expired,
    ] {
        let (state, effects) = step(State::default(), Event::ResumeFailed(error));
        assert_eq!(effects, [Effect::ForgetResume], "{error:?}");
        let Stage::Failed(failure) = state.stage() else {
            panic!("{error:?} is a failure");
        };
        assert_eq!(failure.kind, FailureKind::Resume(error));
        assert_eq!(failure.message, error.to_string());
        travel(state, [(Event::Retry, "fetch 2", "preparing")]);
    }
}

#[test]
fn what_was_kept_stays_while_nobody_can_be_asked_who_is_there() {
    for (error, effects) in [
        (ResumeError::Unreachable, ""),
        (ResumeError::SignedOut, "forget token"),
        (ResumeError::Expired, "forget token"),
    ] {
        let (state, done) = step(State::default(), Event::ResumeFailed(error));
        let done: Vec<String> = done.iter().map(effect_in_words).collect();
        assert_eq!(done.join(" · "), effects, "{error}");
        assert!(matches!(state.stage(), Stage::Failed(_)), "{error}");
    }
}
