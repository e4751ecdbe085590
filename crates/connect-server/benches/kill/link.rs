//! A visit to the emulator's Link without a browser: it sends the forms of the panes.

use plaid_types::PublicToken;
use plaid_types::json::Object;
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// The fields of each form, in order.
type Forms = [&'static [(&'static str, &'static str)]];

const SIGN_IN: &[(&str, &str)] = &[
    ("do", "sign-in"),
    ("username", "user_good"),
    ("password", "pass_good"),
];

pub(crate) const NEW_ITEM_FORMS: [&[(&str, &str)]; 6] = [
    &[("do", "skip-phone")],
    &[("do", "choose"), ("institution_id", "ins_109508")],
    SIGN_IN,
    &[("do", "answered")],
    &[("do", "share"), ("account", "0,1")],
    &[("do", "close")],
];

pub(crate) const REPAIR_FORMS: [&[(&str, &str)]; 3] =
    [SIGN_IN, &[("do", "answered")], &[("do", "close")]];

/// Completes Link, and returns the arguments of `onSuccess`.
pub(crate) async fn complete(
    plaid: &str,
    link_token: &str,
    forms: &Forms,
) -> Option<(PublicToken, Object)> {
    let http = reqwest::Client::new();
    let opened = post(
        &http,
        plaid,
        "/link/v2/stable/sessions",
        &[("token", link_token)],
    )
    .await?;
    let (_, form) = opened.split_once(r#"id="close" action=""#)?;
    let (action, _) = form.split_once('"')?;
    let mut last = String::new();
    for fields in forms {
        last = post(&http, plaid, action, fields).await?;
    }
    let messages = last.split(r#"data-message=""#).skip(1).filter_map(message);
    let done = messages
        .into_iter()
        .find(|message| message["plaidLink"] == "done")?;
    let success = done["success"].as_array()?;
    let public_token = success.first()?.as_str()?;
    let metadata = success.get(1)?.as_object()?;
    Some((PublicToken::new(public_token), metadata.clone()))
}

async fn post(
    http: &reqwest::Client,
    plaid: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Option<String> {
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = http
        .post(format!("{plaid}{path}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", "Desktop")
        .body(form);
    request.send().await.ok()?.text().await.ok()
}

fn message(rest: &str) -> Option<Value> {
    let (escaped, _) = rest.split_once('"')?;
    let text = escaped
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">");
    serde_json::from_str(&text.replace("&#38;", "&")).ok()
}
