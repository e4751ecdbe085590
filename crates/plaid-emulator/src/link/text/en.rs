use super::texts::Text;

pub(super) static TEXT: Text = Text {
    lang: "en",

    back: "Back",
    close: "Close",
    go_on: "Continue",
    submit: "Submit",
    try_again: "Try again",
    other_bank: "Choose another bank",
    leave: "Leave",

    consent: "Connect your bank to {}",
    consent_private: "Your sign-in stays between you and your bank: {} never sees it.",
    consent_choice: "You choose which accounts to share.",
    consent_undo: "You can take it back at any time.",
    phone: "Phone number",
    phone_why: "With a phone number, banks you connected before are found again.",
    phone_wrong: "This is not a phone number that can be reached. Check it, or go on without one.",
    skip_phone: "Continue without phone number",

    verify_phone: "Check your phone",
    verify_phone_sent: "A code was sent to {}.",
    code: "Code",
    code_wrong: "The code is not correct. Try again.",
    saved: "Welcome back",
    saved_why: "You connected these banks before. Choose one to go on.",
    new_bank: "Connect another bank",

    choose_bank: "Choose your bank",
    search: "Search for your bank",
    none_found: "No bank of that name was found. Check the spelling or try a shorter name.",
    found_one: "1 bank",
    found: "{} banks",

    sign_in: "Sign in to {}",
    sign_in_safe: "Sent encrypted, and to the bank alone.",
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
    connected_what: "You can return to {}.",
    reconnected: "{} is connected again",
    finish: "Finish",

    oauth: "Sign in at {}",
    oauth_what: "The bank's own page opens. Sign in there and allow access; then you come back here.",
    oauth_no_way_back: "{} cannot be connected from inside another app. Open this page in your browser and try again.",
    oauth_waiting: "Go on at {}",
    oauth_waiting_what: "The bank's page is open in another window. This page goes on by itself when you are done there.",
    oauth_reopen: "Open the bank's page",

    bank_page: "{} asks to see your accounts, their balances and their transactions.",
    bank_page_error: "What the bank answers",
    bank_page_no_error: "As you choose below",
    bank_page_sandbox: "Sandbox: no sign-in is needed here.",
    bank_page_done: "Done",
    bank_page_lost: "This page has expired",
    bank_page_close: "You can close this window and return to where you came from.",
    allow: "Allow",
    deny: "Deny",

    degraded: "{} has problems at the moment",
    degraded_what: "Connecting may fail or take longer than usual. You can try now, or come back later.",
    down: "{} cannot be reached",
    down_what: "The bank is not answering anyone at the moment. Try again later, or connect another bank.",
    filtered: "{} cannot be connected here",
    filtered_what: "The bank does not offer what is needed. Choose another one.",

    exit: "Leave without connecting?",
    exit_what: "You are not done yet. If you leave now, nothing is shared.",
    keep_going: "Keep going",

    problem,
};

fn problem(code: &str) -> (&'static str, &'static str) {
    match code {
        "INVALID_CREDENTIALS" => (
            "Sign-in failed",
            "The username or password is not correct. Check them and try again.",
        ),
        "INVALID_MFA" => (
            "That was not right",
            "The answer is not correct. Try again.",
        ),
        "INVALID_OTP" => (
            "The code was not right",
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
            "The bank holds it in a way that is not supported. Try another bank.",
        ),
        "MFA_NOT_SUPPORTED" => (
            "This sign-in is not supported",
            "The bank asks for a second step that cannot be done here. Try another bank.",
        ),
        "NO_ACCOUNTS" | "NO_AUTH_ACCOUNTS" => (
            "No accounts were found",
            "Nothing at this bank fits what is asked for. Try another bank.",
        ),
        "INSTITUTION_NO_LONGER_SUPPORTED" => (
            "This bank is no longer supported",
            "It can no longer be connected. Try another bank.",
        ),
        "INSTITUTION_DOWN" | "INSTITUTION_NOT_RESPONDING" | "INSTITUTION_NOT_AVAILABLE" => (
            "The bank does not answer",
            "It cannot be reached at the moment. Try again later, or connect another bank.",
        ),
        "USER_INPUT_TIMEOUT" => ("That took too long", "The bank did not wait. Try again."),
        "INSUFFICIENT_CREDENTIALS" | "ACCESS_NOT_GRANTED" => (
            "The bank was not allowed to share enough",
            "Go on again and allow what is asked for.",
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
            "This was done before",
            "The way back from the bank works once only. Leave and start again.",
        ),
        "OAUTH_STATE_ID_NOT_FOUND" | "INCORRECT_LINK_TOKEN" => (
            "The way back from the bank is lost",
            "This return does not belong to what was begun here. Leave and start again.",
        ),
        "INVALID_FIELD" => (
            "This page was not set up correctly",
            "It says that you come back from a bank, but not from which visit. Leave and start again.",
        ),
        "PUBLIC_KEY_NOT_ENABLED" => (
            "Current version not supported",
            "This app uses an old way to connect banks. Its makers need to update it.",
        ),
        _ => (
            "Something went wrong",
            "An unexpected error occurred. Nothing was shared.",
        ),
    }
}
