//! The dialog that asks before an Item is disconnected, or before the user signs out.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::dynamic::{press, text};
use leptos_plaid_link::{Failure, FailureNotice, UseLinkFlowReturn};
use plaid_types::ItemId;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::backend::{Backend, Error};
use crate::heading;
use crate::wallet::{Wallet, WalletState};

const ID: &str = "confirm-dialog";

/// A question to the user.
#[derive(Clone)]
pub enum Question {
    /// Whether to disconnect an Item, with its institution's name.
    Disconnect(ItemId, String),
    /// Whether to sign out. Only this browser can sign in as its user.
    SignOut,
}

impl Question {
    fn title(&self) -> String {
        match self {
            Self::Disconnect(_, institution) => format!("Disconnect {institution}?"),
            Self::SignOut => "Sign out?".to_owned(),
        }
    }

    fn explanation(&self) -> &'static str {
        match self {
            Self::Disconnect(..) => {
                "Its accounts disappear from here, and we can no longer see them. You can connect the bank again at any time."
            }
            Self::SignOut => {
                "Your banks stay connected, but you cannot get back to them from this browser. To end that, disconnect them first."
            }
        }
    }

    /// Returns the names of the buttons, **No** first.
    fn answers(&self) -> [&'static str; 2] {
        match self {
            Self::Disconnect(..) => ["Cancel", "Disconnect"],
            Self::SignOut => ["Keep", "Sign out"],
        }
    }
}

/// The state of the dialog.
#[derive(Clone, Copy)]
pub struct Confirm {
    question: RwSignal<Option<Question>>,
    is_busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// The name of the institution that was disconnected last.
    pub disconnected: RwSignal<Option<String>>,
    flow: UseLinkFlowReturn,
    backend: Backend,
    wallet: Wallet,
}

impl Confirm {
    /// Creates a dialog without a question.
    pub fn new(flow: UseLinkFlowReturn, backend: Backend, wallet: Wallet) -> Self {
        Self {
            question: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            disconnected: RwSignal::new(None),
            flow,
            backend,
            wallet,
        }
    }

    /// Asks before an Item is disconnected.
    pub fn disconnect(self, item: ItemId, institution: String) {
        self.question
            .set(Some(Question::Disconnect(item, institution)));
        show();
    }

    /// Signs out, and asks before if the user has Items.
    pub fn sign_out(self) {
        self.question.set(Some(Question::SignOut));
        let has_none = self.wallet.state.get_untracked() == WalletState::Loaded
            && self.wallet.items.with_untracked(Vec::is_empty);
        if has_none {
            self.accept();
        } else {
            show();
        }
    }

    /// Does what was asked, once.
    fn accept(self) {
        let question = self.question.get_untracked();
        let Some(question) = question.filter(|_| !self.is_busy.get_untracked()) else {
            return;
        };
        self.is_busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            match self.carry_out(question).await {
                Ok(()) => close(),
                Err(error) => {
                    self.failure.try_set(Some(error.into()));
                    show();
                }
            }
            self.is_busy.try_set(false);
        });
    }

    async fn carry_out(self, question: Question) -> Result<(), Error> {
        match question {
            Question::Disconnect(id, institution) => {
                self.backend.delete_item(&id).await?;
                close();
                self.wallet.remove(&id);
                self.flow.dismiss();
                self.disconnected.try_set(Some(institution));
                // The focused button is gone.
                heading::focus();
            }
            Question::SignOut => {
                self.backend.sign_out().await?;
            }
        }
        Ok(())
    }
}

/// A dialog that asks for a confirmation.
#[component]
pub fn ConfirmDialog(
    /// Its state, which opens it.
    confirm: Confirm,
) -> impl IntoView {
    let part = move |of: fn(&Question) -> String| {
        let part = move |question: &Option<Question>| question.as_ref().map(of);
        text(move || confirm.question.with(part).unwrap_or_default())
    };
    let title = part(Question::title);
    let explanation = part(|question| question.explanation().to_owned());
    let no = part(|question| question.answers()[0].to_owned());
    let yes = part(|question| question.answers()[1].to_owned());
    let accept = move || confirm.accept();
    view! {
        <dialog id=ID class="dialog" aria-labelledby="confirm-title" on:close=move |_| confirm.failure.set(None)>
            <h2 id="confirm-title">{title}</h2>
            <p>{explanation}</p>
            <FailureNotice failure=confirm.failure.read_only() on_retry=Box::new(accept) />
            <div class="dialog-actions">
                <button type="button" class="button" autofocus on:click=press(close)>{no}</button>
                <button type="button" class="button danger filled" on:click=press(accept)>{yes}</button>
            </div>
        </dialog>
    }
}

fn dialog() -> Option<HtmlDialogElement> {
    document().get_element_by_id(ID)?.dyn_into().ok()
}

fn show() {
    if let Some(dialog) = dialog() {
        let _ = dialog.show_modal();
    }
}

fn close() {
    if let Some(dialog) = dialog() {
        dialog.close();
    }
}
