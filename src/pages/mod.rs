//! The pages, one file each.

mod home;
mod not_found;
mod oauth_return;
mod signed_out;

pub use home::Home;
pub use not_found::NotFound;
pub use oauth_return::OauthReturn;
pub use signed_out::SignedOut;
