//! A benchmark of a million random events on one core: `cargo bench -p link-flow`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::hint::black_box;
use std::time::Instant;

use link_flow::{
    Attempt, Event, Exit, Failure, FailureKind, Purpose, ResumeError, ResumeRecord, State,
    Submitted, Success, SuccessId, step,
};
use plaid_types::json::Object;

const EVENTS: u32 = 1_000_000;

fn main() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut state = State::default();
    let mut effects = 0;
    let start = Instant::now();
    for _ in 0..EVENTS {
        let event = event(&mut random, &state);
        let (next, todo) = step(state, event);
        effects += black_box(&todo).len();
        state = next;
    }
    let taken = start.elapsed();
    black_box(&state);
    println!(
        "{EVENTS} random events, generated and stepped: {:.3} s, {:.0} ns each; {effects} effects",
        taken.as_secs_f64(),
        taken.as_secs_f64() * 1e9 / f64::from(EVENTS),
    );
}

/// Returns a random event. Half of the attempts and all of the successes are those of the state.
fn event(random: &mut Random, state: &State) -> Event {
    let attempt = if random.below(2) == 0 {
        state.attempt
    } else {
        Attempt(random.below(64))
    };
    let now = u64::from(random.below(40_000));
    match random.below(20) {
        0 | 1 => Event::Prepare,
        2 => Event::Change {
            purpose: purpose(random),
        },
        3 => Event::Open { now },
        4 => Event::OpenFor {
            purpose: purpose(random),
            now,
        },
        5 => Event::Close { force: true },
        6 => Event::Retry { now },
        7 => Event::Dismiss,
        8 => Event::Online { now },
        9 => Event::TokenGranted {
            attempt,
            link_token: "link-sandbox-af1a0311-da53-4636-b754-dd15cc058176".into(),
            lifetime: u64::from(random.below(400_000)),
            now,
        },
        10 => Event::TokenRefused {
            attempt,
            failure: failure(random),
        },
        11 => Event::TokenExpired { attempt },
        12 => Event::HandlerCreated { attempt },
        13 => Event::HandlerFailed {
            attempt,
            failure: failure(random),
        },
        14 => Event::Succeeded {
            attempt,
            success: success(random),
        },
        15 => Event::Exited {
            attempt,
            exit: Exit::default(),
        },
        16 => Event::Acknowledged {
            success: unsent(random, state),
            submitted: Submitted::Linked("item".into()),
        },
        17 => Event::SubmitFailed {
            success: unsent(random, state),
            failure: failure(random),
        },
        18 => Event::ResendDue {
            success: unsent(random, state),
            now,
        },
        _ if random.below(3) == 0 => Event::Return,
        _ if random.below(2) == 0 => Event::ResumeFailed(ResumeError::Missing),
        _ => Event::Resumed {
            record: ResumeRecord::new("ann".into(), "link-1".into(), now, purpose(random)),
            redirect_uri: "https://app.example.com/oauth?oauth_state_id=1".into(),
        },
    }
}

fn purpose(random: &mut Random) -> Purpose {
    match random.below(3) {
        0 => Purpose::Update {
            item_id: "item".into(),
            account_selection: false,
        },
        _ => Purpose::NewItem,
    }
}

fn failure(random: &mut Random) -> Failure {
    let kinds = [
        FailureKind::BackendUnreachable,
        FailureKind::Refused,
        FailureKind::PublicTokenInvalid,
    ];
    let kind = kinds[random.below(3) as usize];
    Failure::new(kind, "it failed")
}

fn success(random: &mut Random) -> Success {
    Success {
        purpose: purpose(random),
        public_token: Some(
            format!("public-sandbox-{}", random.below(32))
                .as_str()
                .into(),
        ),
        metadata: Object::default(),
        succeeded_at: 0,
    }
}

fn unsent(random: &mut Random, state: &State) -> SuccessId {
    let index = random.below(32) as usize;
    let unsent = state.outbox.get(index % state.outbox.len().max(1));
    unsent.map_or(SuccessId(0), |unsent| unsent.id)
}

/// A xorshift generator, with the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % end
    }
}
