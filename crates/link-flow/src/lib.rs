#![doc = include_str!("../README.md")]

mod effect;
mod event;
mod failure;
mod machine;
mod outbox;
mod resume;
mod state;

pub use effect::Effect;
pub use event::{Event, Submitted};
pub use failure::{Failure, FailureKind};
pub use machine::step;
pub use outbox::{OutboxError, OutboxRecord, Success, SuccessId, Unsent};
pub use resume::{ResumeError, ResumeRecord, oauth_state_id};
pub use state::{Attempt, Exit, HandlerState, Millis, Outcome, Purpose, Stage, State, Token};
