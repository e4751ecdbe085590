//! The configuration: flags and variables, and the checked settings they become.

mod args;
pub(crate) mod link_options;
mod settings;

pub use self::args::{Args, ConfigError, Task};
pub use self::settings::{Config, LinkConfig, PlaidConfig, Storage};
