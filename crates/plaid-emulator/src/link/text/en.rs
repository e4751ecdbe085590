//! The texts in English.

use super::texts::Text;

pub(super) static TEXT: Text = Text {
    lang: "en",

    back: "Back",
    close: "Close",
    proceed: "Continue",
    submit: "Submit",
    try_again: "Try again",
    other_bank: "Choose another bank",
    leave: "Leave",

    consent: "Connect your bank to {}",
    consent_private: "Your sign-in stays between you and your bank: {} never sees it.",
    consent_choice: "You choose which accounts to share.",
    consent_undo: "You can take it back at any time.",
    phone: "Phone number",
    phone_why: "With your phone number, Link finds the banks that you connected before.",
    phone_wrong: "This phone number cannot be reached. Check it, or continue without one.",
    skip_phone: "Continue without phone number",

    verify_phone: "Check your phone",
    verify_phone_sent: "A code was sent to {}.",
    code: "Code",
    code_wrong: "The code is not correct. Try again.",
    saved: "Welcome back",
    saved_why: "You connected these banks before. Choose one to continue.",
    new_bank: "Connect another bank",

    choose_bank: "Choose your bank",
    search: "Search for your bank",
    none_found: "No bank of that name was found. Check the spelling or try a shorter name.",
    found_one: "1 bank",
    found: "{} banks",

    sign_in: "Sign in to {}",
    sign_in_safe: "Encrypted, and sent only to the bank.",
    username: "Username",
    password: "Password",
    sandbox_sign_in: "Sandbox: user_good and pass_good",
    sandbox_code: "Sandbox: the code is {}.",
    sandbox_answer: "Sandbox: the answer is {}.",
    bank_site: "Go to the bank's site",

    loading: "Connecting to {}",
    loading_wait: "This takes a moment.",

    device: "Where should {} send a code?",
    device_phone: "Text message to ••• 4321",
    device_email: "Email to u•••@example.com",
    device_missing: "Choose where the code should go.",
    bank_code: "Enter the code from {}",
    questions: "{} has a question",
    question: "Question {}",
    answers_wrong: "The answer is not correct. Try again.",

    accounts: "Choose accounts to share",
    accounts_why: "{} sees only the accounts that you choose.",
    accounts_missing: "Choose at least one account.",

    connected: "{} is connected",
    connected_text: "You can return to {}.",
    reconnected: "{} is connected again",
    finish: "Finish",

    oauth: "Sign in at {}",
    oauth_text: "The bank's own page opens. Sign in there and allow access. Then you return here.",
    oauth_in_app: "{} cannot be connected from inside another app. Open this page in your browser and try again.",
    oauth_waiting: "Continue at {}",
    oauth_waiting_text: "The bank's page is open in another window. This page continues when you are done there.",
    oauth_reopen: "Open the bank's page",

    bank_page: "{} asks to see your accounts, their balances and their transactions.",
    bank_page_result: "Result of the sign-in",
    bank_page_no_error: "Your choice below",
    bank_page_sandbox: "Sandbox: no sign-in is needed here.",
    bank_page_done: "Done",
    bank_page_expired: "This page has expired",
    bank_page_close: "You can close this window and return to the app.",
    allow: "Allow",
    deny: "Deny",

    degraded: "{} has problems at the moment",
    degraded_text: "Connecting may fail or take longer than usual. You can try now, or come back later.",
    down: "{} cannot be reached",
    down_text: "The bank is not responding at the moment. Try again later, or connect another bank.",
    filtered: "{} cannot be connected here",
    filtered_text: "The bank does not support what this app needs. Choose another bank.",

    exit: "Leave without connecting?",
    exit_text: "You are not done yet. If you leave now, nothing is shared.",
    keep_going: "Keep going",

    problem,
};

fn problem(code: &str) -> (&'static str, &'static str) {
    match code {
        "INVALID_CREDENTIALS" => (
            "Sign-in failed",
            "The username or password is not correct. Check them and try again.",
        ),
        "INVALID_MFA" => ("Wrong answer", "The answer is not correct. Try again."),
        "INVALID_OTP" => (
            "Wrong code",
            "Three codes were wrong. You can choose your bank without a phone number.",
        ),
        "ITEM_LOCKED" => (
            "The bank has locked your account",
            "Too many sign-ins failed. Unlock the account on the bank's site, then try again.",
        ),
        "USER_SETUP_REQUIRED" => (
            "The bank needs something from you first",
            "Sign in on the bank's site, finish what it asks for, then try again.",
        ),
        "ITEM_NOT_SUPPORTED" => (
            "This account cannot be connected",
            "This kind of account is not supported. Try another bank.",
        ),
        "MFA_NOT_SUPPORTED" => (
            "This sign-in is not supported",
            "The bank asks for a second step that cannot be done here. Try another bank.",
        ),
        "NO_ACCOUNTS" | "NO_AUTH_ACCOUNTS" => (
            "No accounts were found",
            "No account at this bank can be shared with this app. Try another bank.",
        ),
        "INSTITUTION_NO_LONGER_SUPPORTED" => (
            "This bank is no longer supported",
            "It can no longer be connected. Try another bank.",
        ),
        "INSTITUTION_DOWN" | "INSTITUTION_NOT_RESPONDING" | "INSTITUTION_NOT_AVAILABLE" => (
            "The bank is not responding",
            "It cannot be reached at the moment. Try again later, or connect another bank.",
        ),
        "USER_INPUT_TIMEOUT" => (
            "That took too long",
            "The bank ended the sign-in. Try again.",
        ),
        "INSUFFICIENT_CREDENTIALS" | "ACCESS_NOT_GRANTED" => (
            "The bank was not allowed to share enough",
            "Try again, and allow everything that the bank asks for.",
        ),
        "COUNTRY_NOT_SUPPORTED" => (
            "Not available in this country",
            "This bank's country is not supported here. Try another bank.",
        ),
        "RECAPTCHA_BAD" => (
            "That did not look like a person",
            "Try again, or connect another bank.",
        ),
        "INVALID_LINK_TOKEN" => (
            "This took too long",
            "The page to connect a bank has expired. Leave it and open it again; nothing was shared.",
        ),
        "OAUTH_STATE_ID_ALREADY_PROCESSED" => (
            "This sign-in was used already",
            "A bank sign-in can be used only once. Leave and start again.",
        ),
        "OAUTH_STATE_ID_NOT_FOUND" | "INCORRECT_LINK_TOKEN" => (
            "This sign-in is unknown",
            "The bank sign-in does not belong to this page. Leave and start again.",
        ),
        "INVALID_FIELD" => (
            "This page was not set up correctly",
            "Its address does not name the bank sign-in that you return from. Leave and start again.",
        ),
        "PUBLIC_KEY_NOT_ENABLED" => (
            "Current version not supported",
            "This app uses an old version of Link. Its developers must update it.",
        ),
        _ => (
            "Something went wrong",
            "An unexpected error occurred. Nothing was shared.",
        ),
    }
}
