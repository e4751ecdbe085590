//! Whole stories in a real browser over the whole stack.
//!
//! [`story()`] gives each story a [`World`] of its own: an offline Plaid, a backend with an empty database, and a browser
//! with a fresh profile. What it finds in a page it finds as people and screen readers do, by role and name.

mod browser;
mod chromedriver;
mod footprint;
mod keyboard;
mod link;
mod locator;
mod log;
mod looks;
mod plaid;
mod record;
mod stack;
mod stand_in;
mod story;
mod tabs;
mod visits;
mod window;

pub use browser::Browser;
pub use footprint::Footprint;
pub use keyboard::Key;
pub use link::Link;
pub use locator::{Locator, Role};
pub use log::{logs_link_event, server_log};
pub use looks::Screen;
pub use record::Response;
pub use stack::Stack;
pub use story::{World, story, story_with};
pub use tabs::{BankWindow, Tab};
pub use visits::{Visits, Wallet};

use std::time::Duration;

/// How long anything may take to come true: far more than it needs, even on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// How often to look whether it has.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(50);
