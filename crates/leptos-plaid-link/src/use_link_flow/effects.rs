//! The effects of the state machine, carried out.

use std::rc::Rc;

use link_flow::{Attempt, Effect, Event, Exit, Failure, FailureKind, Purpose, Success, SuccessId};
use plaid_types::LinkToken;

use super::shell::{AnyShell, Shell, now, send_to};
use crate::backend::LinkBackend;
use crate::frame;
use crate::plaid_link_crate::{Callbacks, Error, ExitOptions, Handler, LinkOptions, load};
use crate::storage;

impl<B: LinkBackend> Shell<B> {
    pub(super) fn carry_out(&self, effect: Effect) {
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
            Effect::ExitHandler { force } => self.exit_handler(force),
            Effect::DestroyHandler => self.destroy_open_handler(),
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
            Effect::ReadResume => self.identify_user(),
            Effect::KeepSuccess(success) => {
                if let Some(user) = &*self.user.borrow() {
                    storage::keep_success(user, &success);
                }
            }
            Effect::ForgetSuccess(success) => storage::forget_success(&success),
            Effect::Submit { id, success } => self.submit(id, success),
            Effect::ResendAfter { id, delay } => self.resend_after(id, delay),
        }
    }

    fn fetch_token(&self, attempt: Attempt, purpose: Purpose) {
        self.identify_user_if_unknown();
        self.spawn(async move |shell: Rc<Self>| {
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
        self.spawn(async move |shell: Rc<Self>| {
            let plaid = load(&shell.options.load).await;
            if shell.stopped.get() || shell.state.borrow().attempt != attempt {
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

    /// Returns the host's callbacks, with those that send Link's results to the state machine.
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
            Some((of, handler)) if of == attempt => handler.open().map(|()| handler),
            _ => Err(Error::NoToken),
        };
        match opened {
            Ok(handler) => {
                let me = self.me.clone();
                let seconds = self.options.load.timeout_seconds;
                let timer = frame::watch(&handler, seconds, move |error| {
                    send_to(&me, handler_failed(attempt, &error));
                });
                *self.frame.borrow_mut() = Some(timer);
            }
            Err(error) => self.send(handler_failed(attempt, &error)),
        }
    }

    fn exit_handler(&self, force: bool) {
        let handler = self.handler.borrow().clone();
        if let Some((_, handler)) = handler {
            let _ = handler.exit(ExitOptions { force });
        }
    }

    /// Drops the handler while it is open. A closed one stays until the next is created, since Link may send more
    /// events after a success.
    fn destroy_open_handler(&self) {
        let is_open = |(_, handler): &mut (_, Rc<Handler>)| handler.is_open();
        let handler = self.handler.borrow_mut().take_if(is_open);
        drop(handler);
    }

    fn submit(&self, id: SuccessId, success: Success) {
        self.identify_user_if_unknown();
        self.spawn(async move |shell: Rc<Self>| {
            let failure = no_answer();
            let deadline = shell.deadline(Event::SubmitFailed {
                success: id,
                failure,
            });
            let submitted = shell.backend.submit(success.clone()).await;
            drop(deadline);
            let event = match submitted {
                Ok(submitted) => {
                    // Here, since the event is ignored once the flow has stopped.
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

    fn resend_after(&self, id: SuccessId, delay: u64) {
        let now = now() + delay;
        let timer = self.after(delay, Event::ResendDue { success: id, now });
        let mut resends = self.resends.borrow_mut();
        resends.retain(|(of, _)| *of != id);
        resends.extend(timer.map(|timer| (id, timer)));
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
