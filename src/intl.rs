//! Amounts and times in the user's locale, by the browser's `Intl`.

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Intl};
use wasm_bindgen::{JsCast, JsValue};

use crate::object::object;

thread_local! {
    /// One formatter per currency, because a formatter is expensive to create.
    static MONEY: RefCell<Vec<(String, Function)>> = const { RefCell::new(Vec::new()) };
}

/// Formats an amount in major units, such as `$1,234.50`.
///
/// A currency without an ISO 4217 code, such as a cryptocurrency, follows the number.
pub fn money(amount: f64, currency: &str) -> String {
    let formatted = MONEY.with_borrow_mut(|formats| {
        let known = formats.iter().position(|(known, _)| known == currency);
        let index = known.unwrap_or_else(|| {
            formats.push((currency.to_owned(), money_format(currency)));
            formats.len() - 1
        });
        formats[index].1.call1(&JsValue::UNDEFINED, &amount.into())
    });
    let formatted = formatted
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default();
    if is_iso(currency) {
        formatted
    } else {
        format!("{formatted} {currency}")
    }
}

fn money_format(currency: &str) -> Function {
    // `Intl` throws for a code that is not three letters.
    let options: &[(&str, &str)] = if is_iso(currency) {
        &[("style", "currency"), ("currency", currency)]
    } else {
        &[]
    };
    Intl::NumberFormat::new(&Array::new(), &object(options))
        .format()
        .unchecked_into()
}

fn is_iso(currency: &str) -> bool {
    currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Formats an ISO 8601 time as `Nov 22, 2026, 8:40 AM`. Returns none if it is invalid.
pub fn moment(iso: &str) -> Option<String> {
    format_time(iso, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// Formats the date of an ISO 8601 time as `November 22, 2026`. Returns none if it is invalid.
pub fn date(iso: &str) -> Option<String> {
    format_time(iso, &[("dateStyle", "long")])
}

fn format_time(iso: &str, options: &[(&str, &str)]) -> Option<String> {
    let date = Date::new(&iso.into());
    if date.get_time().is_nan() {
        return None;
    }
    let options = object(options);
    let format = Intl::DateTimeFormat::new(&Array::new(), &options).format();
    let format: Function = format.unchecked_into();
    format.call1(&JsValue::UNDEFINED, &date).ok()?.as_string()
}
