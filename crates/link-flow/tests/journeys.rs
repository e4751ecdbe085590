//! Whole journeys through the machine, a row a step: what happens, what is to be done, where the flow then stands.

use link_flow::{
    Attempt, Effect, Event, Failure, FailureKind, Outcome, Purpose, ResumeError, ResumeRecord,
    Stage, State, Submitted, Success, SuccessId, step,
};
use plaid_types::PublicToken;
use plaid_types::link::{ExitMetadata, LinkError, SuccessMetadata};

/// Four hours, of which the last two minutes are not opened with.
const LIFETIME: u64 = 14_400_000;

const RETURN: &str = "https://app.example.com/oauth?oauth_state_id=1";

/// An event, the effects, and the stage.
type Row = (Event, &'static str, &'static str);

fn travel(mut state: State, rows: impl IntoIterator<Item = Row>) -> State {
    for (number, (event, effects, stage)) in rows.into_iter().enumerate() {
        let what = format!("row {}: {event:?}", number + 1);
        let (next, done) = step(state, event);
        let done: Vec<String> = done.iter().map(effect_in_words).collect();
        assert_eq!(done.join(" · "), effects, "{what}");
        assert_eq!(stage_in_words(&next.stage()), stage, "{what}");
        state = next;
    }
    state
}

fn effect_in_words(effect: &Effect) -> String {
    match effect {
        Effect::FetchToken { attempt, purpose } => format!("fetch {}{}", attempt.0, of(purpose)),
        Effect::CreateHandler {
            attempt,
            link_token,
            received_redirect_uri,
            ..
        } => {
            let way = received_redirect_uri.as_deref().map_or("", |uri| {
                assert_eq!(uri, RETURN);
                " on the way back"
            });
            format!("create {} {}{way}", attempt.0, link_token.as_str())
        }
        Effect::OpenHandler { attempt } => format!("open {}", attempt.0),
        Effect::ExitHandler { force: false } => "exit".to_owned(),
        Effect::ExitHandler { force: true } => "exit at once".to_owned(),
        Effect::DestroyHandler => "destroy".to_owned(),
        Effect::ExpireAt { attempt, at } => format!("expire {} at {at}", attempt.0),
        Effect::KeepResume { link_token, .. } => format!("keep {}", link_token.as_str()),
        Effect::ForgetResume => "forget token".to_owned(),
        Effect::KeepSuccess(success) => format!("keep {}", name(success)),
        Effect::Submit { id, success } => format!("submit {} {}", id.0, name(success)),
        Effect::ResendAfter { id, delay } => format!("resend {} in {delay}", id.0),
        Effect::ForgetSuccess(success) => format!("forget {}", name(success)),
    }
}

fn of(purpose: &Purpose) -> String {
    match purpose {
        Purpose::NewItem => String::new(),
        Purpose::Update { item_id, .. } => format!(" for {item_id}"),
    }
}

fn name(success: &Success) -> &str {
    success
        .public_token
        .as_ref()
        .map_or("repair", PublicToken::as_str)
}

fn stage_in_words(stage: &Stage) -> String {
    match stage {
        Stage::Idle => "idle".to_owned(),
        Stage::Preparing {
            open_when_ready: false,
        } => "preparing".to_owned(),
        Stage::Preparing {
            open_when_ready: true,
        } => "opening".to_owned(),
        Stage::Ready => "ready".to_owned(),
        Stage::Open => "open".to_owned(),
        Stage::Submitting => "submitting".to_owned(),
        Stage::Unsent(failure) => format!("unsent: {:?}", failure.kind),
        Stage::Failed(failure) => format!("failed: {:?}", failure.kind),
    }
}

fn repair() -> Purpose {
    Purpose::Update {
        item_id: "item-1".into(),
        account_selection: false,
    }
}

fn open() -> Event {
    Event::Open { now: 0 }
}

fn granted(attempt: u32, link_token: &str) -> Event {
    Event::TokenGranted {
        attempt: Attempt(attempt),
        link_token: link_token.into(),
        lifetime: LIFETIME,
        now: 0,
    }
}

fn refused(attempt: u32, kind: FailureKind) -> Event {
    Event::TokenRefused {
        attempt: Attempt(attempt),
        failure: Failure::new(kind, "no"),
    }
}

fn expired(attempt: u32) -> Event {
    Event::TokenExpired {
        attempt: Attempt(attempt),
    }
}

fn created(attempt: u32) -> Event {
    Event::HandlerCreated {
        attempt: Attempt(attempt),
    }
}

fn handler_failed(attempt: u32, kind: FailureKind) -> Event {
    Event::HandlerFailed {
        attempt: Attempt(attempt),
        failure: Failure::new(kind, "no"),
    }
}

fn success(purpose: Purpose, public_token: Option<&str>) -> Success {
    Success {
        purpose,
        public_token: public_token.map(PublicToken::from),
        metadata: SuccessMetadata {
            link_session_id: Some("session-1".into()),
            ..SuccessMetadata::default()
        }
        .into(),
        succeeded_at: 1,
    }
}

fn succeeded(attempt: u32, public_token: &str) -> Event {
    Event::Succeeded {
        attempt: Attempt(attempt),
        success: success(Purpose::NewItem, Some(public_token)),
    }
}

fn left(attempt: u32, error_code: Option<&str>) -> Event {
    Event::Exited {
        attempt: Attempt(attempt),
        error: error_code.map(|code| LinkError {
            error_code: Some(code.to_owned()),
            ..LinkError::default()
        }),
        metadata: ExitMetadata::default(),
    }
}

fn acknowledged(success: u32, submitted: Submitted) -> Event {
    Event::Acknowledged {
        success: SuccessId(success),
        submitted,
    }
}

fn linked(success: u32) -> Event {
    acknowledged(success, Submitted::Linked("item-1".into()))
}

fn submit_failed(success: u32, kind: FailureKind) -> Event {
    Event::SubmitFailed {
        success: SuccessId(success),
        failure: Failure::new(kind, "no"),
    }
}

fn resend_due(success: u32) -> Event {
    Event::ResendDue {
        success: SuccessId(success),
    }
}

fn resumed(purpose: Purpose) -> Event {
    Event::Resumed {
        record: ResumeRecord::new("user-1".to_owned(), "link-kept".into(), LIFETIME, purpose),
        redirect_uri: RETURN.to_owned(),
    }
}

/// A handler that waits for the click.
fn ready() -> [Row; 3] {
    [
        (Event::Prepare, "fetch 1", "preparing"),
        (granted(1, "link-a"), "create 1 link-a", "preparing"),
        (created(1), "expire 1 at 14280000", "ready"),
    ]
}

/// Link on the screen.
fn opened() -> [Row; 4] {
    let [one, two, three] = ready();
    let click = (open(), "keep link-a · open 1", "open");
    [one, two, three, click]
}

/// A success that the backend is being told of.
fn succeeding() -> [Row; 5] {
    let [one, two, three, four] = opened();
    let success = (
        succeeded(1, "public-a"),
        "forget token · destroy · keep public-a · submit 0 public-a",
        "submitting",
    );
    [one, two, three, four, success]
}

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
                "forget token · destroy · keep public-b · submit 1 public-b",
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
fn a_click_before_anything_is_ready_opens_as_soon_as_it_is() {
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
fn a_click_taken_back_opens_nothing() {
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
fn a_script_that_is_blocked_is_retried() {
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
            (Event::Retry, "fetch 2", "preparing"),
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
fn a_user_who_had_clicked_before_the_failure_need_not_click_again() {
    travel(
        State::default(),
        [
            (open(), "fetch 1", "opening"),
            (
                refused(1, FailureKind::BackendUnreachable),
                "",
                "failed: BackendUnreachable",
            ),
            (Event::Retry, "fetch 2", "opening"),
            (granted(2, "link-b"), "create 2 link-b", "opening"),
            (created(2), "keep link-b · open 2", "open"),
        ],
    );
}

#[test]
fn a_token_that_expires_before_the_click_is_renewed() {
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
fn a_timer_that_slept_through_the_expiry_does_no_harm() {
    for (now, effects, stage) in [
        (14_279_999, "keep link-a · open 1", "open"),
        (14_280_000, "destroy · fetch 2", "opening"),
    ] {
        let state = travel(State::default(), ready());
        travel(state, [(Event::Open { now }, effects, stage)]);
    }
}

#[test]
fn a_token_that_link_refuses_is_renewed_but_not_for_ever() {
    let invalid = Some("INVALID_LINK_TOKEN");
    let state = travel(State::default(), opened());
    let state = travel(
        state,
        [
            (
                left(1, invalid),
                "forget token · destroy · fetch 2",
                "preparing",
            ),
            (granted(2, "link-b"), "create 2 link-b", "preparing"),
            (
                left(2, invalid),
                "forget token · destroy · fetch 3",
                "preparing",
            ),
            (granted(3, "link-c"), "create 3 link-c", "preparing"),
            (
                left(3, invalid),
                "forget token · destroy",
                "failed: TokensRefused",
            ),
            (Event::Retry, "fetch 4", "preparing"),
            (granted(4, "link-d"), "create 4 link-d", "preparing"),
            (
                left(4, invalid),
                "forget token · destroy · fetch 5",
                "preparing",
            ),
        ],
    );
    assert_eq!(state.refused_tokens, 1, "counted anew after a retry");
}

#[test]
fn a_user_who_leaves_may_come_back_by_the_same_handler() {
    let state = travel(State::default(), opened());
    let state = travel(
        state,
        [(
            left(1, Some("INVALID_CREDENTIALS")),
            "forget token · expire 1 at 14280000",
            "ready",
        )],
    );
    let Some(Outcome::Left(exit)) = &state.outcome else {
        panic!("the user left");
    };
    let code = exit
        .error
        .as_ref()
        .and_then(|error| error.error_code.as_deref());
    assert_eq!(code, Some("INVALID_CREDENTIALS"));

    let state = travel(state, [(open(), "keep link-a · open 1", "open")]);
    assert_eq!(state.outcome, None, "a new visit, a new outcome");
}

#[test]
fn the_host_may_close_link() {
    for (force, effects) in [(false, "exit"), (true, "exit at once")] {
        let state = travel(State::default(), opened());
        travel(
            state,
            [
                (Event::Close { force }, effects, "open"),
                (
                    left(1, None),
                    "forget token · expire 1 at 14280000",
                    "ready",
                ),
                (Event::Close { force }, "", "ready"),
            ],
        );
    }
}

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
fn a_success_whose_answer_is_lost_is_told_again_until_it_is_heard() {
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
            (Event::Online, "submit 0 public-a", "submitting"),
            (lost(), "resend 0 in 4000", unreachable),
            (Event::Retry, "submit 0 public-a", "submitting"),
            (linked(0), "forget public-a", "idle"),
            (linked(0), "", "idle"),
            (lost(), "", "idle"),
        ],
    );
    assert_eq!(state.outcome, Some(Outcome::Linked("item-1".into())));
}

#[test]
fn the_wait_between_tries_ends_at_a_minute() {
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
fn a_success_that_is_worth_nothing_any_more_is_given_up() {
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
    let Some(Outcome::Lost(failure)) = state.outcome else {
        panic!("the success is lost");
    };
    assert_eq!(failure.kind, FailureKind::PublicTokenInvalid);
}

#[test]
fn a_success_that_an_earlier_page_left_behind_is_told() {
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
fn the_next_visit_need_not_wait_for_the_last_success() {
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
fn a_success_that_link_tells_twice_is_one() {
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
        let (told, forgotten) = match token {
            None => (
                "forget token · destroy · keep repair · submit 0 repair",
                "forget repair",
            ),
            Some(_) => (
                "forget token · destroy · keep public-unused · submit 0 public-unused",
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
                (repaired, told, "submitting"),
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
fn another_purpose_needs_another_token() {
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
fn a_login_that_is_connected_already_is_found_and_named() {
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
fn a_flow_that_makes_no_item_is_finished_and_told_to_nobody() {
    let verified = Event::Succeeded {
        attempt: Attempt(1),
        success: success(Purpose::NewItem, None),
    };
    let state = travel(State::default(), opened());
    let state = travel(state, [(verified, "forget token · destroy", "idle")]);
    assert_eq!(state.outcome, Some(Outcome::Finished));
}
