//! Properties of the machine under random events in random order.

use std::collections::{BTreeMap, BTreeSet};

use link_flow::{
    Attempt, Effect, Event, Exit, Failure, FailureKind, HandlerState, OutboxError, Outcome,
    Purpose, ResumeError, ResumeRecord, Stage, State, Submitted, Success, SuccessId, step,
};
use plaid_types::PublicToken;
use plaid_types::json::Object;
use plaid_types::link::SuccessMetadata;
use proptest::prelude::*;

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(FailureKind::ScriptBlocked),
        Just(FailureKind::BackendUnreachable),
        Just(FailureKind::SignedOut),
        Just(FailureKind::Refused),
        Just(FailureKind::PublicTokenInvalid),
    ]
    .prop_map(|kind| Failure::new(kind, "it failed"))
}

fn purpose() -> impl Strategy<Value = Purpose> {
    prop_oneof![
        3 => Just(Purpose::NewItem),
        1 => any::<bool>().prop_map(|account_selection| {
            Purpose::Update { item_id: "item".into(), account_selection }
        }),
    ]
}

fn success() -> impl Strategy<Value = Success> {
    (purpose(), prop::option::weighted(0.9, 0..6_u8), 0..100_u64).prop_map(
        |(purpose, token, succeeded_at)| Success {
            purpose,
            public_token: token.map(|token| PublicToken::new(format!("public-{token}"))),
            metadata: SuccessMetadata {
                link_session_id: token.map(|token| format!("session-{token}").into()),
                ..SuccessMetadata::default()
            }
            .into(),
            succeeded_at,
        },
    )
}

fn exit() -> impl Strategy<Value = Exit> {
    prop::option::of(prop_oneof![
        Just("INVALID_LINK_TOKEN"),
        Just("INVALID_CREDENTIALS")
    ])
    .prop_map(|code| code.map_or_else(Exit::default, exit_with))
}

fn exit_with(code: &str) -> Exit {
    Exit {
        error: Some(Object::from_iter([("error_code".to_owned(), code.into())])),
        ..Exit::default()
    }
}

/// A time, sometimes half an hour later.
fn time() -> impl Strategy<Value = u64> {
    prop_oneof![9 => 0..40_000_u64, 1 => Just(HALF_AN_HOUR + 100)]
}

const HALF_AN_HOUR: u64 = 30 * 60 * 1000;

/// A random event. Attempts and successes are small numbers, so that many fit and many do not.
fn event() -> impl Strategy<Value = Event> {
    let attempt = || (0..8_u32).prop_map(Attempt);
    let id = || (0..6_u32).prop_map(SuccessId);
    prop_oneof![
        2 => Just(Event::Prepare),
        1 => purpose().prop_map(|purpose| Event::Change { purpose }),
        3 => time().prop_map(|now| Event::Open { now }),
        2 => (purpose(), time()).prop_map(|(purpose, now)| Event::OpenFor { purpose, now }),
        1 => any::<bool>().prop_map(|force| Event::Close { force }),
        2 => time().prop_map(|now| Event::Retry { now }),
        1 => Just(Event::Dismiss),
        1 => time().prop_map(|now| Event::Online { now }),
        4 => (attempt(), 100_000..300_000_u64, 0..20_000_u64).prop_map(|(attempt, lifetime, now)| {
            Event::TokenGranted {
                attempt,
                link_token: format!("link-{}-{now}", attempt.0).into(),
                lifetime,
                now,
            }
        }),
        1 => (attempt(), failure()).prop_map(|(attempt, failure)| Event::TokenRefused { attempt, failure }),
        1 => attempt().prop_map(|attempt| Event::TokenExpired { attempt }),
        4 => attempt().prop_map(|attempt| Event::HandlerCreated { attempt }),
        1 => (attempt(), failure()).prop_map(|(attempt, failure)| Event::HandlerFailed { attempt, failure }),
        4 => (attempt(), success()).prop_map(|(attempt, success)| Event::Succeeded { attempt, success }),
        2 => (attempt(), exit()).prop_map(|(attempt, exit)| Event::Exited { attempt, exit }),
        3 => id().prop_map(|success| {
            Event::Acknowledged { success, submitted: Submitted::Linked("item".into()) }
        }),
        2 => (id(), failure()).prop_map(|(success, failure)| Event::SubmitFailed { success, failure }),
        1 => (id(), time()).prop_map(|(success, now)| Event::ResendDue { success, now }),
        1 => success().prop_map(Event::Restored),
        1 => Just(Event::RestoreFailed(OutboxError::Expired)),
        2 => Just(Event::Return),
        2 => (0..40_000_u64, purpose()).prop_map(|(expires_at, purpose)| Event::Resumed {
            record: ResumeRecord::new("user".into(), "link-resumed".into(), expires_at, purpose),
            redirect_uri: "https://app.example.com/oauth?oauth_state_id=1".into(),
        }),
        1 => Just(Event::ResumeFailed(ResumeError::Missing)),
        1 => Just(Event::ResumeFailed(ResumeError::Unreachable)),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 0..60)
}

fn after(events: Vec<Event>) -> State {
    events
        .into_iter()
        .fold(State::default(), |state, event| step(state, event).0)
}

proptest! {
    /// A success leaves the outbox by an answer of the backend or by the expiry of its public token. The browser keeps
    /// the successes of the outbox.
    #[test]
    fn a_success_is_kept_until_it_is_acknowledged_or_expired(events in events()) {
        let mut state = State::default();
        let mut kept: Vec<Success> = Vec::new();
        for event in events {
            let answered = matches!(event, Event::Acknowledged { .. } | Event::SubmitFailed { .. });
            let now = match event {
                Event::Retry { now } | Event::Online { now } | Event::ResendDue { now, .. } => now,
                _ => 0,
            };
            let reported = match &event {
                Event::Succeeded { success, .. } | Event::Restored(success) => Some(success.clone()),
                _ => None,
            };
            let finished = reported.as_ref().is_some_and(|success| {
                success.public_token.is_none() && success.purpose == Purpose::NewItem
            });
            let (next, effects) = step(state, event);
            for effect in &effects {
                match effect {
                    Effect::KeepSuccess(success) => kept.push(success.clone()),
                    Effect::ForgetSuccess(success) => {
                        let expired = now >= success.succeeded_at + HALF_AN_HOUR;
                        prop_assert!(answered || expired, "forgotten without an answer");
                        let index = kept.iter().position(|kept| kept == success);
                        prop_assert!(index.is_some(), "forgotten twice");
                        kept.remove(index.unwrap_or_default());
                    }
                    Effect::Submit { success, .. } => {
                        prop_assert!(kept.contains(success), "submitted before it was kept");
                    }
                    _ => {}
                }
            }
            let held: Vec<Success> = next.outbox.iter().map(|unsent| unsent.success.clone()).collect();
            prop_assert_eq!(&held, &kept);
            if let Some(reported) = reported.filter(|_| !finished && !effects.is_empty())
                && effects.iter().any(|effect| matches!(effect, Effect::KeepSuccess(_)))
            {
                let submitted = effects.iter().any(|effect| {
                    matches!(effect, Effect::Submit { success, .. } if *success == reported)
                });
                prop_assert!(submitted, "kept but not submitted");
            }
            state = next;
        }
    }

    /// A resume record is kept while Link is open or about to continue after a bank, and no longer.
    #[test]
    fn a_resume_record_is_kept_while_a_visit_is_open_or_returning(events in events()) {
        let mut state = State::default();
        let mut kept = BTreeSet::new();
        for event in events {
            if let Event::Resumed { record, .. } = &event
                && state.handler == HandlerState::Returning
            {
                kept.insert(record.link_token.as_str().to_owned());
            }
            let (next, effects) = step(state, event);
            for effect in &effects {
                match effect {
                    Effect::KeepResume { link_token, .. } => {
                        kept.insert(link_token.as_str().to_owned());
                    }
                    Effect::ForgetResume { link_token } => {
                        prop_assert!(kept.remove(link_token.as_str()), "forgotten twice");
                    }
                    _ => {}
                }
            }
            let resumable = next.resumable().map(|token| token.as_str().to_owned());
            prop_assert_eq!(&kept, &resumable.into_iter().collect());
            let is_returning = match &next.handler {
                HandlerState::Creating { token, .. } | HandlerState::Ready(token) => {
                    token.redirect_uri.is_some()
                }
                HandlerState::Failed { resumed, .. } => resumed.is_some(),
                _ => false,
            };
            let is_open = matches!(next.handler, HandlerState::Open(_));
            prop_assert_eq!(kept.is_empty(), !(is_open || is_returning));
            state = next;
        }
    }

    /// Repeated events of Link and the backend do not submit a success again.
    #[test]
    fn a_repeated_success_is_submitted_once(success in success(), repeats in 1..5_usize) {
        prop_assume!(success.public_token.is_some());
        let mut state = State::default();
        let mut submitted = 0;
        for _ in 0..=repeats {
            let (next, effects) = step(state, Event::Restored(success.clone()));
            submitted += effects.iter().filter(|effect| matches!(effect, Effect::Submit { .. })).count();
            let (next, _) = step(next, Event::Acknowledged {
                success: SuccessId(0),
                submitted: Submitted::Linked("item".into()),
            });
            state = next;
        }
        prop_assert_eq!(submitted, 1);
    }

    /// Link opens the newest handler only, with the token that was granted for it.
    #[test]
    fn link_opens_with_the_newest_token_only(events in events()) {
        let mut state = State::default();
        let mut granted = BTreeMap::new();
        let mut created = None;
        for event in events {
            if let Event::TokenGranted { attempt, link_token, .. } = &event
                && matches!(state.handler, HandlerState::FetchingToken { .. })
                && *attempt == state.attempt
            {
                granted.insert(attempt.0, link_token.clone());
            }
            let (next, effects) = step(state, event);
            for effect in effects {
                match effect {
                    Effect::CreateHandler { attempt, link_token, received_redirect_uri, .. } => {
                        prop_assert_eq!(attempt, next.attempt);
                        if received_redirect_uri.is_some() {
                            prop_assert_eq!(link_token.as_str(), "link-resumed");
                        } else {
                            prop_assert_eq!(granted.get(&attempt.0), Some(&link_token));
                        }
                        created = Some(attempt);
                    }
                    Effect::DestroyHandler => created = None,
                    Effect::OpenHandler { attempt } => {
                        prop_assert_eq!(Some(attempt), created);
                        prop_assert_eq!(attempt, next.attempt);
                    }
                    _ => {}
                }
            }
            state = next;
        }
    }

    /// `Retry` acts on every failure.
    #[test]
    fn every_failure_can_be_retried(events in events()) {
        let state = after(events);
        match state.stage() {
            Stage::Failed(_) => {
                let (next, effects) = step(state, Event::Retry { now: 0 });
                let preparing = matches!(next.handler, HandlerState::FetchingToken { .. }
                    | HandlerState::Creating { .. } | HandlerState::Returning);
                prop_assert!(preparing);
                let does_something = effects.iter().any(|effect| matches!(effect, Effect::FetchToken { .. }
                    | Effect::CreateHandler { .. } | Effect::ReadResume));
                prop_assert!(does_something);
            }
            Stage::Unsent(_) => {
                let (next, effects) = step(state, Event::Retry { now: 0 });
                prop_assert!(!matches!(next.stage(), Stage::Unsent(_)));
                let submits = effects.iter().any(|effect| matches!(effect, Effect::Submit { .. }));
                prop_assert!(submits);
            }
            _ => {}
        }
    }

    /// From every state, a click leads to an Item if the script, the backend and the bank work.
    #[test]
    fn every_state_leads_to_an_item(events in events()) {
        let mut state = after(events);
        let mut inbox = vec![
            Event::Close { force: true },
            Event::Retry { now: 100_000 },
            Event::Open { now: 100_000 },
        ];
        if let HandlerState::Open(_) = state.handler {
            // The user leaves an open Link first.
            inbox.insert(0, Event::Exited {
                attempt: state.attempt,
                exit: Exit::default(),
            });
        }
        // Pending requests are answered first.
        if let HandlerState::FetchingToken { .. } = state.handler {
            inbox.insert(0, granted(state.attempt));
        }
        if let HandlerState::Creating { .. } = state.handler {
            inbox.insert(0, Event::HandlerCreated { attempt: state.attempt });
        }
        if state.handler == HandlerState::Returning {
            inbox.insert(0, Event::ResumeFailed(ResumeError::Missing));
        }
        inbox.extend(state.outbox.iter().map(|unsent| linked(unsent.id)));
        let mut steps = 0;
        while !inbox.is_empty() {
            steps += 1;
            prop_assert!(steps < 100, "the events loop");
            let (next, effects) = step(state, inbox.remove(0));
            for effect in effects {
                match effect {
                    Effect::FetchToken { attempt, .. } => inbox.push(granted(attempt)),
                    Effect::CreateHandler { attempt, .. } => inbox.push(Event::HandlerCreated { attempt }),
                    Effect::OpenHandler { attempt } => inbox.push(Event::Succeeded {
                        attempt,
                        success: Success {
                            purpose: next.purpose.clone(),
                            public_token: Some("public-new".into()),
                            metadata: SuccessMetadata::default().into(),
                            succeeded_at: 1,
                        },
                    }),
                    Effect::ExitHandler { .. } => inbox.push(Event::Exited {
                        attempt: next.attempt,
                        exit: Exit::default(),
                    }),
                    Effect::Submit { id, .. } => inbox.push(linked(id)),
                    // Before the user clicks again.
                    Effect::ReadResume => inbox.insert(0, Event::ResumeFailed(ResumeError::Missing)),
                    _ => {}
                }
            }
            state = next;
        }
        prop_assert_eq!(state.outcome, Some(Outcome::Linked("item".into())));
        prop_assert!(state.outbox.is_empty());
    }

    /// A script that refuses every token is not retried forever.
    #[test]
    fn refused_tokens_do_not_loop_forever(now in 0..1_000_u64) {
        let mut inbox = vec![Event::Open { now }];
        let mut state = State::default();
        let mut fetched = 0;
        while let Some(event) = inbox.pop() {
            let (next, effects) = step(state, event);
            for effect in effects {
                match effect {
                    Effect::FetchToken { attempt, .. } => {
                        fetched += 1;
                        prop_assert!(fetched <= 10, "fetched {} times", fetched);
                        inbox.push(granted(attempt));
                    }
                    Effect::CreateHandler { attempt, .. } => inbox.push(Event::Exited {
                        attempt,
                        exit: exit_with("INVALID_LINK_TOKEN"),
                    }),
                    _ => {}
                }
            }
            state = next;
        }
        let refused = matches!(
            state.stage(),
            Stage::Failed(Failure { kind: FailureKind::TokensRefused, .. })
        );
        prop_assert!(refused);
    }
}

fn granted(attempt: Attempt) -> Event {
    let link_token = format!("link-new-{}", attempt.0).into();
    Event::TokenGranted {
        attempt,
        link_token,
        lifetime: 14_400_000,
        now: 100_000,
    }
}

fn linked(success: SuccessId) -> Event {
    Event::Acknowledged {
        success,
        submitted: Submitted::Linked("item".into()),
    }
}
