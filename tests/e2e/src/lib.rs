//! End-to-end stories in a real browser over the whole stack.
//!
//! [`story()`] gives each story a [`World`] of its own: an offline Plaid, a backend with an empty database, and a browser
//! with a fresh profile. It finds elements by role and name, as users and screen readers do.

mod accessibility;
mod axe;
mod browser;
mod chromedriver;
mod console;
mod counts;
mod footprint;
mod intercept;
mod keyboard;
mod link;
mod locator;
mod log;
mod network;
mod nginx;
mod plaid;
mod record;
mod role;
mod screen;
mod stack;
mod story;
mod tabs;
mod translation;
mod window;

pub use browser::Browser;
pub use counts::{CompletedSessions, ItemCounts};
pub use footprint::Footprint;
pub use keyboard::Key;
pub use link::Link;
pub use locator::Locator;
pub use log::{server_log, wait_for_link_event};
pub use nginx::{Nginx, NginxAddress};
pub use record::Response;
pub use role::Role;
pub use screen::Screen;
pub use stack::Stack;
pub use story::{World, story, story_with};
pub use tabs::{BankWindow, Tab};

use std::time::Duration;

/// The deadline of every wait, far beyond what is needed even on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// The time between two checks of a condition.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(50);
