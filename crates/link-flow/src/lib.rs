#![doc = include_str!("../README.md")]

mod effect;
mod event;
mod failure;
mod machine;
mod outbox;
mod outcome;
mod purpose;
mod resume;
mod state;
mod token;

pub use effect::Effect;
pub use event::{Event, Submitted};
pub use failure::{Failure, FailureKind};
pub use machine::step;
pub use outbox::{OutboxError, OutboxRecord, Success, SuccessId, Unsent};
pub use outcome::{Exit, Outcome};
pub use purpose::Purpose;
pub use resume::{ResumeError, ResumeRecord, oauth_state_id};
pub use state::{Attempt, HandlerState, Stage, State};
pub use token::{Millis, Token};
