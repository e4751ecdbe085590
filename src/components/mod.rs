//! One file a component.

mod account_list;
mod disconnect_dialog;
mod item_card;
mod news;
mod skeleton;

pub use account_list::AccountList;
pub use disconnect_dialog::{DisconnectDialog, ask};
pub use item_card::ItemCard;
pub use news::News;
pub use skeleton::Skeleton;
