//! The configuration: flags and variables, and the checked settings they become.

mod args;
pub(crate) mod link_options;
mod settings;

pub use self::args::{Args, ConfigError};
pub(crate) use self::args::{Command, VaultCommand};
pub use self::settings::{Config, LinkConfig, PlaidConfig, Storage};
