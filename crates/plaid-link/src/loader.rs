//! The loader of Link's script: one tag for all consumers, and another after a failure.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, HtmlScriptElement, Window};

use crate::error::LoadError;
use crate::sys::{self, PlaidGlobal};

/// The address of Link's script. It has no version: Plaid always serves the newest.
///
/// ```
/// assert_eq!(plaid_link::LoadOptions::default().src, plaid_link::LINK_SCRIPT_URL);
/// ```
pub const LINK_SCRIPT_URL: &str = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";

/// The options of [`load`].
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
    /// The address of the script, [`LINK_SCRIPT_URL`] by default. It is used unchanged, since Link's script finds its own
    /// tag by it.
    pub src: String,
    /// The nonce of the page's content security policy, set on the tag.
    pub nonce: Option<String>,
    /// The deadline in seconds, 30 by default.
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

/// `window.Plaid`, which [`create`](Self::create)s handlers. It exists once the script has run.
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

/// The deadline for a tag in a loaded page, which another library may have just added.
const MAX_SILENT_SECONDS: u32 = 3;

thread_local! {
    /// The pending load. A page has one Link, so it has one load.
    static LOADING: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Loads Link's script, unless it is loaded already or a load is pending.
///
/// A tag that is in the page already is adopted, whether it has run or not. A tag that fails is removed, so that the next
/// call injects another. Dropping the future does not cancel the load, since others may wait for it.
///
/// # Errors
///
/// A [`LoadError`]; another call may succeed.
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

/// Starts the shared load. It owns its listeners and its timer, so it does not depend on any consumer.
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
    // A loaded page has no pending tags of its own. A silent tag has most likely failed earlier.
    let is_loaded = document.ready_state() == "complete";
    let (script, seconds) = match find(&document, &options.src) {
        Some(script) if is_loaded => (script, options.timeout_seconds.min(MAX_SILENT_SECONDS)),
        Some(script) => (script, options.timeout_seconds),
        None => (inject(&document, options)?, options.timeout_seconds),
    };
    let result = match wait_for_tag(&window, &script, seconds).await {
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

/// Returns the tag with exactly this `src`.
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
        // By attribute, which needs no newer web-sys than the property does.
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

/// Waits for the first of `load`, `error` and the deadline.
async fn wait_for_tag(
    window: &Window,
    script: &HtmlScriptElement,
    timeout_seconds: u32,
) -> Settled {
    let mut listeners = None;
    let first = Promise::new(&mut |resolve, _reject| {
        listeners = Some(Listeners::new(window, script, &resolve, timeout_seconds));
    });
    let outcome = JsFuture::from(first).await;
    drop(listeners);
    match outcome.ok().and_then(|value| value.as_string()).as_deref() {
        Some("load") => Settled::Loaded,
        Some("error") => Settled::Failed,
        _ => Settled::TimedOut,
    }
}

/// Listeners on the tag and a timer. They are removed on drop.
struct Listeners {
    window: Window,
    script: HtmlScriptElement,
    on_load: Function,
    on_error: Function,
    timer: Option<i32>,
}

impl Listeners {
    fn new(window: &Window, script: &HtmlScriptElement, resolve: &Function, seconds: u32) -> Self {
        // A bound `resolve`, so that no Rust closure has to outlive this function.
        let resolve_with = |what: &str| -> Function {
            resolve
                .bind1(&JsValue::UNDEFINED, &what.into())
                .unchecked_into()
        };
        let (on_load, on_error, on_timeout) = (
            resolve_with("load"),
            resolve_with("error"),
            resolve_with("timeout"),
        );
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

impl Drop for Listeners {
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

/// Encodes an error as the word that the shared promise resolves to. The options have the rest.
fn encode(error: &LoadError) -> JsValue {
    match error {
        LoadError::Blocked { .. } => "blocked".into(),
        LoadError::NotPlaid { .. } => "not-plaid".into(),
        LoadError::TimedOut { .. } => "timed-out".into(),
        // A frame has no load of its own here.
        LoadError::NoDocument | LoadError::FrameBlocked { .. } => "no-document".into(),
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
