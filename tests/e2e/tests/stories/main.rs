//! The stories, one file each.

mod accessible_on_every_screen;
mod backend_answers_nonsense;
mod backend_down_then_back;
mod bank_connected_twice;
mod bank_is_unwell;
mod by_keyboard_alone;
mod chooses_accounts_anew;
mod comes_back_with_a_phone;
mod disconnects;
mod every_error_has_words;
mod leaves_link;
mod link_token_is_invalid;
mod links_a_bank_and_sees_it_after_reload;
mod names_are_text;
mod no_access_token_leaks;
mod oauth_by_redirect;
mod oauth_in_a_window;
mod permission_ends;
mod reconnects_a_bank;
mod script_blocked_then_retried;
mod second_factor;
mod speaks_other_languages;
mod success_is_not_lost;
mod tabs_agree;
mod two_users_see_only_their_own;
mod wrong_password_then_right;
