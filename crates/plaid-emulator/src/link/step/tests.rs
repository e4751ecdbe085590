//! A table of visits: their actions and the events they emit.

use super::*;
use crate::{
    link::{
        pane::Pane,
        visit::{OfferedAccount, Terms, Update},
    },
    seed::accounts,
    world::{Institutions, LinkTokenRequest},
};

const FIRST_PLATYPUS: &str = "ins_109508";
const OAUTH: &str = "ins_127287";

/// Applies the actions and returns the events: `>VIEW` for `TRANSITION_VIEW`, metadata in parentheses.
fn events(visit: &mut Visit, actions: Vec<Action>) -> String {
    for action in actions {
        visit.step(action);
    }
    let names: Vec<String> = visit.take_events().iter().map(event_name).collect();
    names.join(" ")
}

fn event_name(event: &Event) -> String {
    let metadata = &event.metadata;
    let view = metadata.view_name.as_ref().map(|view| view.as_str());
    let details = [
        metadata.mfa_type.as_ref().map(|kind| kind.as_str()),
        metadata.error_code.as_deref(),
        metadata.exit_status.as_ref().map(|status| status.as_str()),
        metadata.institution_search_query.as_deref(),
        metadata.match_reason.as_deref(),
        metadata.is_update_mode.as_ref().map(|_| "update"),
    ];
    let mut details: Vec<&str> = details.into_iter().flatten().collect();
    let name = match (&event.name, view) {
        (EventName::TransitionView, Some(view)) => format!(">{view}"),
        (name, view) => {
            details.splice(0..0, view);
            name.to_string()
        }
    };
    match details.as_slice() {
        [] => name,
        details => format!("{name}({})", details.join(",")),
    }
}

fn bank(id: &str) -> &'static SandboxInstitution {
    Institutions::sandbox()
        .by_id(id)
        .expect("an institution of the Sandbox")
}

fn new_item() -> Visit {
    Visit::begin(transactions(), None, Vec::new())
}

fn transactions() -> Terms {
    let request = LinkTokenRequest {
        products: vec!["transactions".to_owned()],
        ..LinkTokenRequest::default()
    };
    Terms {
        request,
        update: None,
    }
}

fn update(bank_id: &str, broken: bool, choose_accounts: bool) -> Visit {
    let terms = Terms {
        update: Some(Update {
            broken,
            choose_accounts,
        }),
        ..transactions()
    };
    let accounts = accounts().into_iter().map(|template| OfferedAccount {
        template,
        fits: true,
        chosen: true,
    });
    Visit::begin(terms, Some(bank(bank_id)), accounts.collect())
}

fn choose(id: &str) -> Action {
    Action::Choose(bank(id))
}

fn password(password: &str) -> Action {
    Action::SignIn {
        username: "user_good".to_owned(),
        password: password.to_owned(),
    }
}

fn mfa(answers: &[&str]) -> Action {
    Action::Mfa(answers.iter().map(|&answer| answer.to_owned()).collect())
}

fn from_bank(page: BankPage) -> Action {
    Action::FromBank {
        page,
        redirected: false,
    }
}

const CLOSE: Action = Action::Close { force: false };
const LEAVE_AT_ONCE: Action = Action::Close { force: true };

#[test]
fn a_new_item_emits_the_events_that_plaid_documents() {
    use Action::{Answered, Continue, KeepGoing, SkipPhone};
    let phone = |number: &str| Action::Phone(number.to_owned());
    let code = |code: &str| Action::Code(code.to_owned());
    let share = |places: &[usize]| Action::Share(places.to_vec());
    let failed = |code: &str| from_bank(BankPage::Failed(code.to_owned()));
    for (actions, expected) in [
        // A password.
        (
            vec![
                SkipPhone,
                choose(FIRST_PLATYPUS),
                password("pass_good"),
                Answered,
                share(&[0]),
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION >CREDENTIAL SUBMIT_CREDENTIALS \
             >LOADING >SELECT_ACCOUNT >CONNECTED HANDOFF",
        ),
        // A password and a code.
        (
            vec![
                SkipPhone,
                choose(FIRST_PLATYPUS),
                password("mfa_device"),
                Answered,
                mfa(&["phone"]),
                Answered,
                mfa(&["1"]),
                Answered,
                mfa(&["1234"]),
                Answered,
                share(&[0]),
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION >CREDENTIAL SUBMIT_CREDENTIALS \
             >LOADING >MFA(device) SUBMIT_MFA(device) >LOADING >MFA(code) SUBMIT_MFA(code) >LOADING \
             ERROR(ERROR,INVALID_MFA) >MFA(code) SUBMIT_MFA(code) >LOADING >SELECT_ACCOUNT >CONNECTED HANDOFF",
        ),
        // Two wrong passwords.
        (
            vec![
                SkipPhone,
                choose(FIRST_PLATYPUS),
                password("no"),
                Answered,
                password("no"),
                Answered,
                LEAVE_AT_ONCE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION >CREDENTIAL SUBMIT_CREDENTIALS \
             >LOADING ERROR(ERROR,INVALID_CREDENTIALS) >CREDENTIAL SUBMIT_CREDENTIALS >LOADING \
             ERROR(ERROR,INVALID_CREDENTIALS) >CREDENTIAL EXIT(INVALID_CREDENTIALS,requires_credentials)",
        ),
        // The bank's own page.
        (
            vec![
                SkipPhone,
                choose(OAUTH),
                Continue,
                from_bank(BankPage::Allowed),
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION >OAUTH OPEN_OAUTH >CONNECTED \
             HANDOFF",
        ),
        // Denied in a window, closed, and denied again with a redirect.
        (
            vec![
                SkipPhone,
                choose(OAUTH),
                Continue,
                failed("INTERNAL_SERVER_ERROR"),
                Action::TryAgain,
                Continue,
                from_bank(BankPage::Closed),
                Continue,
                Action::FromBank {
                    page: BankPage::Failed("INTERNAL_SERVER_ERROR".to_owned()),
                    redirected: true,
                },
                CLOSE,
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION >OAUTH OPEN_OAUTH FAIL_OAUTH \
             ERROR(ERROR,INTERNAL_SERVER_ERROR) >ERROR >OAUTH OPEN_OAUTH CLOSE_OAUTH >OAUTH OPEN_OAUTH OPEN \
             ERROR(ERROR,INTERNAL_SERVER_ERROR) >ERROR >EXIT EXIT(INTERNAL_SERVER_ERROR,requires_oauth)",
        ),
        // A known phone.
        (
            vec![
                phone("415-555-0011"),
                code("000000"),
                code("123456"),
                choose(FIRST_PLATYPUS),
                Answered,
                share(&[0]),
                CLOSE,
            ],
            "OPEN(CONSENT) SUBMIT_PHONE >VERIFY_PHONE SUBMIT_OTP ERROR(ERROR,INVALID_OTP) SUBMIT_OTP VERIFY_PHONE \
             >SELECT_SAVED_INSTITUTION MATCHED_SELECT_INSTITUTION(returning_user) \
             SELECT_INSTITUTION(SAVED_INSTITUTION) >LOADING >SELECT_ACCOUNT >CONNECTED HANDOFF",
        ),
        // A known phone, and a bank that is not saved.
        (
            vec![
                phone("4155550012"),
                code("123456"),
                Action::NewBank,
                choose("ins_109510"),
                LEAVE_AT_ONCE,
            ],
            "OPEN(CONSENT) SUBMIT_PHONE >VERIFY_PHONE SUBMIT_OTP VERIFY_PHONE >SELECT_SAVED_INSTITUTION \
             CONNECT_NEW_INSTITUTION >SELECT_INSTITUTION SELECT_INSTITUTION >CREDENTIAL EXIT(requires_credentials)",
        ),
        // A known phone whose bank has its own page.
        (
            vec![
                phone("+1 415 555 0013"),
                code("123456"),
                choose(OAUTH),
                Continue,
                from_bank(BankPage::Allowed),
                CLOSE,
            ],
            "OPEN(CONSENT) SUBMIT_PHONE >VERIFY_PHONE SUBMIT_OTP VERIFY_PHONE >SELECT_SAVED_INSTITUTION \
             MATCHED_SELECT_INSTITUTION(returning_user) SELECT_INSTITUTION(SAVED_INSTITUTION) >OAUTH OPEN_OAUTH \
             >CONNECTED HANDOFF",
        ),
        // Three wrong codes.
        (
            vec![
                phone("4155550010"),
                code("1"),
                code("2"),
                code("3"),
                LEAVE_AT_ONCE,
            ],
            "OPEN(CONSENT) SUBMIT_PHONE >VERIFY_PHONE SUBMIT_OTP ERROR(ERROR,INVALID_OTP) SUBMIT_OTP \
             ERROR(ERROR,INVALID_OTP) SUBMIT_OTP ERROR(ERROR,INVALID_OTP) >ERROR \
             EXIT(INVALID_OTP,requires_credentials)",
        ),
        // An invalid phone, and one in a country without codes.
        (
            vec![phone("12"), phone("+49 30 901820"), CLOSE],
            "OPEN(CONSENT) ERROR(ERROR,INVALID_PHONE_NUMBER) SUBMIT_PHONE >SELECT_INSTITUTION \
             EXIT(INVALID_PHONE_NUMBER,institution_not_found)",
        ),
        // A search; repeating it emits nothing.
        (
            vec![
                SkipPhone,
                Action::Search("tart".to_owned()),
                Action::Search("tart ".to_owned()),
                Action::Search(String::new()),
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION(tart) EXIT(institution_not_found)",
        ),
        // An exit from the first pane.
        (vec![CLOSE], "OPEN(CONSENT) EXIT(requires_credentials)"),
        // An exit that the user cancels.
        (
            vec![
                SkipPhone,
                choose(FIRST_PLATYPUS),
                CLOSE,
                KeepGoing,
                CLOSE,
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION >CREDENTIAL >EXIT >CREDENTIAL >EXIT \
             EXIT(requires_credentials)",
        ),
        // Unhealthy banks.
        (
            vec![SkipPhone, choose("ins_132363"), Continue, LEAVE_AT_ONCE],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION SELECT_DEGRADED_INSTITUTION \
             >CREDENTIAL EXIT(requires_credentials)",
        ),
        (
            vec![
                SkipPhone,
                choose("ins_132361"),
                Continue,
                Action::OtherBank,
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION SELECT_DOWN_INSTITUTION \
             >SELECT_INSTITUTION EXIT(institution_not_found)",
        ),
        (
            vec![SkipPhone, choose("ins_133402"), LEAVE_AT_ONCE],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION \
             ERROR(ERROR,INSTITUTION_NO_LONGER_SUPPORTED) >ERROR \
             EXIT(INSTITUTION_NO_LONGER_SUPPORTED,institution_not_supported)",
        ),
        // An action that does not fit the pane is ignored.
        (
            vec![
                Answered,
                KeepGoing,
                share(&[0]),
                mfa(&["1234"]),
                choose(OAUTH),
                Action::Back,
                from_bank(BankPage::Allowed),
                CLOSE,
            ],
            "OPEN(CONSENT) EXIT(requires_credentials)",
        ),
        (
            vec![CLOSE, SkipPhone, CLOSE],
            "OPEN(CONSENT) EXIT(requires_credentials)",
        ),
    ] {
        assert_eq!(
            events(&mut new_item(), actions.clone()),
            expected,
            "{actions:?}"
        );
    }
}

/// The event is `AUTO_SUBMIT_PHONE` only if Plaid knows the number too.
#[test]
fn a_phone_in_the_link_token_needs_no_typing() {
    for (number, submitted) in [
        ("+14155550011", "AUTO_SUBMIT_PHONE"),
        ("+14155550010", "SUBMIT_PHONE"),
    ] {
        let mut terms = transactions();
        terms.request.user.phone_number = Some(number.to_owned());
        let mut visit = Visit::begin(terms, None, Vec::new());
        let actions = vec![Action::Phone(String::new()), LEAVE_AT_ONCE];
        assert_eq!(
            events(&mut visit, actions),
            format!("OPEN(CONSENT) {submitted} >VERIFY_PHONE EXIT(requires_credentials)")
        );
    }
}

#[test]
fn a_refusal_offers_what_plaid_documents() {
    for (code, then) in [
        ("ITEM_LOCKED", AfterFailure::OtherBank),
        ("USER_SETUP_REQUIRED", AfterFailure::OtherBank),
        ("ITEM_NOT_SUPPORTED", AfterFailure::OtherBank),
        ("MFA_NOT_SUPPORTED", AfterFailure::OtherBank),
        ("NO_ACCOUNTS", AfterFailure::OtherBank),
        ("INSTITUTION_DOWN", AfterFailure::OtherBank),
        ("INSTITUTION_NOT_RESPONDING", AfterFailure::OtherBank),
        ("INSTITUTION_NO_LONGER_SUPPORTED", AfterFailure::OtherBank),
        ("INTERNAL_SERVER_ERROR", AfterFailure::OtherBank),
        ("COUNTRY_NOT_SUPPORTED", AfterFailure::OtherBank),
        ("PAYMENT_INVALID_RECIPIENT", AfterFailure::OtherBank),
        ("INSUFFICIENT_CREDENTIALS", AfterFailure::Retry),
        ("USER_INPUT_TIMEOUT", AfterFailure::Retry),
        ("INVALID_SEND_METHOD", AfterFailure::Leave),
    ] {
        let mut visit = new_item();
        let actions = vec![
            Action::SkipPhone,
            choose(FIRST_PLATYPUS),
            password(&format!("error_{code}")),
            Action::Answered,
        ];
        events(&mut visit, actions);
        let Pane::Failed {
            error,
            then: offered,
            ..
        } = &visit.pane
        else {
            panic!("{code} led to {:?}", visit.pane);
        };
        assert_eq!((error.error_code.as_str(), *offered), (code, then));
    }
}

#[test]
fn update_mode_skips_panes_that_it_does_not_need() {
    let share = Action::Share(vec![1]);
    for (mut visit, actions, expected) in [
        (
            update(FIRST_PLATYPUS, true, false),
            vec![password("pass_good"), Action::Answered, CLOSE],
            "OPEN(CREDENTIAL,update) SUBMIT_CREDENTIALS >LOADING >CONNECTED HANDOFF",
        ),
        (
            update(FIRST_PLATYPUS, true, true),
            vec![
                password("pass_good"),
                Action::Answered,
                share.clone(),
                CLOSE,
            ],
            "OPEN(CREDENTIAL,update) SUBMIT_CREDENTIALS >LOADING >SELECT_ACCOUNT >CONNECTED HANDOFF",
        ),
        (
            update(FIRST_PLATYPUS, false, true),
            vec![share.clone(), CLOSE],
            "OPEN(SELECT_ACCOUNT,update) >CONNECTED HANDOFF",
        ),
        (
            update(OAUTH, true, false),
            vec![Action::Continue, from_bank(BankPage::Allowed), CLOSE],
            "OPEN(OAUTH,update) OPEN_OAUTH >CONNECTED HANDOFF",
        ),
        // Update mode has no other bank.
        (
            update(FIRST_PLATYPUS, true, false),
            vec![
                Action::Back,
                password("error_ITEM_LOCKED"),
                Action::Answered,
                Action::OtherBank,
                Action::TryAgain,
                LEAVE_AT_ONCE,
            ],
            "OPEN(CREDENTIAL,update) SUBMIT_CREDENTIALS >LOADING ERROR(ERROR,ITEM_LOCKED) >ERROR >CREDENTIAL \
             EXIT(ITEM_LOCKED,requires_credentials)",
        ),
    ] {
        assert_eq!(events(&mut visit, actions.clone()), expected, "{actions:?}");
    }
}

#[test]
fn a_bank_from_an_embedded_search_follows_the_consent() {
    let mut visit = Visit::begin(transactions(), Some(bank(OAUTH)), Vec::new());
    assert_eq!(
        events(&mut visit, vec![Action::SkipPhone]),
        "OPEN(CONSENT) SELECT_INSTITUTION >CONSENT SKIP_SUBMIT_PHONE >OAUTH"
    );
}

#[test]
fn every_pane_has_an_exit_status() {
    use Action::{Answered, SkipPhone};
    let at = |actions: Vec<Action>| {
        let mut visit = new_item();
        events(&mut visit, actions);
        visit.pane.exit_status().to_string()
    };
    let signed_in = |word: &str| vec![SkipPhone, choose(FIRST_PLATYPUS), password(word), Answered];
    assert_eq!(at(vec![]), "requires_credentials");
    assert_eq!(at(vec![SkipPhone]), "institution_not_found");
    assert_eq!(at(signed_in("no")), "requires_credentials");
    assert_eq!(at(signed_in("mfa_device")), "choose_device");
    assert_eq!(at(signed_in("error_INVALID_MFA")), "requires_code");
    assert_eq!(at(signed_in("mfa_questions_1_1")), "requires_questions");
    assert_eq!(at(signed_in("mfa_selections")), "requires_selections");
    assert_eq!(at(signed_in("pass_good")), "requires_account_selection");
    assert_eq!(at(vec![SkipPhone, choose(OAUTH)]), "requires_oauth");
}

#[test]
fn only_fitting_accounts_are_shared() {
    let mut terms = transactions();
    terms.request.products = vec!["auth".to_owned()];
    let mut visit = Visit::begin(terms, None, Vec::new());
    let actions = vec![
        Action::SkipPhone,
        choose(FIRST_PLATYPUS),
        password("pass_good"),
        Action::Answered,
    ];
    events(&mut visit, actions);
    // The third is a certificate of deposit, which `auth` does not support.
    events(&mut visit, vec![Action::Share(vec![2])]);
    assert_eq!(visit.pane, Pane::Accounts { refused: true });
    events(&mut visit, vec![Action::Share(vec![0, 2, 99])]);
    assert_eq!(visit.pane, Pane::Connected);
    let chosen: Vec<&str> = visit
        .accounts
        .iter()
        .filter(|offered| offered.chosen)
        .map(|offered| offered.template.name.as_str())
        .collect();
    assert_eq!(chosen, ["Plaid Checking"]);
}

#[test]
fn a_bank_is_filtered_by_product_and_matched_by_routing_number() {
    let mut terms = transactions();
    terms.request.products = vec!["auth".to_owned()];
    let mut visit = Visit::begin(terms, None, Vec::new());
    assert_eq!(
        events(&mut visit, vec![Action::SkipPhone, choose("ins_130016")]),
        "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SELECT_INSTITUTION SELECT_FILTERED_INSTITUTION"
    );
    assert_eq!(
        visit.pane.exit_status().as_str(),
        "institution_not_supported"
    );

    let mut terms = transactions();
    terms.request.institution_data =
        serde_json::from_str(r#"{"routing_number":"122105155"}"#).expect("institution data");
    let mut visit = Visit::begin(terms, None, Vec::new());
    assert_eq!(
        events(&mut visit, vec![Action::SkipPhone, choose("ins_109511")]),
        "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION MATCHED_SELECT_INSTITUTION(routing_number) \
         SELECT_INSTITUTION >CREDENTIAL"
    );
}
