//! The records in the browser's storage.
//!
//! All tabs share them, and they survive a restart, since a bank may redirect to another tab. Resume records are in the
//! tab's own storage too, so that a tab prefers its own visit.
//!
//! Storage may be forbidden or full. Then nothing survives a reload, but everything else works.

use link_flow::{OutboxError, OutboxRecord, ResumeError, ResumeRecord, Success};
use plaid_types::LinkToken;
use plaid_types::json::Json;
use plaid_types::serde_json::Value;
use web_sys::Storage;

use crate::plaid_link_crate::json::{from_text, to_text};

/// The prefixes of keys. Each visit has a key of its own, so that tabs do not overwrite each other's records.
const RESUME: &str = "plaid-link.resume.";
const OUTBOX: &str = "plaid-link.outbox.";

pub(crate) fn keep_resume(record: &ResumeRecord) {
    for storage in [tab(), local()] {
        write(storage, &resume_key(&record.link_token), record);
    }
}

pub(crate) fn forget_resume(link_token: &LinkToken) {
    for storage in [tab(), local()] {
        remove(storage, &resume_key(link_token));
    }
}

/// Returns the newest valid resume record of this user, from this tab or else from any tab. Invalid records are removed.
pub(crate) fn resume(user: &str, now: u64) -> Result<ResumeRecord, ResumeError> {
    let mut result = Err(ResumeError::Missing);
    for storage in [local(), tab()] {
        let mut newest = 0;
        for (key, text) in entries(&storage, RESUME) {
            let record = from_text::<ResumeRecord>(&text).ok_or(ResumeError::Corrupt);
            match record.and_then(|record| record.open(user, now)) {
                Ok(record) if record.expires_at > newest => {
                    newest = record.expires_at;
                    result = Ok(record);
                }
                Ok(_) => {}
                Err(error) => {
                    remove(storage.clone(), &key);
                    result = result.or(Err(error));
                }
            }
        }
    }
    result
}

pub(crate) fn keep_success(user: &str, success: &Success) {
    write(
        local(),
        &outbox_key(success),
        &OutboxRecord::new(user.to_owned(), success.clone()),
    );
}

pub(crate) fn forget_success(success: &Success) {
    remove(local(), &outbox_key(success));
}

/// Returns the kept successes of this user. Invalid records are removed, and their errors returned.
pub(crate) fn successes(user: &str, now: u64) -> Vec<Result<Success, OutboxError>> {
    let open = |(key, text): (String, String)| {
        let record = from_text::<OutboxRecord>(&text).ok_or(OutboxError::Corrupt);
        let opened = record.and_then(|record| record.open(user, now));
        opened.inspect_err(|_| remove(local(), &key))
    };
    entries(&local(), OUTBOX).into_iter().map(open).collect()
}

/// Removes every record of this user.
pub(crate) fn forget_user(user: &str) {
    for storage in [local(), tab()] {
        for (key, text) in entries(&storage, "plaid-link.") {
            let record = from_text::<Value>(&text);
            if record.is_some_and(|record| record["user"] == user) {
                remove(storage.clone(), &key);
            }
        }
    }
}

fn resume_key(link_token: &LinkToken) -> String {
    format!("{RESUME}{}", link_token.as_str())
}

/// Returns the key of a success: its session, or its time if Link sent no session. No two visits end in the same
/// millisecond.
fn outbox_key(success: &Success) -> String {
    match success.session() {
        Some(session) => format!("{OUTBOX}{session}"),
        None => format!("{OUTBOX}{}", success.succeeded_at),
    }
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn tab() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

fn entries(storage: &Option<Storage>, prefix: &str) -> Vec<(String, String)> {
    let Some(storage) = storage else {
        return Vec::new();
    };
    let entry = |index| {
        let key = storage.key(index).ok()??;
        let text = storage.get_item(&key).ok()??;
        key.starts_with(prefix).then_some((key, text))
    };
    let length = storage.length().unwrap_or(0);
    (0..length).filter_map(entry).collect()
}

fn write(storage: Option<Storage>, key: &str, record: &impl Json) {
    if let Some(storage) = storage {
        let _ = storage.set_item(key, &to_text(record));
    }
}

fn remove(storage: Option<Storage>, key: &str) {
    if let Some(storage) = storage {
        let _ = storage.remove_item(key);
    }
}
