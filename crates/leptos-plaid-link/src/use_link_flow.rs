use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use link_flow::{
    Attempt, Effect, Event, Exit, Failure, FailureKind, HandlerState, Outcome, Purpose,
    ResumeError, ResumeRecord, Stage, State, Success, SuccessId, oauth_state_id, step,
};
use plaid_types::LinkToken;

use crate::IN_BROWSER;
use crate::backend::LinkBackend;
use crate::online::OnlineListener;
use crate::plaid_link_crate::{
    Callbacks, Error, ExitOptions, Handler, LinkOptions, LoadOptions, callback_builders, load, mark,
};
use crate::storage;

/// Runs the whole life of a Link session against the app's own backend.
///
/// A token is fetched and a handler created ahead of the click, expired tokens are replaced, a success is submitted until the backend has it, over reloads and
/// lost connections, and the way back from a bank's OAuth page.
///
/// The decisions are [`link_flow`]'s; this carries them out. On a server it is inert.
///
/// # Usage
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{LinkBackend, UseLinkFlowOptions, UseLinkFlowReturn, use_link_flow};
///
/// #[component]
/// fn Connect<B: LinkBackend>(backend: B) -> impl IntoView {
///     let flow = use_link_flow(backend, UseLinkFlowOptions::default());
///     let UseLinkFlowReturn { stage, outcome, .. } = flow;
///     # let _ = (stage, outcome);
///     view! { <button on:click=move |_| flow.open()>"Connect a bank account"</button> }
/// }
/// ```
pub fn use_link_flow<B: LinkBackend>(backend: B, options: UseLinkFlowOptions) -> UseLinkFlowReturn {
    let stage = RwSignal::new(Stage::Idle);
    let failure = RwSignal::new(None);
    let outcome = RwSignal::new(None);
    let shell = IN_BROWSER.then(|| {
        let shell = Shell::start(
            backend,
            options,
            Signals {
                stage,
                failure,
                outcome,
            },
        );
        StoredValue::new_local(Some(shell))
    });
    on_cleanup(move || {
        // Now, while the signals still live: whoever listens for the focus that Link gives back may look at them.
        if let Some(shell) = shell
            && let Some(Some(shell)) = shell.try_update_value(Option::take)
        {
            shell.stop();
        }
    });
    UseLinkFlowReturn {
        stage: stage.read_only(),
        failure: failure.read_only(),
        outcome: outcome.read_only(),
        shell,
    }
}

/// Options of [`use_link_flow`].
///
/// ```
/// use leptos_plaid_link::{LoadOptions, UseLinkFlowOptions};
///
/// let load = LoadOptions { nonce: Some("r4nd0m".to_owned()), ..LoadOptions::default() };
/// let options = UseLinkFlowOptions::default()
///     .load(load)
///     .prepare(false)
///     .on_event(|name, metadata| {
///         // send both to your analytics
///         # let _ = (name, metadata);
///     });
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct UseLinkFlowOptions {
    load: LoadOptions,
    purpose: Purpose,
    prepare: bool,
    received_redirect_uri: Option<String>,
    deadline_seconds: u32,
    callbacks: Callbacks,
}

impl Default for UseLinkFlowOptions {
    fn default() -> Self {
        Self {
            load: LoadOptions::default(),
            purpose: Purpose::NewItem,
            prepare: true,
            received_redirect_uri: None,
            deadline_seconds: 60,
            callbacks: Callbacks::default(),
        }
    }
}

impl UseLinkFlowOptions {
    /// Where the script comes from, its nonce, its deadline.
    #[must_use]
    pub fn load(mut self, load: LoadOptions) -> Self {
        self.load = load;
        self
    }

    /// What the flow is for at first, a new Item unless told otherwise; see [`UseLinkFlowReturn::change`].
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// Whether a handler is kept ready ahead of the click, as it is unless told otherwise.
    #[must_use]
    pub fn prepare(mut self, prepare: bool) -> Self {
        self.prepare = prepare;
        self
    }

    /// On the page of the redirect URI, the whole address as the browser shows it: Link goes on by itself.
    #[must_use]
    pub fn received_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.received_redirect_uri = Some(uri.into());
        self
    }

    /// Seconds until a question to the backend counts as not answered; 60 unless told otherwise.
    #[must_use]
    pub fn deadline_seconds(mut self, seconds: u32) -> Self {
        self.deadline_seconds = seconds;
        self
    }

    callback_builders!(on_event);
}

/// What [`use_link_flow`] returns: signals, and what can be done. `Copy`, as signals are.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{Stage, UseLinkFlowReturn};
///
/// fn is_busy(flow: UseLinkFlowReturn) -> Signal<bool> {
///     Signal::derive(move || matches!(flow.stage.get(), Stage::Preparing { .. } | Stage::Submitting))
/// }
/// ```
#[derive(Clone, Copy)]
pub struct UseLinkFlowReturn {
    /// Where the flow stands; changes with every step.
    pub stage: ReadSignal<Stage>,
    /// Why there is no handler, or why the backend does not have a success yet or never will; for a notice.
    pub failure: ReadSignal<Option<Failure>>,
    /// How the last visit to Link ended; none from the opening of the next on.
    pub outcome: ReadSignal<Option<Outcome>>,
    shell: Option<StoredValue<Option<Rc<dyn Flow>>, LocalStorage>>,
}

impl std::fmt::Debug for UseLinkFlowReturn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UseLinkFlowReturn").finish_non_exhaustive()
    }
}

impl UseLinkFlowReturn {
    /// Shows Link for what the flow is usually for: at once when it is ready, otherwise as soon as it is.
    pub fn open(self) {
        if IN_BROWSER {
            mark("plaid-link-click");
            self.send(Event::Open { now: now() });
        }
    }

    /// Shows Link for this, and for this visit only: an Item to repair, say. The flow then goes back to what it is
    /// usually for.
    pub fn open_for(self, purpose: Purpose) {
        if IN_BROWSER {
            mark("plaid-link-click");
            let now = now();
            self.send(Event::OpenFor { purpose, now });
        }
    }

    /// Closes Link; without `force` it may ask whether the user is sure.
    pub fn close(self, force: bool) {
        self.send(Event::Close { force });
    }

    /// Tries again what failed; what is lost, by a new visit.
    pub fn retry(self) {
        if IN_BROWSER {
            self.send(Event::Retry { now: now() });
        }
    }

    /// Forgets how the last visit ended, once the user knows.
    pub fn dismiss(self) {
        self.send(Event::Dismiss);
    }

    /// Uses the flow for something else from now on.
    pub fn change(self, purpose: Purpose) {
        self.send(Event::Change { purpose });
    }

    fn send(self, event: Event) {
        let shell = self.shell.and_then(|shell| shell.try_get_value().flatten());
        if let Some(shell) = shell {
            shell.send(event);
        }
    }
}

/// The shell without its backend's type.
trait Flow {
    fn send(&self, event: Event);
    fn stop(&self);
}

/// What the host sees of the flow.
#[derive(Clone, Copy)]
struct Signals {
    stage: RwSignal<Stage>,
    failure: RwSignal<Option<Failure>>,
    outcome: RwSignal<Option<Outcome>>,
}

struct Shell<B> {
    me: Weak<Self>,
    backend: B,
    options: UseLinkFlowOptions,
    signals: Signals,
    state: RefCell<State>,
    /// Events that came while another was being dealt with: Link may call back from within a call.
    queue: RefCell<VecDeque<Event>>,
    busy: Cell<bool>,
    stopped: Cell<bool>,
    user: RefCell<Option<String>>,
    /// While nobody knows who is signed in: when the backend may be asked again.
    ask_again_at: Cell<u64>,
    handler: RefCell<Option<(Attempt, Rc<Handler>)>>,
    expiry: RefCell<Option<Timeout>>,
    resends: RefCell<Vec<(SuccessId, Timeout)>>,
    online: RefCell<Option<OnlineListener>>,
}

impl<B: LinkBackend> Shell<B> {
    fn start(backend: B, options: UseLinkFlowOptions, signals: Signals) -> Rc<dyn Flow> {
        let shell = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            backend,
            state: RefCell::new(State::new(options.purpose.clone())),
            options,
            signals,
            queue: RefCell::default(),
            busy: Cell::new(false),
            stopped: Cell::new(false),
            user: RefCell::default(),
            ask_again_at: Cell::new(0),
            handler: RefCell::default(),
            expiry: RefCell::default(),
            resends: RefCell::default(),
            online: RefCell::default(),
        });
        shell.listen_for_online();
        if shell.options.received_redirect_uri.is_some() {
            shell.send(Event::Return);
        } else {
            shell.meet_user();
            if shell.options.prepare {
                shell.send(Event::Prepare);
            }
        }
        shell
    }

    /// Finds out who is signed in, and takes up what an earlier page left of theirs.
    fn meet_user(&self) {
        let seconds = u64::from(self.options.deadline_seconds);
        self.ask_again_at.set(now() + seconds * 1000);
        self.spawn(async move |shell| {
            let deadline = shell.deadline(Event::ResumeFailed(ResumeError::Unreachable));
            let user = shell.backend.user().await;
            drop(deadline);
            match user {
                Ok(user) => shell.met(&user),
                // Without a user nothing can be kept; the flow itself will say what is wrong.
                Err(failure) => {
                    shell.ask_again_at.set(0);
                    let error = match failure.kind {
                        FailureKind::SignedOut => ResumeError::SignedOut,
                        _ => ResumeError::Unreachable,
                    };
                    shell.send(Event::ResumeFailed(error));
                }
            }
        });
    }

    fn met(&self, user: &str) {
        let now = now();
        *self.user.borrow_mut() = Some(user.to_owned());
        {
            let state = self.state.borrow();
            for unsent in &state.outbox {
                storage::keep_success(user, &unsent.success);
            }
            if self.is_over() {
                return;
            }
            if let HandlerState::Open(token) = &state.handler {
                let (link_token, purpose) = (token.link_token.clone(), state.purpose.clone());
                self.keep_resume(link_token, token.expires_at, purpose);
            }
        }
        for success in storage::successes(user, now) {
            self.send(match success {
                Ok(success) => Event::Restored(success),
                Err(error) => {
                    web_sys::console::warn_1(&error.to_string().into());
                    Event::RestoreFailed(error)
                }
            });
        }
        let kept = storage::resume(user, now);
        if let Some(redirect_uri) = self.options.received_redirect_uri.clone() {
            self.send(resumption(kept, redirect_uri));
        }
    }

    /// Asks once more who is signed in, if the backend did not say.
    fn ask_again(&self) {
        if self.user.borrow().is_none() && self.ask_again_at.get() <= now() {
            self.meet_user();
        }
    }

    /// Runs a future for as long as the flow lives; afterwards nothing it says is heard.
    fn spawn<F: Future<Output = ()>>(&self, run: impl FnOnce(Rc<Self>) -> F + 'static) {
        if let Some(shell) = self.me.upgrade() {
            spawn_local(async move { run(shell).await });
        }
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::FetchToken { attempt, purpose } => self.fetch_token(attempt, purpose),
            Effect::CreateHandler {
                attempt,
                purpose,
                link_token,
                received_redirect_uri,
            } => {
                self.create_handler(attempt, purpose, link_token, received_redirect_uri);
            }
            Effect::OpenHandler { attempt } => self.open_handler(attempt),
            Effect::ExitHandler { force } => {
                let handler = self.handler.borrow().clone();
                if let Some((_, handler)) = handler {
                    let _ = handler.exit(ExitOptions { force });
                }
            }
            Effect::DestroyHandler => {
                // Link may have more to say after a success: a handler that is closed goes when the next one comes.
                let is_open = |(_, handler): &mut (_, Rc<Handler>)| handler.is_open();
                let handler = self.handler.borrow_mut().take_if(is_open);
                drop(handler);
            }
            Effect::ExpireAt { attempt, at } => {
                let timer = self.after(at.saturating_sub(now()), Event::TokenExpired { attempt });
                *self.expiry.borrow_mut() = timer;
            }
            Effect::KeepResume {
                link_token,
                expires_at,
                purpose,
            } => self.keep_resume(link_token, expires_at, purpose),
            Effect::ForgetResume { link_token } => storage::forget_resume(&link_token),
            Effect::ReadResume => self.meet_user(),
            Effect::KeepSuccess(success) => {
                if let Some(user) = &*self.user.borrow() {
                    storage::keep_success(user, &success);
                }
            }
            Effect::ForgetSuccess(success) => storage::forget_success(&success),
            Effect::Submit { id, success } => self.submit(id, success),
            Effect::ResendAfter { id, delay } => {
                let now = now() + delay;
                let timer = self.after(delay, Event::ResendDue { success: id, now });
                let mut resends = self.resends.borrow_mut();
                resends.retain(|(of, _)| *of != id);
                resends.extend(timer.map(|timer| (id, timer)));
            }
        }
    }

    /// Until the user is known there is nobody to keep it for.
    fn keep_resume(&self, link_token: LinkToken, expires_at: u64, purpose: Purpose) {
        self.ask_again();
        if let Some(user) = self.user.borrow().clone() {
            storage::keep_resume(&ResumeRecord::new(user, link_token, expires_at, purpose));
        }
    }

    fn fetch_token(&self, attempt: Attempt, purpose: Purpose) {
        self.ask_again();
        self.spawn(async move |shell| {
            let failure = no_answer();
            let deadline = shell.deadline(Event::TokenRefused { attempt, failure });
            let granted = shell.backend.create_link_token(purpose).await;
            drop(deadline);
            let event = match granted {
                Ok(grant) => Event::TokenGranted {
                    attempt,
                    link_token: grant.link_token,
                    lifetime: u64::from(grant.lifetime_seconds) * 1000,
                    now: now(),
                },
                Err(failure) => Event::TokenRefused { attempt, failure },
            };
            shell.send(event);
        });
    }

    fn create_handler(
        &self,
        attempt: Attempt,
        purpose: Purpose,
        link_token: LinkToken,
        received_redirect_uri: Option<String>,
    ) {
        self.spawn(async move |shell| {
            let plaid = load(&shell.options.load).await;
            if shell.is_over() || shell.state.borrow().attempt != attempt {
                return;
            }
            drop(shell.handler.take());
            let options = LinkOptions::new(link_token).callbacks(shell.callbacks(attempt, purpose));
            let options = match received_redirect_uri {
                Some(uri) => options.received_redirect_uri(uri),
                None => options,
            };
            match plaid
                .map_err(Error::from)
                .and_then(|plaid| plaid.create(options))
            {
                Ok(handler) => {
                    *shell.handler.borrow_mut() = Some((attempt, Rc::new(handler)));
                    shell.send(Event::HandlerCreated { attempt });
                }
                Err(error) => shell.send(handler_failed(attempt, &error)),
            }
        });
    }

    fn callbacks(&self, attempt: Attempt, purpose: Purpose) -> Callbacks {
        let (to_succeed, to_exit) = (self.me.clone(), self.me.clone());
        let purpose_of_exit = purpose.clone();
        let callbacks = self.options.callbacks.clone();
        callbacks
            .on_success(move |public_token, metadata| {
                let purpose = purpose.clone();
                let success = Success {
                    purpose,
                    public_token,
                    metadata: metadata.to_object(),
                    succeeded_at: now(),
                };
                send_to(&to_succeed, Event::Succeeded { attempt, success });
            })
            .on_exit(move |error, metadata| {
                let exit = Exit {
                    purpose: purpose_of_exit.clone(),
                    error: error.map(|error| error.to_object()),
                    metadata: metadata.to_object(),
                };
                send_to(&to_exit, Event::Exited { attempt, exit });
            })
    }

    fn open_handler(&self, attempt: Attempt) {
        let handler = self.handler.borrow().clone();
        let opened = match handler {
            Some((of, handler)) if of == attempt => handler.open(),
            _ => Err(Error::NoToken),
        };
        if let Err(error) = opened {
            self.send(handler_failed(attempt, &error));
        }
    }

    fn submit(&self, id: SuccessId, success: Success) {
        self.ask_again();
        self.spawn(async move |shell| {
            let failure = no_answer();
            let deadline = shell.deadline(Event::SubmitFailed {
                success: id,
                failure,
            });
            let submitted = shell.backend.submit(success.clone()).await;
            drop(deadline);
            let event = match submitted {
                Ok(submitted) => {
                    // Now, in case that nobody is left to hear of it.
                    storage::forget_success(&success);
                    Event::Acknowledged {
                        success: id,
                        submitted,
                    }
                }
                Err(failure) => Event::SubmitFailed {
                    success: id,
                    failure,
                },
            };
            shell.send(event);
        });
    }

    fn after(&self, delay: u64, event: Event) -> Option<Timeout> {
        let me = self.me.clone();
        // A browser counts in 31 bits; beyond those 24 days no token lives.
        let delay = u32::try_from(delay)
            .ok()
            .filter(|delay| i32::try_from(*delay).is_ok())?;
        Some(Timeout::new(delay, move || send_to(&me, event)))
    }

    /// Says so once the backend has not answered in time; an answer that comes in time drops it.
    fn deadline(&self, event: Event) -> Option<Timeout> {
        self.after(u64::from(self.options.deadline_seconds) * 1000, event)
    }

    fn listen_for_online(&self) {
        let me = self.me.clone();
        let heard = move || {
            if let Some(shell) = me.upgrade() {
                shell.ask_again();
                shell.send(Event::Online { now: now() });
            }
        };
        *self.online.borrow_mut() = OnlineListener::new(heard);
    }

    /// Whether the owner has gone.
    fn is_over(&self) -> bool {
        self.stopped.get()
    }

    fn show(&self, outcomes_before: u32) {
        let state = self.state.borrow();
        let stage = state.stage();
        let failure = match &state.outcome {
            Some(Outcome::Lost(failure)) => stage.failure().or(Some(failure)),
            _ => stage.failure(),
        };
        let failure = failure.cloned();
        let outcome = (state.outcomes != outcomes_before).then(|| state.outcome.clone());
        drop(state);
        let Signals {
            stage: stood,
            failure: failed,
            outcome: ended,
        } = self.signals;
        if failed.try_with_untracked(|failed| *failed != failure) == Some(true) {
            failed.try_set(failure);
        }
        if stood.try_with_untracked(|stood| *stood != stage) == Some(true) {
            stood.try_set(stage);
        }
        if let Some(outcome) = outcome {
            ended.try_set(outcome);
        }
    }
}

impl<B: LinkBackend> Flow for Shell<B> {
    fn send(&self, event: Event) {
        if self.is_over() {
            return;
        }
        self.queue.borrow_mut().push_back(event);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let Some(event) = self.queue.borrow_mut().pop_front() else {
                break;
            };
            let before = self.state.take();
            let outcomes = before.outcomes;
            let (state, effects) = step(before, event);
            let prepare = self.options.prepare && state.wants_handler();
            *self.state.borrow_mut() = state;
            for effect in effects {
                self.carry_out(effect);
            }
            if prepare {
                self.queue.borrow_mut().push_back(Event::Prepare);
            }
            self.show(outcomes);
        }
        self.busy.set(false);
    }

    fn stop(&self) {
        self.stopped.set(true);
        if let Some(link_token) = self.state.borrow().resumable() {
            storage::forget_resume(link_token);
        }
        drop(self.handler.take());
        drop(self.expiry.borrow_mut().take());
        self.resends.borrow_mut().clear();
        drop(self.online.borrow_mut().take());
    }
}

fn send_to<B: LinkBackend>(shell: &Weak<Shell<B>>, event: Event) {
    if let Some(shell) = shell.upgrade() {
        shell.send(event);
    }
}

/// How the page of the redirect URI goes on.
fn resumption(kept: Result<ResumeRecord, ResumeError>, redirect_uri: String) -> Event {
    if oauth_state_id(&redirect_uri).is_none() {
        return Event::ResumeFailed(ResumeError::NoState);
    }
    match kept {
        Ok(record) => Event::Resumed {
            record,
            redirect_uri,
        },
        Err(error) => Event::ResumeFailed(error),
    }
}

fn no_answer() -> Failure {
    let message = "the backend did not answer before the deadline of this flow";
    Failure::new(FailureKind::BackendUnreachable, message)
}

fn handler_failed(attempt: Attempt, error: &Error) -> Event {
    let kind = match error {
        Error::Load(_) => FailureKind::ScriptBlocked,
        _ => FailureKind::LinkRefused,
    };
    Event::HandlerFailed {
        attempt,
        failure: Failure::new(kind, error.to_string()),
    }
}

/// Milliseconds since 1970 by the browser's clock.
fn now() -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a date after 1970"
    )]
    let now = js_sys::Date::now() as u64;
    now
}
