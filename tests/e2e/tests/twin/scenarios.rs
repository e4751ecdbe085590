//! The scenarios that both pages run, and the callbacks that they must receive.

/// The steps of a user and of the page, and the expected callbacks.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) token: Token,
    pub(crate) steps: &'static [Step],
    /// The callbacks that both pages receive.
    pub(crate) calls: &'static str,
    /// The callbacks that react-plaid-link still calls after it is unmounted. Our bindings call none.
    pub(crate) late: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Token {
    Fresh,
    Expired,
    Unknown,
}

pub(crate) enum Step {
    /// Mounts the hook, and waits until Link has loaded.
    Start,
    /// Mounts the hook, and opens Link at once.
    StartAndOpen,
    Open,
    Exit,
    ForceExit,
    Unmount,
    /// Waits until the page has received a callback with this name.
    Called(&'static str),
    /// Waits until this number of sessions has ended, by a success or an exit.
    Ended(u32),
    /// Waits until the page has no frame.
    Gone,
    /// In Link: waits for this button.
    Sees(&'static str),
    Press(&'static str),
    /// In Link: waits for an alert or status with this text.
    Reads(&'static str),
    Search(&'static str),
    Fill(&'static str, &'static str),
    Tick(&'static str),
    /// On the bank's page: presses this button, and waits until the window has closed.
    AtBank(&'static str),
}

impl Step {
    pub(crate) fn is_in_link(&self) -> bool {
        use Step::{Fill, Press, Reads, Search, Sees, Tick};
        matches!(
            self,
            Sees(_) | Press(_) | Reads(_) | Search(_) | Fill(..) | Tick(_)
        )
    }
}

use Step::{
    AtBank, Called, Ended, Exit, Fill, ForceExit, Gone, Open, Press, Reads, Search, Sees, Start,
    StartAndOpen, Tick, Unmount,
};

const PLATYPUS: &str = "First Platypus Bank";
const OAUTH: &str = "Platypus OAuth Bank";
const GUEST: Step = Press("Continue without phone number");
const USER_GOOD: Step = Fill("Username", "user_good");
const PASS_GOOD: Step = Fill("Password", "pass_good");
const CHECKING: Step = Tick("Plaid Checking 0000");

#[rustfmt::skip]
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "success at a bank",
        token: Token::Fresh,
        steps: &[
            Start, Open, GUEST, Search(PLATYPUS), Press(PLATYPUS), USER_GOOD, PASS_GOOD, Press("Submit"),
            CHECKING, Press("Continue"), Press("Finish"), Ended(1),
        ],
        calls: "load OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION SELECT_INSTITUTION >CREDENTIAL \
                SUBMIT_CREDENTIALS >LOADING >SELECT_ACCOUNT >CONNECTED HANDOFF success",
        late: "",
    },
    Scenario {
        name: "left after a question",
        token: Token::Fresh,
        steps: &[
            Start, Open, GUEST, Search(PLATYPUS), Press(PLATYPUS), Sees("Submit"), Press("Close"), Press("Keep going"),
            Sees("Submit"), Press("Close"), Press("Leave"), Ended(1),
        ],
        calls: "load OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION SELECT_INSTITUTION >CREDENTIAL \
                >EXIT >CREDENTIAL >EXIT EXIT exit",
        late: "",
    },
    Scenario {
        name: "a wrong password, then the right one",
        token: Token::Fresh,
        steps: &[
            Start, Open, GUEST, Search(PLATYPUS), Press(PLATYPUS), USER_GOOD, Fill("Password", "pass_bad"),
            Press("Submit"), Reads("not correct"), PASS_GOOD, USER_GOOD, Press("Submit"), CHECKING, Press("Continue"), Press("Finish"),
            Ended(1),
        ],
        calls: "load OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION SELECT_INSTITUTION >CREDENTIAL \
                SUBMIT_CREDENTIALS >LOADING ERROR >CREDENTIAL SUBMIT_CREDENTIALS >LOADING >SELECT_ACCOUNT >CONNECTED \
                HANDOFF success",
        late: "",
    },
    Scenario {
        name: "a bank that refuses",
        token: Token::Fresh,
        steps: &[
            Start, Open, GUEST, Search(PLATYPUS), Press(PLATYPUS), USER_GOOD,
            Fill("Password", "error_ITEM_LOCKED"), Press("Submit"), Press("Choose another bank"), Sees(PLATYPUS),
            Press("Close"),
            Ended(1),
        ],
        calls: "load OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION SELECT_INSTITUTION >CREDENTIAL \
                SUBMIT_CREDENTIALS >LOADING ERROR >ERROR >SELECT_INSTITUTION EXIT exit(ITEM_LOCKED)",
        late: "",
    },
    Scenario {
        name: "closed by the page",
        token: Token::Fresh,
        steps: &[Start, Open, GUEST, Search(PLATYPUS), Press(PLATYPUS), ForceExit, Ended(1)],
        calls: "load OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION SELECT_INSTITUTION >CREDENTIAL EXIT \
                exit",
        late: "",
    },
    Scenario {
        name: "closed by the page, and opened again",
        token: Token::Fresh,
        steps: &[Start, Open, Called("OPEN"), Exit, Ended(1), Open, GUEST, Sees(PLATYPUS), Press("Close"), Ended(2)],
        calls: "load OPEN EXIT exit OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION EXIT exit",
        late: "",
    },
    Scenario {
        name: "a bank with a page of its own",
        token: Token::Fresh,
        steps: &[
            Start, Open, GUEST, Search(OAUTH), Press(OAUTH), Press("Continue"), AtBank("Allow"),
            Press("Finish"), Ended(1),
        ],
        calls: "load OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION SELECT_INSTITUTION >OAUTH OPEN_OAUTH \
                >CONNECTED HANDOFF success",
        late: "",
    },
    Scenario {
        name: "denied on the bank's page",
        token: Token::Fresh,
        steps: &[
            Start, Open, GUEST, Search(OAUTH), Press(OAUTH), Press("Continue"), AtBank("Deny"),
            Sees("Try again"), Press("Close"), Press("Leave"), Ended(1),
        ],
        calls: "load OPEN SKIP_SUBMIT_PHONE >SELECT_INSTITUTION SEARCH_INSTITUTION SELECT_INSTITUTION >OAUTH OPEN_OAUTH \
                FAIL_OAUTH ERROR >ERROR >EXIT EXIT exit(INTERNAL_SERVER_ERROR)",
        late: "",
    },
    Scenario {
        name: "a token that has expired",
        token: Token::Expired,
        steps: &[Start, Open, Press("Close"), Ended(1)],
        calls: "load OPEN ERROR >ERROR EXIT exit(INVALID_LINK_TOKEN)",
        late: "",
    },
    Scenario {
        name: "a token that Plaid does not know",
        token: Token::Unknown,
        steps: &[Start, Open, Press("Close"), Ended(1)],
        calls: "load OPEN ERROR >ERROR EXIT exit(INVALID_LINK_TOKEN)",
        late: "",
    },
    Scenario {
        name: "opened before there is a handler",
        token: Token::Fresh,
        steps: &[StartAndOpen, Called("load"), Unmount, Gone],
        calls: "load",
        late: "",
    },
    Scenario {
        name: "opened after it is unmounted",
        token: Token::Fresh,
        steps: &[Start, Unmount, Gone, Open, Exit, ForceExit, Gone],
        calls: "load",
        late: "",
    },
    Scenario {
        name: "unmounted while it is open",
        token: Token::Fresh,
        steps: &[Start, Open, GUEST, Unmount, Gone],
        calls: "load OPEN",
        late: "SKIP_SUBMIT_PHONE >SELECT_INSTITUTION EXIT exit",
    },
];
