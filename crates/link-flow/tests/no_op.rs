//! Allocations of events that change nothing.

use allocation_counter::measure;
use link_flow::{
    Attempt, Event, Exit, Failure, FailureKind, HandlerState, OutboxError, Purpose, ResumeError,
    State, Submitted, Success, SuccessId, step,
};
use plaid_types::link::SuccessMetadata;

fn success() -> Success {
    Success {
        purpose: Purpose::NewItem,
        public_token: Some("public-1".into()),
        metadata: SuccessMetadata::default().into(),
        succeeded_at: 0,
    }
}

fn failure() -> Failure {
    Failure::new(FailureKind::Refused, "it failed")
}

fn repair() -> Purpose {
    Purpose::Update {
        item_id: "item-1".into(),
        account_selection: false,
    }
}

fn after(events: Vec<Event>) -> State {
    after_in(Purpose::NewItem, events)
}

fn after_in(purpose: Purpose, events: Vec<Event>) -> State {
    let step = |state, event| step(state, event).0;
    events.into_iter().fold(State::new(purpose), step)
}

fn granted() -> Event {
    Event::TokenGranted {
        attempt: Attempt(1),
        link_token: "link-1".into(),
        lifetime: 14_400_000,
        now: 0,
    }
}

fn created() -> Event {
    Event::HandlerCreated {
        attempt: Attempt(1),
    }
}

/// Events that are late, early, repeated or about unknown attempts: none fits any state.
fn misfits(purpose: Purpose) -> Vec<Event> {
    let (attempt, id) = (Attempt(77), SuccessId(77));
    vec![
        Event::Change { purpose },
        Event::Dismiss,
        Event::Online { now: 0 },
        Event::TokenGranted {
            attempt,
            link_token: "link-77".into(),
            lifetime: 1,
            now: 1,
        },
        Event::TokenRefused {
            attempt,
            failure: failure(),
        },
        Event::TokenExpired { attempt },
        Event::HandlerCreated { attempt },
        Event::HandlerFailed {
            attempt,
            failure: failure(),
        },
        Event::Exited {
            attempt,
            exit: Exit::default(),
        },
        Event::Acknowledged {
            success: id,
            submitted: Submitted::Linked("item".into()),
        },
        Event::SubmitFailed {
            success: id,
            failure: failure(),
        },
        Event::ResendDue {
            success: id,
            now: 0,
        },
        Event::RestoreFailed(OutboxError::Foreign),
        Event::ResumeFailed(ResumeError::Missing),
    ]
}

fn allocates_nothing(state: State, event: Event) {
    let (before, what) = (state.clone(), format!("{event:?} in {:?}", state.stage()));
    let mut after = None;
    let cost = measure(|| after = Some(step(state, event)));
    let (state, effects) = after.expect("it was stepped");
    assert_eq!(state, before, "{what}");
    assert!(effects.is_empty(), "{what}");
    assert_eq!(cost.count_total, 0, "{what}");
}

#[test]
fn an_event_without_effect_allocates_nothing() {
    let open = Event::Open { now: 0 };
    let stages = [
        vec![],
        vec![Event::Prepare],
        vec![Event::Prepare, granted()],
        vec![Event::Prepare, granted(), created()],
        vec![Event::Prepare, granted(), created(), open],
        vec![Event::Restored(success())],
    ];
    for purpose in [Purpose::NewItem, repair()] {
        for events in &stages {
            for misfit in misfits(purpose.clone()) {
                allocates_nothing(after_in(purpose.clone(), events.clone()), misfit);
            }
        }
    }
}

#[test]
fn a_repeated_event_allocates_nothing() {
    let open = || Event::Open { now: 0 };
    let opened = || after(vec![Event::Prepare, granted(), created(), open()]);
    assert!(matches!(opened().handler, HandlerState::Open(_)));
    for event in [
        open(),
        Event::Prepare,
        granted(),
        created(),
        Event::Retry { now: 0 },
    ] {
        allocates_nothing(opened(), event);
    }
    let clicked = || after(vec![Event::Prepare, open()]);
    allocates_nothing(clicked(), open());
    let submitting = after(vec![Event::Restored(success())]);
    allocates_nothing(submitting, Event::Restored(success()));
}
