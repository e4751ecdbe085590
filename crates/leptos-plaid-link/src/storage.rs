//! The browser's storage: shared by all tabs and kept over restarts, since a bank may come back in another tab.
//!
//! Storage may be forbidden or full. Then nothing survives a reload, but all else works.

use link_flow::{OutboxRecord, ResumeError, ResumeRecord, Success};
use plaid_types::json::Json;
use web_sys::Storage;

use crate::plaid_link_crate::json::{from_text, to_text};

const RESUME: &str = "plaid-link.resume";
const OUTBOX: &str = "plaid-link.outbox.";

pub(crate) fn keep_resume(record: &ResumeRecord) {
    write(RESUME, record);
}

pub(crate) fn forget_resume() {
    remove(RESUME);
}

/// What was kept when Link opened, if it is this user's and still good; otherwise it is dropped.
pub(crate) fn resume(user: &str, now: u64) -> Result<ResumeRecord, ResumeError> {
    let text = local().and_then(|storage| storage.get_item(RESUME).ok()?);
    let text = text.ok_or(ResumeError::Missing)?;
    from_text::<ResumeRecord>(&text)
        .ok_or(ResumeError::Corrupt)
        .and_then(|record| record.open(user, now))
        .inspect_err(|_| forget_resume())
}

pub(crate) fn keep_success(user: &str, success: &Success) {
    write(
        &outbox_key(success),
        &OutboxRecord::new(user.to_owned(), success.clone()),
    );
}

pub(crate) fn forget_success(success: &Success) {
    remove(&outbox_key(success));
}

/// The successes of this user that no page saw acknowledged. What is of no use is dropped.
pub(crate) fn successes(user: &str, now: u64) -> Vec<Success> {
    let Some(storage) = local() else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for index in 0..storage.length().unwrap_or(0) {
        if let Ok(Some(key)) = storage.key(index)
            && key.starts_with(OUTBOX)
        {
            keys.push(key);
        }
    }
    let mut successes = Vec::new();
    for key in keys {
        let text = storage.get_item(&key).ok().flatten();
        let record = text.and_then(|text| from_text::<OutboxRecord>(&text));
        match record.and_then(|record| record.open(user, now).ok()) {
            Some(success) => successes.push(success),
            None => remove(&key),
        }
    }
    successes
}

/// One key a success, so that tabs do not overwrite each other's.
fn outbox_key(success: &Success) -> String {
    format!("{OUTBOX}{}", success.session().unwrap_or_default())
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn write(key: &str, record: &impl Json) {
    if let Some(storage) = local() {
        let _ = storage.set_item(key, &to_text(record));
    }
}

fn remove(key: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(key);
    }
}
