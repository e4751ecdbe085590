#![doc = include_str!("../README.md")]

mod callbacks;
mod dialogs;
mod embedded;
mod error;
mod handler;
mod instance;
pub mod json;
mod loader;
mod mark;
mod options;
mod page;
mod payload;
mod registration;
mod sys;

pub use callbacks::Callbacks;
pub use embedded::EmbeddedHandler;
pub use error::{Error, LoadError};
pub use handler::{ExitOptions, Handler, Submission};
pub use loader::{LINK_SCRIPT_URL, LoadOptions, Plaid, load};
pub use mark::mark;
pub use options::LinkOptions;
pub use payload::Payload;

/// Plaid's types.
pub use plaid_types;

/// Compiles the code of the guide with the tests of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/migrating-from-public-key.md")]
struct MigrationGuide;
