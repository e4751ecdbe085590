//! Visits as rows: what is done, and all that is told.

use super::*;
use crate::{
    link::{
        pane::Pane,
        visit::{Offered, Terms, Update},
    },
    seed::accounts,
    world::{Institutions, LinkTokenRequest},
};

const FIRST_PLATYPUS: &str = "ins_109508";
const OAUTH: &str = "ins_127287";

/// Plays the acts, and says what was told: `>VIEW` stands for `TRANSITION_VIEW`, brackets for what an event says.
fn told(visit: &mut Visit, acts: Vec<Act>) -> String {
    for act in acts {
        visit.step(act);
    }
    let words: Vec<String> = visit.told().iter().map(word).collect();
    words.join(" ")
}

fn word(event: &Event) -> String {
    let told = &event.metadata;
    let view = told.view_name.as_ref().map(|view| view.as_str());
    let details = [
        told.mfa_type.as_ref().map(|kind| kind.as_str()),
        told.error_code.as_deref(),
        told.exit_status.as_ref().map(|status| status.as_str()),
        told.institution_search_query.as_deref(),
        told.match_reason.as_deref(),
        told.is_update_mode.as_ref().map(|_| "update"),
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

fn bank(id: &str) -> SandboxInstitution {
    Institutions::sandbox()
        .by_id(id)
        .expect("an institution of the seed")
        .clone()
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
    let held = accounts().into_iter().map(|template| Offered {
        template,
        fits: true,
        chosen: true,
    });
    Visit::begin(terms, Some(bank(bank_id)), held.collect())
}

fn choose(id: &str) -> Act {
    Act::Choose(bank(id))
}

fn password(password: &str) -> Act {
    Act::SignIn {
        username: "user_good".to_owned(),
        password: password.to_owned(),
    }
}

fn mfa(answers: &[&str]) -> Act {
    Act::Mfa(answers.iter().map(|&answer| answer.to_owned()).collect())
}

fn from_bank(page: BankPage) -> Act {
    Act::FromBank {
        page,
        redirected: false,
    }
}

const CLOSE: Act = Act::Close { force: false };
const LEAVE_AT_ONCE: Act = Act::Close { force: true };

#[test]
fn a_new_item_is_told_as_plaid_tells_it() {
    use Act::{Answered, Continue, KeepGoing, SkipPhone};
    let phone = |number: &str| Act::Phone(number.to_owned());
    let code = |code: &str| Act::Code(code.to_owned());
    let share = |places: &[usize]| Act::Share(places.to_vec());
    let failed = |code: &str| from_bank(BankPage::Failed(code.to_owned()));
    for (acts, expected) in [
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
        // Denied there in a window, closed there, and denied again on the way back by a redirect.
        (
            vec![
                SkipPhone,
                choose(OAUTH),
                Continue,
                failed("INTERNAL_SERVER_ERROR"),
                Act::TryAgain,
                Continue,
                from_bank(BankPage::Closed),
                Continue,
                Act::FromBank {
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
        // A phone that is known.
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
        // A phone that is known, and another bank all the same.
        (
            vec![
                phone("4155550012"),
                code("123456"),
                Act::NewBank,
                choose("ins_109510"),
                LEAVE_AT_ONCE,
            ],
            "OPEN(CONSENT) SUBMIT_PHONE >VERIFY_PHONE SUBMIT_OTP VERIFY_PHONE >SELECT_SAVED_INSTITUTION \
             CONNECT_NEW_INSTITUTION >SELECT_INSTITUTION SELECT_INSTITUTION >CREDENTIAL EXIT(requires_credentials)",
        ),
        // A phone whose bank has a page of its own.
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
        // A phone that is none, and one where no code can be sent.
        (
            vec![phone("12"), phone("+49 30 901820"), CLOSE],
            "OPEN(CONSENT) ERROR(ERROR,INVALID_PHONE_NUMBER) SUBMIT_PHONE >SELECT_INSTITUTION \
             EXIT(INVALID_PHONE_NUMBER,institution_not_found)",
        ),
        // Searching; the same search twice is one.
        (
            vec![
                SkipPhone,
                Act::Search("tart".to_owned()),
                Act::Search("tart ".to_owned()),
                Act::Search(String::new()),
                CLOSE,
            ],
            "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION(tart) EXIT(institution_not_found)",
        ),
        // Left at once.
        (vec![CLOSE], "OPEN(CONSENT) EXIT(requires_credentials)"),
        // Nearly left.
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
                Act::OtherBank,
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
        // What does not fit the pane changes nothing.
        (
            vec![
                Answered,
                KeepGoing,
                share(&[0]),
                mfa(&["1234"]),
                choose(OAUTH),
                Act::Back,
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
        assert_eq!(told(&mut new_item(), acts.clone()), expected, "{acts:?}");
    }
}

/// The host knows the number; a code goes out unasked only where the number is known to Plaid, too.
#[test]
fn a_phone_that_the_host_knows_needs_no_typing() {
    for (number, submitted) in [
        ("+14155550011", "AUTO_SUBMIT_PHONE"),
        ("+14155550010", "SUBMIT_PHONE"),
    ] {
        let mut terms = transactions();
        terms.request.user.phone_number = Some(number.to_owned());
        let mut visit = Visit::begin(terms, None, Vec::new());
        let acts = vec![Act::Phone(String::new()), LEAVE_AT_ONCE];
        assert_eq!(
            told(&mut visit, acts),
            format!("OPEN(CONSENT) {submitted} >VERIFY_PHONE EXIT(requires_credentials)")
        );
    }
}

#[test]
fn a_refusal_leads_where_plaid_documents() {
    for (code, then) in [
        ("ITEM_LOCKED", Then::OtherBank),
        ("USER_SETUP_REQUIRED", Then::OtherBank),
        ("ITEM_NOT_SUPPORTED", Then::OtherBank),
        ("MFA_NOT_SUPPORTED", Then::OtherBank),
        ("NO_ACCOUNTS", Then::OtherBank),
        ("INSTITUTION_DOWN", Then::OtherBank),
        ("INSTITUTION_NOT_RESPONDING", Then::OtherBank),
        ("INSTITUTION_NO_LONGER_SUPPORTED", Then::OtherBank),
        ("INTERNAL_SERVER_ERROR", Then::OtherBank),
        ("COUNTRY_NOT_SUPPORTED", Then::OtherBank),
        ("PAYMENT_INVALID_RECIPIENT", Then::OtherBank),
        ("INSUFFICIENT_CREDENTIALS", Then::Retry),
        ("USER_INPUT_TIMEOUT", Then::Retry),
        ("INVALID_SEND_METHOD", Then::Leave),
    ] {
        let mut visit = new_item();
        let acts = vec![
            Act::SkipPhone,
            choose(FIRST_PLATYPUS),
            password(&format!("error_{code}")),
            Act::Answered,
        ];
        told(&mut visit, acts);
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
fn update_mode_takes_the_shortest_way() {
    let share = Act::Share(vec![1]);
    for (mut visit, acts, expected) in [
        (
            update(FIRST_PLATYPUS, true, false),
            vec![password("pass_good"), Act::Answered, CLOSE],
            "OPEN(CREDENTIAL,update) SUBMIT_CREDENTIALS >LOADING >CONNECTED HANDOFF",
        ),
        (
            update(FIRST_PLATYPUS, true, true),
            vec![password("pass_good"), Act::Answered, share.clone(), CLOSE],
            "OPEN(CREDENTIAL,update) SUBMIT_CREDENTIALS >LOADING >SELECT_ACCOUNT >CONNECTED HANDOFF",
        ),
        (
            update(FIRST_PLATYPUS, false, true),
            vec![share.clone(), CLOSE],
            "OPEN(SELECT_ACCOUNT,update) >CONNECTED HANDOFF",
        ),
        (
            update(OAUTH, true, false),
            vec![Act::Continue, from_bank(BankPage::Allowed), CLOSE],
            "OPEN(OAUTH,update) OPEN_OAUTH >CONNECTED HANDOFF",
        ),
        // There is no other bank to go back to.
        (
            update(FIRST_PLATYPUS, true, false),
            vec![
                Act::Back,
                password("error_ITEM_LOCKED"),
                Act::Answered,
                Act::OtherBank,
                Act::TryAgain,
                LEAVE_AT_ONCE,
            ],
            "OPEN(CREDENTIAL,update) SUBMIT_CREDENTIALS >LOADING ERROR(ERROR,ITEM_LOCKED) >ERROR >CREDENTIAL \
             EXIT(ITEM_LOCKED,requires_credentials)",
        ),
    ] {
        assert_eq!(told(&mut visit, acts.clone()), expected, "{acts:?}");
    }
}

#[test]
fn a_bank_from_an_embedded_search_waits_behind_the_consent() {
    let mut visit = Visit::begin(transactions(), Some(bank(OAUTH)), Vec::new());
    assert_eq!(
        told(&mut visit, vec![Act::SkipPhone]),
        "OPEN(CONSENT) SELECT_INSTITUTION >CONSENT SKIP_SUBMIT_PHONE >OAUTH"
    );
}

#[test]
fn where_the_user_leaves_has_a_name() {
    use Act::{Answered, SkipPhone};
    let at = |acts: Vec<Act>| {
        let mut visit = new_item();
        told(&mut visit, acts);
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
fn only_accounts_that_fit_are_shared() {
    let mut terms = transactions();
    terms.request.products = vec!["auth".to_owned()];
    let mut visit = Visit::begin(terms, None, Vec::new());
    let acts = vec![
        Act::SkipPhone,
        choose(FIRST_PLATYPUS),
        password("pass_good"),
        Act::Answered,
    ];
    told(&mut visit, acts);
    // The third is a certificate of deposit: no money moves from it.
    told(&mut visit, vec![Act::Share(vec![2])]);
    assert_eq!(visit.pane, Pane::Accounts { refused: true });
    told(&mut visit, vec![Act::Share(vec![0, 2, 99])]);
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
fn a_bank_without_a_product_says_so_and_one_with_the_routing_number_is_matched() {
    let mut terms = transactions();
    terms.request.products = vec!["auth".to_owned()];
    let mut visit = Visit::begin(terms, None, Vec::new());
    assert_eq!(
        told(&mut visit, vec![Act::SkipPhone, choose("ins_130016")]),
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
        told(&mut visit, vec![Act::SkipPhone, choose("ins_109511")]),
        "OPEN(CONSENT) SKIP_SUBMIT_PHONE >SELECT_INSTITUTION MATCHED_SELECT_INSTITUTION(routing_number) \
         SELECT_INSTITUTION >CREDENTIAL"
    );
}
