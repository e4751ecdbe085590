//! The stories, one file each.

mod accessible_on_every_screen;
mod backend_answers_nonsense;
mod backend_down_then_back;
mod by_keyboard_alone;
mod disconnects;
mod leaves_link;
mod links_a_bank_and_sees_it_after_reload;
mod names_are_text;
mod no_access_token_leaks;
mod script_blocked_then_retried;
mod two_users_see_only_their_own;
mod wrong_password_then_right;
