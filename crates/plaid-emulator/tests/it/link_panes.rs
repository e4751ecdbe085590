//! Tests of Link's panes: their controls, the messages to the page, the record.

use plaid_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    client::{Plaid, link_token_request, text},
    visitor::{Visitor, post},
};

const FIRST_PLATYPUS: &str = "ins_109508";

/// The action, its fields, the heading of the next pane, and the controls in it.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a [&'a str]);

async fn token_with(plaid: &Plaid, changes: Value) -> String {
    let mut request = link_token_request();
    for (key, value) in changes.as_object().expect("an object") {
        request[key] = value.clone();
    }
    text(&plaid.call("/link/token/create", request).await.ok()["link_token"])
}

fn names(events: &Value) -> Vec<&str> {
    let events = events.as_array().expect("events");
    events
        .iter()
        .map(|event| event["eventName"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
async fn each_pane_has_its_controls() {
    let plaid = Plaid::start().await;
    let token = plaid.link_token().await;
    let mut visitor = Visitor::open(&plaid, &token).await;
    let credentials: &[(&str, &str)] = &[("username", "user_good"), ("password", "mfa_device")];
    let code: &[(&str, &str)] = &[("answer_0", "1234")];
    let rows: &[Row<'_>] = &[
        (
            "",
            &[],
            "Connect your bank to Connect",
            &[
                r#"<label for="phone">Phone number</label>"#,
                r#"<input id="phone" name="phone" type="tel""#,
                ">Continue</button>",
                ">Continue without phone number</button>",
            ],
        ),
        (
            "skip-phone",
            &[],
            "Choose your bank",
            &[
                r#"type="search""#,
                r#"aria-label="Search for your bank""#,
                ">First Platypus Bank</button>",
            ],
        ),
        (
            "search",
            &[("query", "no such bank")],
            "Choose your bank",
            &[r#"role="status">No bank of that name"#],
        ),
        (
            "choose",
            &[("institution_id", FIRST_PLATYPUS)],
            "Sign in to First Platypus Bank",
            &[
                r#"<label for="username">Username</label>"#,
                r#"<label for="password">Password</label>"#,
                ">Submit</button>",
                r#"aria-label="Back""#,
                "user_good and pass_good",
            ],
        ),
        (
            "sign-in",
            credentials,
            "Connecting to First Platypus Bank",
            &["data-after="],
        ),
        (
            "answered",
            &[],
            "Where should First Platypus Bank send a code?",
            &[r#"type="radio""#, ">Continue</button>"],
        ),
        (
            "mfa",
            &[("answer_0", "phone")],
            "Connecting to First Platypus Bank",
            &[],
        ),
        (
            "answered",
            &[],
            "Enter the code from First Platypus Bank",
            &[r#"<label for="code">Code</label>"#, ">Submit</button>"],
        ),
        ("mfa", code, "Connecting to First Platypus Bank", &[]),
        (
            "answered",
            &[],
            "Choose accounts to share",
            &[
                r#"<label for="account-0">Plaid Checking <span class="mask">0000</span></label>"#,
                r#"<input id="account-0" type="checkbox""#,
                ">Continue</button>",
            ],
        ),
        (
            "share",
            &[],
            "Choose accounts to share",
            &[r#"role="alert">Choose at least one account."#],
        ),
        (
            "close",
            &[],
            "Leave without connecting?",
            &[">Keep going</button>", ">Leave</button>"],
        ),
        ("keep-going", &[], "Choose accounts to share", &[]),
        (
            "share",
            &[("account", "0,1")],
            "First Platypus Bank is connected",
            &[">Finish</button>"],
        ),
    ];
    for (verb, fields, heading, controls) in rows {
        if !verb.is_empty() {
            assert_eq!(visitor.send(verb, fields).await, 200, "{verb}");
        }
        assert_eq!(visitor.heading(), *heading, "{verb}");
        for control in controls
            .iter()
            .chain([&r#"aria-label="Close""#, &r#"aria-labelledby="title""#])
        {
            assert!(
                visitor.pane.contains(control),
                "{heading}: no {control} in\n{}",
                visitor.pane
            );
        }
    }
}

#[tokio::test]
async fn only_open_is_sent_immediately() {
    let plaid = Plaid::start().await;
    let mut visitor = Visitor::open(&plaid, &plaid.link_token().await).await;
    visitor
        .sign_in(FIRST_PLATYPUS, "user_good", "pass_good")
        .await;
    visitor.send("share", &[("account", "0,3")]).await;
    assert_eq!(visitor.messages.len(), 1, "{:?}", visitor.messages);
    assert_eq!(
        (
            &visitor.messages[0]["plaidLink"],
            &visitor.messages[0]["eventName"]
        ),
        (&json!("event"), &json!("OPEN"))
    );

    visitor.send("close", &[]).await;
    let end = visitor.end();
    assert_eq!(
        names(&end["events"]),
        [
            "SKIP_SUBMIT_PHONE",
            "TRANSITION_VIEW",
            "SELECT_INSTITUTION",
            "TRANSITION_VIEW",
            "SUBMIT_CREDENTIALS",
            "TRANSITION_VIEW",
            "TRANSITION_VIEW",
            "TRANSITION_VIEW",
            "HANDOFF",
        ]
    );
    assert!(end.get("exit").is_none());
}

#[tokio::test]
async fn events_have_all_keys_and_increasing_times() {
    const KEYS: &[&str] = &[
        "account_number_mask",
        "error_type",
        "error_code",
        "error_message",
        "exit_status",
        "institution_id",
        "institution_name",
        "institution_search_query",
        "is_update_mode",
        "match_reason",
        "mfa_type",
        "routing_number",
        "selection",
        "view_name",
        "request_id",
        "link_session_id",
        "timestamp",
    ];
    let plaid = Plaid::start().await;
    let mut visitor = Visitor::open(&plaid, &plaid.link_token().await).await;
    visitor
        .sign_in(FIRST_PLATYPUS, "user_good", "pass_good")
        .await;
    visitor.send("close", &[("force", "true")]).await;
    let mut events = vec![visitor.messages[0].clone()];
    events.extend(
        visitor.end()["events"]
            .as_array()
            .expect("events")
            .iter()
            .cloned(),
    );
    let mut before = String::new();
    for event in &events {
        let metadata = &event["metadata"];
        for key in KEYS {
            assert!(metadata.get(key).is_some(), "{key} is missing in {event}");
        }
        assert_eq!(
            metadata["link_session_id"],
            events[0]["metadata"]["link_session_id"]
        );
        let timestamp = text(&metadata["timestamp"]);
        assert!(
            timestamp.len() == 24 && timestamp.ends_with('Z'),
            "{timestamp}"
        );
        assert!(before < timestamp, "{before} is not before {timestamp}");
        before = timestamp;
    }
}

#[tokio::test]
async fn a_success_has_the_chosen_accounts_and_can_be_exchanged() {
    let plaid = Plaid::start().await;
    let token = plaid.link_token().await;
    let mut visitor = Visitor::open(&plaid, &token).await;
    visitor
        .sign_in(FIRST_PLATYPUS, "user_good", "pass_good")
        .await;
    visitor.send("share", &[("account", "0,3")]).await;
    visitor.send("close", &[]).await;
    let [public_token, metadata] = visitor.end()["success"]
        .as_array()
        .expect("success")
        .as_slice()
    else {
        panic!("not two arguments: {}", visitor.end());
    };
    assert_eq!(
        metadata["institution"],
        json!({ "name": "First Platypus Bank", "institution_id": FIRST_PLATYPUS })
    );
    assert_eq!(metadata["transfer_status"], Value::Null);
    let account = &metadata["accounts"][1];
    assert_eq!(
        (&account["name"], &account["mask"]),
        (&json!("Plaid Credit Card"), &json!("3333"))
    );
    assert_eq!(
        (&account["type"], &account["subtype"]),
        (&json!("credit"), &json!("credit card"))
    );
    assert_eq!(
        (&account["verification_status"], &account["class_type"]),
        (&Value::Null, &Value::Null)
    );

    let exchanged = plaid
        .call(
            "/item/public_token/exchange",
            json!({ "public_token": public_token }),
        )
        .await
        .ok();
    let access = json!({ "access_token": exchanged["access_token"] });
    let accounts = plaid.call("/accounts/get", access).await.ok()["accounts"].clone();
    let ids = |accounts: &Value, key: &str| -> Vec<Value> {
        accounts
            .as_array()
            .expect("accounts")
            .iter()
            .map(|account| account[key].clone())
            .collect()
    };
    assert_eq!(
        ids(&accounts, "account_id"),
        ids(&metadata["accounts"], "id")
    );

    let session = &plaid
        .call("/link/token/get", json!({ "link_token": token }))
        .await
        .ok()["link_sessions"][0];
    assert_eq!(session["link_session_id"], metadata["link_session_id"]);
    assert_eq!(
        session["results"]["item_add_results"][0]["public_token"],
        *public_token
    );
    assert_eq!(session["events"][0]["event_name"], "OPEN");
}

#[tokio::test]
async fn an_exit_has_the_last_error_and_a_status() {
    let plaid = Plaid::start().await;
    let mut visitor = Visitor::open(&plaid, &plaid.link_token().await).await;
    visitor.sign_in(FIRST_PLATYPUS, "user_good", "wrong").await;
    assert!(
        visitor
            .pane
            .contains(r#"role="alert">The username or password is not correct."#),
        "{}",
        visitor.pane
    );
    visitor.send("close", &[("force", "true")]).await;
    let [error, metadata] = visitor.end()["exit"].as_array().expect("exit").as_slice() else {
        panic!("not two arguments: {}", visitor.end());
    };
    assert_eq!(
        (&error["error_type"], &error["error_code"]),
        (&json!("ITEM_ERROR"), &json!("INVALID_CREDENTIALS"))
    );
    assert!(error["display_message"].is_string(), "{error}");
    assert_eq!(metadata["status"], "requires_credentials");
    assert_eq!(metadata["institution"]["institution_id"], FIRST_PLATYPUS);
    assert!(
        metadata["request_id"].is_string() && metadata["link_session_id"].is_string(),
        "{metadata}"
    );
    assert_eq!(
        visitor.send("close", &[]).await,
        404,
        "the session is deleted"
    );
}

#[tokio::test]
async fn an_invalid_link_token_shows_an_error() {
    let plaid = Plaid::start().await;
    let expired = plaid.link_token().await;
    let running = plaid.link_token().await;
    let mut midway = Visitor::open(&plaid, &running).await;
    plaid.advance(4 * 60 * 60).await;

    midway.send("skip-phone", &[]).await;
    assert_eq!(midway.heading(), "This took too long");
    for token in [
        "link-sandbox-00000000-0000-0000-0000-000000000000",
        expired.as_str(),
        "nonsense",
    ] {
        let mut visitor = Visitor::open(&plaid, token).await;
        assert_eq!(visitor.heading(), "This took too long");
        visitor.send("close", &[]).await;
        assert_eq!(
            visitor.end()["exit"][0]["error_code"],
            "INVALID_LINK_TOKEN",
            "{token}"
        );
    }
}

#[tokio::test]
async fn a_public_key_is_no_longer_accepted() {
    let plaid = Plaid::start().await;
    let mut visitor = Visitor::open_with(&plaid, "Desktop", &[("key", "a-public-key")]).await;
    assert_eq!(visitor.heading(), "Current version not supported");
    visitor.send("close", &[]).await;
    assert_eq!(
        visitor.end()["exit"][0]["error_code"],
        "PUBLIC_KEY_NOT_ENABLED"
    );
}

#[tokio::test]
async fn markup_in_a_name_is_escaped() {
    let plaid = Plaid::start().await;
    let token = token_with(&plaid, json!({ "client_name": "<b>\"Bob\"</b> & Co" })).await;
    let mut visitor = Visitor::open(&plaid, &token).await;
    assert!(
        visitor
            .heading()
            .ends_with("&#60;b&#62;&#34;Bob&#34;&#60;/b&#62; &#38; Co"),
        "{}",
        visitor.heading()
    );
    visitor.send("skip-phone", &[]).await;
    visitor.send("search", &[("query", "\"><script>")]).await;
    assert!(!visitor.pane.contains("<script>"), "{}", visitor.pane);
}

#[tokio::test]
async fn the_link_token_configures_the_panes() {
    let plaid = Plaid::start().await;
    let checking = json!({ "depository": { "account_subtypes": ["checking"] } });
    let rows = [
        (
            json!({ "client_name": "a".repeat(31) }),
            "Connect your bank to This Application",
        ),
        (json!({ "language": "es" }), "Conecta tu banco con Connect"),
        (
            json!({ "language": "fr" }),
            "Connectez votre banque à Connect",
        ),
        (
            json!({ "appearance_mode": "DARK" }),
            r#"data-appearance="dark""#,
        ),
        (
            json!({ "user": { "client_user_id": "u", "phone_number": "+14155550011" } }),
            "<b>••• 0011</b>",
        ),
    ];
    for (changes, shown) in rows {
        let visitor = Visitor::open(&plaid, &token_with(&plaid, changes.clone()).await).await;
        assert!(
            visitor.pane.contains(shown),
            "{changes}: no {shown} in\n{}",
            visitor.pane
        );
    }
    let mut visitor = Visitor::open(
        &plaid,
        &token_with(&plaid, json!({ "account_filters": checking })).await,
    )
    .await;
    visitor
        .sign_in(FIRST_PLATYPUS, "user_good", "pass_good")
        .await;
    assert!(
        visitor.pane.contains("Plaid Checking") && !visitor.pane.contains("Plaid Saving"),
        "{}",
        visitor.pane
    );

    let matched = json!({ "institution_data": { "routing_number": "122105155" } });
    let mut visitor = Visitor::open(&plaid, &token_with(&plaid, matched).await).await;
    visitor.send("skip-phone", &[]).await;
    let first = visitor.pane.split_once(r#"value="ins_"#).expect("banks").1;
    assert!(
        first.starts_with("109511"),
        "Tartan Bank is not first: {first}"
    );
}

#[tokio::test]
async fn link_opens_in_every_language() {
    let plaid = Plaid::start().await;
    for language in [
        "da", "nl", "en", "et", "fr", "de", "hi", "it", "lv", "lt", "no", "pl", "pt", "ro", "es",
        "sv", "vi",
    ] {
        let token = token_with(&plaid, json!({ "language": language })).await;
        let visitor = Visitor::open(&plaid, &token).await;
        assert!(!visitor.heading().is_empty(), "{language}");
    }
}

/// One mode allows one account only, another selects all at first.
#[tokio::test]
async fn a_customization_sets_the_account_select_mode() {
    let plaid = Plaid::start().await;
    let one = json!({ "link_customization_name": "one-account" });
    let mut visitor = Visitor::open(&plaid, &token_with(&plaid, one).await).await;
    visitor
        .sign_in(FIRST_PLATYPUS, "user_good", "pass_good")
        .await;
    assert!(visitor.pane.contains(r#"type="radio" name="account""#));
    assert!(visitor.pane.contains(r#"role="radiogroup""#));
    visitor.send("share", &[("account", "0,1")]).await;
    assert!(
        visitor.pane.contains(r#"role="alert""#),
        "two accounts are refused"
    );
    visitor.send("share", &[("account", "1")]).await;
    assert!(visitor.pane.contains(">Finish</button>"));

    let all = json!({ "link_customization_name": "all-accounts" });
    let mut visitor = Visitor::open(&plaid, &token_with(&plaid, all).await).await;
    visitor
        .sign_in(FIRST_PLATYPUS, "user_good", "pass_good")
        .await;
    let boxes = visitor.pane.matches(r#"type="checkbox""#).count();
    assert!(boxes > 5);
    assert_eq!(visitor.pane.matches(" checked>").count(), boxes);
}

#[tokio::test]
async fn a_custom_user_has_the_accounts_in_the_password() {
    let plaid = Plaid::start().await;
    let mut visitor = Visitor::open(&plaid, &plaid.link_token().await).await;
    let described = json!({
        "override_accounts": [
            { "type": "depository", "subtype": "checking", "meta": { "name": "Rent <1>", "mask": "4242" } },
        ],
    });
    visitor
        .sign_in(FIRST_PLATYPUS, "user_custom", &described.to_string())
        .await;
    let account = r#"Rent &#60;1&#62; <span class="mask">4242</span>"#;
    assert!(visitor.pane.contains(account), "{}", visitor.pane);
    assert!(!visitor.pane.contains("Plaid Checking"), "{}", visitor.pane);
}

#[tokio::test]
async fn update_mode_repairs_the_item() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    let access = json!({ "access_token": access_token });
    plaid
        .call("/sandbox/item/reset_login", access.clone())
        .await
        .ok();
    let request = json!({
        "client_name": "Connect", "language": "en", "country_codes": ["US"],
        "user": { "client_user_id": "user-1" }, "access_token": access_token,
    });
    let token = text(&plaid.call("/link/token/create", request).await.ok()["link_token"]);
    let mut visitor = Visitor::open(&plaid, &token).await;
    assert_eq!(visitor.heading(), "Sign in to First Platypus Bank");
    assert_eq!(visitor.messages[0]["metadata"]["is_update_mode"], "true");
    visitor
        .send(
            "sign-in",
            &[("username", "user_good"), ("password", "pass_good")],
        )
        .await;
    visitor.send("answered", &[]).await;
    assert_eq!(visitor.heading(), "First Platypus Bank is connected again");
    visitor.send("close", &[]).await;
    let public_token = visitor.end()["success"][0].clone();
    plaid
        .call(
            "/item/public_token/exchange",
            json!({ "public_token": public_token }),
        )
        .await
        .fails(400);
    let item = plaid.call("/item/get", access).await.ok();
    assert_eq!(item["item"]["error"], Value::Null);
}

#[tokio::test]
async fn an_embedded_search_lists_banks() {
    let plaid = Plaid::start().await;
    let token = plaid.link_token().await;
    let list = |query: &'static str, token: String| {
        let plaid = &plaid;
        async move {
            let fields = [("token", token.as_str()), ("query", query)];
            post(plaid, "Desktop", "/link/v2/stable/institutions", &fields)
                .await
                .1
        }
    };
    let page = list("", token.clone()).await;
    assert_eq!(page.matches("data-pick=").count(), 15);
    assert!(page.contains(r#"aria-label="Search for your bank""#));
    let page = list("tartan bank", token).await;
    assert!(
        page.contains(r#"data-pick="ins_109511""#) && page.matches("data-pick=").count() == 1,
        "{page}"
    );
    let page = list("", "nonsense".to_owned()).await;
    assert!(
        page.contains(r#"role="alert""#) && !page.contains("data-pick"),
        "{page}"
    );
}

#[tokio::test]
async fn layer_is_not_available() {
    let plaid = Plaid::start().await;
    for (field, event) in [
        ("phone_number", "LAYER_NOT_AVAILABLE"),
        ("date_of_birth", "LAYER_AUTOFILL_NOT_AVAILABLE"),
    ] {
        let (_, page) = post(&plaid, "Desktop", "/link/v2/stable/layer", &[(field, "1")]).await;
        assert!(page.contains(event), "{page}");
    }
}

#[tokio::test]
async fn the_panes_allow_own_scripts_only_and_any_embedder() {
    let plaid = Plaid::with(Emulator::start().await.expect("a free port"));
    let response = plaid
        .http
        .get(format!("{}/link/v2/stable/link.html", plaid.emulator.url()))
        .send()
        .await
        .expect("a response");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors *",
    ] {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let script = plaid
        .http
        .get(plaid.emulator.link_script_url())
        .send()
        .await
        .expect("a response");
    assert_eq!(
        script.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert!(
        script
            .text()
            .await
            .expect("a script")
            .contains("window.Plaid")
    );
}
