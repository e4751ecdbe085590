#![doc = include_str!("../README.md")]
#![allow(
    unreachable_pub,
    reason = "the component macro creates public items in private modules"
)]

mod backend;
mod connect_bank;
// Shared with Connect. Not a part of the API that is kept stable.
#[doc(hidden)]
pub mod dynamic;
mod failure_notice;
mod frame;
mod online;
mod plaid_embedded_link;
mod plaid_link;
mod storage;
mod use_link_flow;
mod use_plaid_link;
mod words;

pub use backend::{LinkBackend, LinkTokenGrant};
pub use connect_bank::ConnectBank;
pub use failure_notice::FailureNotice;
pub use link_flow::{
    Exit, Failure, FailureKind, Outcome, Purpose, ResumeError, Stage, Submitted, Success,
};
pub use plaid_embedded_link::PlaidEmbeddedLink;
pub use plaid_link::PlaidLink;
pub use plaid_link_crate::{
    Error, ExitOptions, LINK_SCRIPT_URL, LoadError, LoadOptions, Payload, Submission,
};
pub use use_link_flow::{UseLinkFlowOptions, UseLinkFlowReturn, use_link_flow};
pub use use_plaid_link::{UsePlaidLinkOptions, UsePlaidLinkReturn, use_plaid_link};
pub use words::{NextStep, Words, code_words, exit_words, outcome_words, words};

/// Plaid's types.
pub use plaid_types;

use ::plaid_link as plaid_link_crate;

/// Whether there is a page. On a server no value of JavaScript may be created.
const IN_BROWSER: bool = cfg!(target_arch = "wasm32") && !cfg!(feature = "ssr");
