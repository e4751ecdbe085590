//! The hook `use_plaid_link`.

use fake_link::{CallLog, FakeLink, TOKEN, js, page};
use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{
    Error, ExitOptions, LoadError, LoadOptions, Submission, UsePlaidLinkOptions,
    UsePlaidLinkReturn, use_plaid_link,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::{Mounted, hook, run_due_tasks};

type Token = RwSignal<Option<LinkToken>>;

struct Hooked {
    link: UsePlaidLinkReturn,
    token: Token,
    _mounted: Mounted,
}

impl Hooked {
    fn new(token: Option<&'static str>, options: UsePlaidLinkOptions) -> Self {
        let ((link, token), mounted) = hook(move || {
            let token: Token = RwSignal::new(token.map(LinkToken::from));
            (use_plaid_link(token, options), token)
        });
        Self {
            link,
            token,
            _mounted: mounted,
        }
    }

    /// Mounts a hook that is ready to open. Its calls are read already.
    async fn ready(fake: &FakeLink, options: UsePlaidLinkOptions) -> Self {
        let hooked = Self::new(Some(TOKEN), options.load(fake.options.clone()));
        hooked.becomes_ready().await;
        fake.calls();
        hooked
    }

    async fn becomes_ready(&self) {
        page::until("ready", || self.link.ready.get_untracked()).await;
    }

    fn set(&self, token: &str) {
        self.token.set(Some(token.into()));
    }

    fn error(&self) -> Option<Error> {
        self.link.error.get_untracked()
    }

    /// `script_ready`, `ready`, `is_open`.
    fn signals(&self) -> [bool; 3] {
        let UsePlaidLinkReturn {
            script_ready,
            ready,
            is_open,
            ..
        } = self.link;
        [script_ready, ready, is_open].map(|signal| signal.get_untracked())
    }
}

#[wasm_bindgen_test]
async fn the_signals_follow_the_script_the_token_and_the_visit() {
    let fake = FakeLink::offer();
    let options = UsePlaidLinkOptions::default().load(fake.options.clone());
    let hooked = Hooked::new(None, options);
    assert_eq!(hooked.signals(), [false, false, false]);
    page::until("the script", || hooked.link.script_ready.get_untracked()).await;
    assert_eq!(hooked.signals(), [true, false, false], "there is no token");
    assert!(fake.calls().is_empty());

    hooked.set(TOKEN);
    hooked.becomes_ready().await;
    assert_eq!(fake.calls(), [r#"1 create {"token":"link-test-1"}"#]);
    assert_eq!(hooked.signals(), [true, true, false]);

    for end in [FakeLink::leave, FakeLink::succeed] {
        hooked.link.open().expect("opens");
        assert_eq!(fake.calls(), ["1 open"]);
        assert_eq!(hooked.signals(), [true, true, true]);
        end(&fake, 1);
        assert_eq!(hooked.signals(), [true, true, false]);
    }

    hooked.token.set(None);
    assert_eq!(hooked.signals(), [true, false, false], "at once");
    run_due_tasks().await;
    assert_eq!(fake.calls(), ["1 destroy"]);
    assert_eq!(fake.frames(), 0);
    assert_eq!(hooked.error(), None);
}

#[wasm_bindgen_test]
async fn every_call_without_a_token_is_an_error() {
    let fake = FakeLink::load().await;
    let options = UsePlaidLinkOptions::default().load(fake.options.clone());
    let hooked = Hooked::new(None, options);
    run_due_tasks().await;
    let link = hooked.link;
    assert_eq!(link.open(), Err(Error::NoToken));
    assert_eq!(link.exit(ExitOptions::default()), Err(Error::NoToken));
    let submission = Submission::PhoneNumber("+14155550011".into());
    assert_eq!(link.submit(&submission), Err(Error::NoToken));
    assert!(fake.calls().is_empty());
    assert!(!link.is_open.get_untracked());
}

#[wasm_bindgen_test]
async fn exit_and_submit_reach_link() {
    let fake = FakeLink::load().await;
    let hooked = Hooked::ready(&fake, UsePlaidLinkOptions::default()).await;
    let link = hooked.link;
    let submission = Submission::DateOfBirth("1990-01-31".into());
    link.submit(&submission).expect("submits");
    link.open().expect("opens");
    link.open().expect("is open already");
    link.exit(ExitOptions { force: true }).expect("exits");
    assert_eq!(
        fake.calls(),
        [
            r#"1 submit {"date_of_birth":"1990-01-31"}"#,
            "1 open",
            r#"1 exit {"force":true}"#
        ]
    );
}

#[wasm_bindgen_test]
async fn a_new_token_replaces_the_handler() {
    let fake = FakeLink::load().await;
    let hooked = Hooked::ready(&fake, UsePlaidLinkOptions::default()).await;
    hooked.set("link-test-2");
    // The hook has not run since.
    assert!(!hooked.link.ready.get_untracked());
    assert_eq!(hooked.link.open(), Err(Error::NoToken));
    hooked.becomes_ready().await;
    hooked.link.open().expect("opens");
    assert_eq!(
        fake.calls(),
        ["1 destroy", r#"2 create {"token":"link-test-2"}"#, "2 open"]
    );
    assert_eq!(fake.frames(), 1);
}

#[wasm_bindgen_test]
async fn only_the_newest_of_many_tokens_is_used() {
    let fake = FakeLink::offer();
    let options = UsePlaidLinkOptions::default().load(fake.options.clone());
    let hooked = Hooked::new(Some(TOKEN), options);
    for token in ["link-test-2", "link-test-3"] {
        page::next_task().await;
        hooked.set(token);
    }
    hooked.becomes_ready().await;
    run_due_tasks().await;
    let last = fake.calls().pop().expect("a call");
    assert!(
        last.ends_with(r#"create {"token":"link-test-3"}"#),
        "{last}"
    );
    assert_eq!(fake.frames(), 1);
}

#[wasm_bindgen_test]
async fn the_same_token_again_changes_nothing() {
    let fake = FakeLink::load().await;
    let hooked = Hooked::ready(&fake, UsePlaidLinkOptions::default()).await;
    hooked.link.open().expect("opens");
    hooked.set(TOKEN);
    run_due_tasks().await;
    assert_eq!(fake.calls(), ["1 open"]);
    assert_eq!(hooked.signals(), [true, true, true]);
}

#[wasm_bindgen_test]
async fn a_token_that_goes_while_link_is_open_closes_it() {
    for next in [None, Some("link-test-2")] {
        let fake = FakeLink::load().await;
        let hooked = Hooked::ready(&fake, UsePlaidLinkOptions::default()).await;
        hooked.link.open().expect("opens");
        hooked.token.set(next.map(LinkToken::from));
        run_due_tasks().await;
        assert!(!hooked.link.is_open.get_untracked(), "{next:?}");
        assert_eq!(fake.calls()[..2], ["1 open", r#"1 exit {"force":true}"#]);
        fake.leave(1);
        assert_eq!(fake.frames(), u32::from(next.is_some()));
        assert!(!hooked.link.is_open.get_untracked(), "{next:?}");
    }
}

#[wasm_bindgen_test]
async fn a_token_that_link_refuses_is_an_error_until_the_next() {
    let fake = FakeLink::load().await;
    let options = UsePlaidLinkOptions::default().load(fake.options.clone());
    let hooked = Hooked::new(Some("public-sandbox-1"), options);
    page::until("the error", || hooked.error().is_some()).await;
    assert_eq!(hooked.error(), Some(Error::NotALinkToken));
    assert_eq!(hooked.link.open(), Err(Error::NotALinkToken));
    assert_eq!(hooked.signals(), [true, false, false]);

    fake.refuse("create", &js("new Error('Invalid env')"));
    hooked.set(TOKEN);
    let refused = Error::Refused("Invalid env".to_owned());
    page::until("the refusal", || hooked.error() == Some(refused.clone())).await;
    assert!(!hooked.link.ready.get_untracked());

    fake.accept("create");
    hooked.set("link-test-2");
    hooked.becomes_ready().await;
    assert_eq!(hooked.error(), None);
}

#[wasm_bindgen_test]
async fn a_refused_open_leaves_link_closed() {
    let fake = FakeLink::load().await;
    let hooked = Hooked::ready(&fake, UsePlaidLinkOptions::default()).await;
    fake.refuse("open", &js("new Error('no')"));
    assert_eq!(hooked.link.open(), Err(Error::Refused("no".to_owned())));
    assert!(!hooked.link.is_open.get_untracked());
}

#[wasm_bindgen_test]
async fn retry_loads_a_failed_script_again() {
    let fake = FakeLink::offer();
    let tag = page::inert_tag(&fake.options.src);
    let options = UsePlaidLinkOptions::default().load(fake.options.clone());
    let hooked = Hooked::new(Some(TOKEN), options);
    run_due_tasks().await;
    page::settle(&tag, "error");
    page::until("the error", || hooked.error().is_some()).await;
    let src = fake.options.src.clone();
    let blocked = Error::Load(LoadError::Blocked { src });
    assert_eq!(hooked.error(), Some(blocked.clone()));
    assert_eq!(hooked.link.open(), Err(blocked));
    assert_eq!(hooked.signals(), [false, false, false]);

    hooked.link.retry();
    hooked.becomes_ready().await;
    assert_eq!(hooked.error(), None);
    assert_eq!(hooked.signals(), [true, true, false]);
    hooked.link.open().expect("opens");
}

#[wasm_bindgen_test]
async fn retry_loads_a_blocked_frame_again() {
    let fake = FakeLink::load().await;
    let hooked = Hooked::ready(&fake, UsePlaidLinkOptions::default()).await;
    fake.block_frames(true);
    page::hasten_timer(15_000);
    hooked.link.open().expect("opens");
    page::until("the error", || hooked.error().is_some()).await;
    let blocked = Error::Load(LoadError::FrameBlocked { seconds: 15 });
    assert_eq!(hooked.error(), Some(blocked));
    assert_eq!(hooked.signals(), [true, false, false]);
    assert_eq!(fake.frames(), 0);

    fake.block_frames(false);
    hooked.link.retry();
    hooked.becomes_ready().await;
    hooked.link.open().expect("opens");
    assert_eq!(fake.frames(), 1);
}

#[wasm_bindgen_test]
async fn callbacks_see_current_signals() {
    let fake = FakeLink::load().await;
    let log = CallLog::default();
    let (heard, exits) = (log.clone(), log.clone());
    let page_now = ArcRwSignal::new("first");
    let seen = page_now.clone();
    let newest = ArcRwSignal::new(Callback::new(|()| "old closure"));
    let called = newest.clone();
    let options = UsePlaidLinkOptions::default()
        .on_success(move |token, _| {
            let token = token.expect("a token");
            heard.write(format!("{} {}", token.as_str(), seen.get_untracked()));
        })
        .on_exit(move |_, _| exits.write(called.get_untracked().run(())));
    let hooked = Hooked::ready(&fake, options).await;
    page_now.set("second");
    newest.set(Callback::new(|()| "new closure"));
    run_due_tasks().await;
    hooked.link.open().expect("opens");
    fake.succeed(1);
    fake.leave(1);
    assert_eq!(log.read(), ["public-test-1 second", "new closure"]);
    assert_eq!(fake.calls(), ["1 open"]);
}

#[wasm_bindgen_test]
async fn each_callback_is_called() {
    let fake = FakeLink::load().await;
    let log = CallLog::default();
    let (load, event) = (log.clone(), log.clone());
    let options = UsePlaidLinkOptions::default()
        .on_load(move || load.write("load"))
        .on_event(move |name, _| event.write(name.as_str()));
    let _hooked = Hooked::ready(&fake, options).await;
    fake.call_back(1, "onLoad", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    fake.emit(1, "OPEN");
    assert_eq!(log.read(), ["load", "OPEN"]);
}

#[wasm_bindgen_test]
async fn a_callback_may_call_its_hook() {
    let fake = FakeLink::load().await;
    let ((link, token), _mounted) = hook({
        let load = fake.options.clone();
        move || {
            let token: Token = RwSignal::new(Some(TOKEN.into()));
            let link = StoredValue::new(None::<UsePlaidLinkReturn>);
            let options = UsePlaidLinkOptions::default()
                .load(load)
                .on_exit(move |_, _| {
                    let link = link.get_value().expect("a hook");
                    assert!(!link.is_open.get_untracked());
                    link.open().expect("opens again");
                })
                .on_success(move |_, _| token.set(None));
            let returned = use_plaid_link(token, options);
            link.set_value(Some(returned));
            (returned, token)
        }
    });
    page::until("ready", || link.ready.get_untracked()).await;
    link.open().expect("opens");
    fake.leave(1);
    assert!(link.is_open.get_untracked());
    fake.succeed(1);
    run_due_tasks().await;
    assert!(token.get_untracked().is_none());
    assert_eq!(fake.frames(), 0);
}

/// Restoring the focus runs the host's focus listeners while Link closes.
#[wasm_bindgen_test]
async fn the_page_may_call_the_hook_while_its_handler_is_dropped() {
    let fake = FakeLink::load().await;
    fake.call_back_at_once("onExit");
    let hooked = Hooked::ready(&fake, UsePlaidLinkOptions::default()).await;
    let button = page::add("button");
    button.focus().expect("focus");
    let link = hooked.link;
    let log = CallLog::default();
    let heard = log.clone();
    let on_focus = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || {
        heard.write(format!("{:?}", link.open()));
    });
    link.open().expect("opens");
    button.set_onfocus(Some(on_focus.as_ref().unchecked_ref()));
    hooked.token.set(None);
    run_due_tasks().await;
    assert_eq!(log.read(), ["Err(NoToken)"]);
    button.set_onfocus(None);
}

#[wasm_bindgen_test]
async fn the_redirect_uri_is_passed_to_link() {
    let fake = FakeLink::load().await;
    let redirect_uri = "https://app.example.com/oauth?oauth_state_id=1";
    let options = UsePlaidLinkOptions::default()
        .load(fake.options.clone())
        .received_redirect_uri(redirect_uri);
    let hooked = Hooked::new(Some(TOKEN), options);
    hooked.becomes_ready().await;
    assert_eq!(
        fake.calls(),
        [format!(
            r#"1 create {{"token":"link-test-1","receivedRedirectUri":"{redirect_uri}"}}"#
        )]
    );
    hooked.link.retry();
    run_due_tasks().await;
    assert!(
        fake.calls()[1].contains(redirect_uri),
        "the same token again"
    );

    hooked.set("link-test-2");
    hooked.becomes_ready().await;
    assert_eq!(
        fake.calls()[1..],
        [r#"3 create {"token":"link-test-2"}"#],
        "the next visit has no redirect URI"
    );
}

#[wasm_bindgen_test]
async fn several_hooks_share_the_script_only() {
    let fake = FakeLink::offer();
    let log = CallLog::default();
    let hooked = ["one", "two"].map(|who| {
        let log = log.clone();
        let options = UsePlaidLinkOptions::default()
            .load(fake.options.clone())
            .on_exit(move |_, _| log.write(who));
        Hooked::new(Some(TOKEN), options)
    });
    for hooked in &hooked {
        hooked.becomes_ready().await;
    }
    assert_eq!(page::tags(&fake.options.src).len(), 1);
    assert_eq!(fake.frames(), 2);
    let [one, two] = hooked;
    two.link.open().expect("opens");
    assert_eq!(one.signals(), [true, true, false]);
    drop(one);
    run_due_tasks().await;
    assert_eq!(two.signals(), [true, true, true]);
    fake.leave(2);
    assert_eq!(log.read(), ["two"]);
    assert_eq!(fake.frames(), 1);
}

#[wasm_bindgen_test]
async fn a_nonce_and_a_deadline_reach_the_loader() {
    let fake = FakeLink::offer();
    let options = LoadOptions {
        nonce: Some("r4nd0m".to_owned()),
        ..fake.options.clone()
    };
    let hooked = Hooked::new(None, UsePlaidLinkOptions::default().load(options));
    page::until("the script", || hooked.link.script_ready.get_untracked()).await;
    let tags = page::tags(&fake.options.src);
    let nonce = js_sys::Reflect::get(&tags[0], &"nonce".into()).expect("a property");
    assert_eq!(nonce.as_string().as_deref(), Some("r4nd0m"));
}
