//! Brings Link's script into the page: once, shared, and again after a failure.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, HtmlScriptElement, Window};

use crate::error::LoadError;
use crate::sys::{self, PlaidGlobal};

/// Where Plaid serves Link; there is no version, the newest is always served.
///
/// ```
/// assert_eq!(plaid_link::LoadOptions::default().src, plaid_link::LINK_SCRIPT_URL);
/// ```
pub const LINK_SCRIPT_URL: &str = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";

/// Where Link's script comes from and how long to wait for it.
///
/// ```
/// use plaid_link::LoadOptions;
///
/// let options = LoadOptions {
///     nonce: Some("r4nd0m".to_owned()),
///     timeout_seconds: 10,
///     ..LoadOptions::default()
/// };
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// Used to the letter: Link's script looks for its own tag by it. [`LINK_SCRIPT_URL`] unless told otherwise.
    pub src: String,
    /// The nonce of the page's content security policy, set on the tag.
    pub nonce: Option<String>,
    /// Seconds until the load counts as failed; 30 unless told otherwise.
    pub timeout_seconds: u32,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            src: LINK_SCRIPT_URL.to_owned(),
            nonce: None,
            timeout_seconds: 30,
        }
    }
}

/// `window.Plaid`: the proof that the script has run, and the way to [`create`](Self::create) handlers.
///
/// ```no_run
/// use plaid_link::{LoadError, LoadOptions, Plaid};
///
/// async fn plaid() -> Result<Plaid, LoadError> {
///     plaid_link::load(&LoadOptions::default()).await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Plaid(pub(crate) PlaidGlobal);

/// Another library may have just put its tag there: so long it is waited for.
const MOST_SILENT_SECONDS: u32 = 3;

thread_local! {
    /// The load under way. A page has one Link, so it has one load.
    static LOADING: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Loads Link's script, or joins the load that is under way, or finds it loaded.
///
/// A tag that is in the page already is adopted, whether it has run or not. A tag that failed is removed,
/// so that the next call injects a new one. Dropping the future stops nothing: others may be waiting.
///
/// # Errors
///
/// See [`LoadError`]; each is worth another call.
///
/// ```no_run
/// # async fn example() -> Result<(), plaid_link::LoadError> {
/// let plaid = plaid_link::load(&plaid_link::LoadOptions::default()).await?;
/// # let _ = plaid; Ok(()) }
/// ```
pub async fn load(options: &LoadOptions) -> Result<Plaid, LoadError> {
    if let Some(plaid) = sys::plaid_global() {
        return Ok(Plaid(plaid));
    }
    let loading =
        LOADING.with_borrow_mut(|loading| loading.get_or_insert_with(|| start(options)).clone());
    let outcome = JsFuture::from(loading).await.unwrap_or_default();
    sys::plaid_global()
        .map(Plaid)
        .ok_or_else(|| decode(&outcome, options))
}

/// The promise that all share. It owns its listeners and its timer, so no consumer's going away matters to it.
fn start(options: &LoadOptions) -> Promise {
    Promise::new(&mut |resolve, _reject| {
        let options = options.clone();
        spawn_local(async move {
            let outcome = match load_once(&options).await {
                Ok(()) => JsValue::UNDEFINED,
                Err(error) => encode(&error),
            };
            LOADING.with_borrow_mut(|loading| *loading = None);
            let _ = resolve.call1(&JsValue::UNDEFINED, &outcome);
        });
    })
}

async fn load_once(options: &LoadOptions) -> Result<(), LoadError> {
    let window = web_sys::window().ok_or(LoadError::NoDocument)?;
    let document = window.document().ok_or(LoadError::NoDocument)?;
    // A page that has loaded awaits none of its own tags: one that is silent then has most likely failed before.
    let is_loaded = document.ready_state() == "complete";
    let (script, seconds) = match find(&document, &options.src) {
        Some(script) if is_loaded => (script, options.timeout_seconds.min(MOST_SILENT_SECONDS)),
        Some(script) => (script, options.timeout_seconds),
        None => (inject(&document, options)?, options.timeout_seconds),
    };
    let result = match settled(&window, &script, seconds).await {
        Settled::Loaded if sys::plaid_global().is_some() => return Ok(()),
        Settled::Loaded => Err(not_plaid(&options.src)),
        Settled::TimedOut if seconds == options.timeout_seconds => Err(LoadError::TimedOut {
            src: options.src.clone(),
            seconds,
        }),
        Settled::Failed | Settled::TimedOut => Err(LoadError::Blocked {
            src: options.src.clone(),
        }),
    };
    script.remove();
    result
}

/// The tag with exactly this `src`.
fn find(document: &Document, src: &str) -> Option<HtmlScriptElement> {
    let scripts = document.scripts();
    (0..scripts.length())
        .filter_map(|index| scripts.item(index)?.dyn_into::<HtmlScriptElement>().ok())
        .find(|script| script.get_attribute("src").as_deref() == Some(src))
}

fn inject(document: &Document, options: &LoadOptions) -> Result<HtmlScriptElement, LoadError> {
    let body = document.body().ok_or(LoadError::NoDocument)?;
    let script: HtmlScriptElement = document
        .create_element("script")
        .map_err(|_| LoadError::NoDocument)?
        .unchecked_into();
    script.set_async(true);
    if let Some(nonce) = &options.nonce {
        // The attribute, not the property: both count, and this one needs no newer web-sys.
        let _ = script.set_attribute("nonce", nonce);
    }
    script.set_src(&options.src);
    body.append_child(&script)
        .map_err(|_| LoadError::NoDocument)?;
    Ok(script)
}

enum Settled {
    Loaded,
    Failed,
    TimedOut,
}

/// Waits for `load`, `error` or the deadline, whichever is first.
async fn settled(window: &Window, script: &HtmlScriptElement, timeout_seconds: u32) -> Settled {
    let mut listening = None;
    let first = Promise::new(&mut |resolve, _reject| {
        listening = Some(Listening::new(window, script, &resolve, timeout_seconds));
    });
    let outcome = JsFuture::from(first).await;
    drop(listening);
    match outcome.ok().and_then(|value| value.as_string()).as_deref() {
        Some("load") => Settled::Loaded,
        Some("error") => Settled::Failed,
        _ => Settled::TimedOut,
    }
}

/// Listeners on the tag and a timer, all taken back on drop.
struct Listening {
    window: Window,
    script: HtmlScriptElement,
    on_load: Function,
    on_error: Function,
    timer: Option<i32>,
}

impl Listening {
    fn new(window: &Window, script: &HtmlScriptElement, resolve: &Function, seconds: u32) -> Self {
        // A bound `resolve` says what happened, and no Rust closure has to outlive this function.
        let says = |what: &str| -> Function {
            resolve
                .bind1(&JsValue::UNDEFINED, &what.into())
                .unchecked_into()
        };
        let (on_load, on_error, on_timeout) = (says("load"), says("error"), says("timeout"));
        let _ = script.add_event_listener_with_callback("load", &on_load);
        let _ = script.add_event_listener_with_callback("error", &on_error);
        let milliseconds = i32::try_from(seconds.saturating_mul(1000)).unwrap_or(i32::MAX);
        let timer = window
            .set_timeout_with_callback_and_timeout_and_arguments_0(&on_timeout, milliseconds)
            .ok();
        Self {
            window: window.clone(),
            script: script.clone(),
            on_load,
            on_error,
            timer,
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self
            .script
            .remove_event_listener_with_callback("load", &self.on_load);
        let _ = self
            .script
            .remove_event_listener_with_callback("error", &self.on_error);
        if let Some(timer) = self.timer {
            self.window.clear_timeout_with_handle(timer);
        }
    }
}

fn not_plaid(src: &str) -> LoadError {
    LoadError::NotPlaid {
        src: src.to_owned(),
    }
}

/// The promise is JavaScript's: the kind of failure travels as a word, the rest is in the options.
fn encode(error: &LoadError) -> JsValue {
    match error {
        LoadError::Blocked { .. } => "blocked".into(),
        LoadError::NotPlaid { .. } => "not-plaid".into(),
        LoadError::TimedOut { .. } => "timed-out".into(),
        LoadError::NoDocument => "no-document".into(),
    }
}

fn decode(reason: &JsValue, options: &LoadOptions) -> LoadError {
    let src = options.src.clone();
    match reason.as_string().as_deref() {
        Some("blocked") => LoadError::Blocked { src },
        Some("timed-out") => LoadError::TimedOut {
            src,
            seconds: options.timeout_seconds,
        },
        Some("no-document") => LoadError::NoDocument,
        _ => LoadError::NotPlaid { src },
    }
}
