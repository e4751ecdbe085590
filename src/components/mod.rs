//! The components, one file each.

mod account_list;
mod confirm_dialog;
mod institution_logo;
mod item_card;
mod item_state;
mod news;
mod skeleton;

pub use account_list::AccountList;
pub use confirm_dialog::{Confirm, ConfirmDialog};
pub use institution_logo::InstitutionLogo;
pub use item_card::ItemCard;
pub use item_state::ItemState;
pub use news::News;
pub use skeleton::Skeleton;
