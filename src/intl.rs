//! Amounts and times in the user's locale, by the browser's `Intl`.

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Intl};
use wasm_bindgen::{JsCast, JsValue};

use crate::object::object;

thread_local! {
    /// One formatter per currency, because a formatter is expensive to create.
    static MONEY: RefCell<Vec<Money>> = const { RefCell::new(Vec::new()) };
}

/// The format of amounts in a currency.
struct Money {
    iso: String,
    /// Whether the browser knows this ISO 4217 code, and so its sign and its decimals.
    is_known: bool,
    format: Function,
}

/// Formats an amount in major units, such as `$1,234.50`.
///
/// The code of a currency that the browser does not know follows the number, as in `0.00421337 BTC`, and so does a code that is
/// not of ISO 4217. Without a code it is a number.
pub fn money(amount: f64, iso: Option<&str>, unofficial: Option<&str>) -> String {
    let code = iso.or(unofficial);
    let iso = iso.unwrap_or_default();
    MONEY.with_borrow_mut(|formats| {
        let known = formats.iter().position(|format| format.iso == iso);
        let index = known.unwrap_or_else(|| {
            formats.push(money_format(iso));
            formats.len() - 1
        });
        let Money {
            is_known, format, ..
        } = &formats[index];
        let text = format.call1(&JsValue::UNDEFINED, &amount.into()).ok();
        let text = text.and_then(|text| text.as_string()).unwrap_or_default();
        match code {
            Some(code) if !is_known => format!("{text} {code}"),
            _ => text,
        }
    })
}

fn money_format(iso: &str) -> Money {
    let known = Intl::supported_values_of(Intl::SupportedValuesKey::Currency);
    let is_known = known.includes(&iso.into(), 0);
    // An amount that rounds to zero has no sign.
    let sign = ("signDisplay", "negative");
    let options: &[(&str, &str)] = if is_known {
        &[sign, ("style", "currency"), ("currency", iso)]
    } else {
        &[
            sign,
            ("minimumFractionDigits", "2"),
            ("maximumFractionDigits", "8"),
        ]
    };
    let format = Intl::NumberFormat::new(&Array::new(), &object(options)).format();
    Money {
        iso: iso.to_owned(),
        is_known,
        format: format.unchecked_into(),
    }
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

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::money;

    #[wasm_bindgen_test]
    fn each_amount_is_shown_in_its_currency() {
        for (amount, iso, unofficial, shown) in [
            (1234.5, Some("USD"), None, "$1,234.50"),
            (-1234.5, Some("USD"), None, "-$1,234.50"),
            (-0.0, Some("USD"), None, "$0.00"),
            (-0.001, Some("USD"), None, "$0.00"),
            (1234.5, Some("JPY"), None, "¥1,235"),
            (1.2345, Some("KWD"), None, "KWD\u{a0}1.235"),
            (1e15, Some("USD"), None, "$1,000,000,000,000,000.00"),
            (1e21, Some("EUR"), None, "€1,000,000,000,000,000,000,000.00"),
            // Both codes are null at some banks.
            (1234.5, None, None, "1,234.50"),
            (-0.0, None, None, "0.00"),
            (0.004_213_37, None, Some("BTC"), "0.00421337 BTC"),
            (-0.000_000_001, None, Some("BTC"), "0.00 BTC"),
            (2.0, None, Some("USDT"), "2.00 USDT"),
            (1.0, None, Some("USD"), "1.00 USD"),
            // Not of ISO 4217, whatever the bank says.
            (0.004_213_37, Some("BTC"), None, "0.00421337 BTC"),
            (1.0, Some("ZZZ"), None, "1.00 ZZZ"),
            (1.0, Some("dollars"), None, "1.00 dollars"),
        ] {
            assert_eq!(money(amount, iso, unofficial), shown);
        }
    }
}
