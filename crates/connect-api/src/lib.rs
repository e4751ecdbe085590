#![doc = include_str!("../README.md")]

mod change;
mod item;
mod link;
mod problem;
mod session;
mod transaction;

pub use change::{Change, ChangeKind};
pub use item::{CreateItem, Item, ItemList, ItemStatus, RepairedItem};
pub use link::{CreateLinkToken, LinkEventReport, LinkEvents, LinkTokenGrant};
pub use problem::{Problem, ProblemCode};
pub use session::{Config, Session};
pub use transaction::{Transaction, TransactionPage};
