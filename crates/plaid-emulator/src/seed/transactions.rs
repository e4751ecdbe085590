//! What happens on the accounts of the Sandbox, month after month.

use std::borrow::Cow;

use plaid_types::AccountSubtype;
use time::Date;

/// Something that happens on an account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransactionTemplate {
    /// When the bank books it; pending before.
    pub(crate) date: Date,
    /// When it was done.
    pub(crate) authorized: Date,
    /// Positive when money leaves the account.
    pub(crate) amount: f64,
    pub(crate) currency: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) merchant: Option<&'static str>,
    /// Plaid's personal finance category, the broad one and the exact one.
    pub(crate) category: Option<(&'static str, &'static str)>,
    pub(crate) channel: &'static str,
}

/// What happens from one day to another, both included, the oldest first, each on the accounts of a subtype.
pub(crate) fn transactions(from: Date, to: Date) -> Vec<(AccountSubtype, TransactionTemplate)> {
    let mut found = Vec::new();
    let mut day = from;
    while day <= to {
        // Months of 30 days that begin wherever the calendar puts them: each date always has the same.
        let place = day.to_julian_day().rem_euclid(30);
        found.extend(
            ROWS.iter()
                .filter(|row| row.0 == place)
                .map(|row| template(row, day)),
        );
        let Some(next) = day.next_day() else { break };
        day = next;
    }
    found
}

/// What has just happened: the same each time, but for the date.
pub(crate) fn latest(on: Date) -> (AccountSubtype, TransactionTemplate) {
    template(&ROWS[0], on)
}

type Row = (
    i32,
    AccountSubtype,
    f64,
    &'static str,
    Option<&'static str>,
    (&'static str, &'static str),
    &'static str,
);

fn template(row: &Row, date: Date) -> (AccountSubtype, TransactionTemplate) {
    let (_, subtype, amount, name, merchant, category, channel) = row.clone();
    let what = TransactionTemplate {
        date,
        authorized: date,
        amount,
        currency: "USD".into(),
        name: name.into(),
        merchant,
        category: Some(category),
        channel,
    };
    (subtype, what)
}

use AccountSubtype::{Checking, CreditCard, Savings};

const COFFEE: (&str, &str) = ("FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE");
const FAST_FOOD: (&str, &str) = ("FOOD_AND_DRINK", "FOOD_AND_DRINK_FAST_FOOD");
const TAXI: (&str, &str) = ("TRANSPORTATION", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES");
const FLIGHT: (&str, &str) = ("TRAVEL", "TRAVEL_FLIGHTS");
const SHOP: (&str, &str) = ("GENERAL_MERCHANDISE", "GENERAL_MERCHANDISE_SPORTING_GOODS");
const ELECTRONICS: (&str, &str) = ("GENERAL_MERCHANDISE", "GENERAL_MERCHANDISE_ELECTRONICS");
const GYM: (&str, &str) = ("PERSONAL_CARE", "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS");
const CARD: (&str, &str) = ("LOAN_PAYMENTS", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT");
const INTEREST: (&str, &str) = ("INCOME", "INCOME_INTEREST_EARNED");
const WAGES: (&str, &str) = ("INCOME", "INCOME_WAGES");

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (1, Checking, 4.33, "Starbucks", Some("Starbucks"), COFFEE, "in store"),
    (2, Checking, 12.0, "McDonald's", Some("McDonald's"), FAST_FOOD, "in store"),
    (3, Checking, 89.4, "SparkFun", Some("SparkFun"), ELECTRONICS, "in store"),
    (5, Savings, 25.0, "CREDIT CARD 3333 PAYMENT *//", None, CARD, "other"),
    (6, Savings, -4.22, "INTRST PYMNT", None, INTEREST, "other"),
    (9, Checking, 6.33, "Uber 072515 SF**POOL**", Some("Uber"), TAXI, "online"),
    (10, CreditCard, 500.0, "Tectra Inc", Some("Tectra Inc"), ELECTRONICS, "in store"),
    (12, Checking, -500.0, "United Airlines", Some("United Airlines"), FLIGHT, "in store"),
    (14, CreditCard, 500.0, "KFC", Some("KFC"), FAST_FOOD, "in store"),
    (15, Checking, -1450.0, "PAYROLL DIRECT DEPOSIT", None, WAGES, "other"),
    (17, CreditCard, 500.0, "Madison Bicycle Shop", Some("Madison Bicycle Shop"), SHOP, "in store"),
    (20, CreditCard, -2078.5, "AUTOMATIC PAYMENT - THANKS", None, CARD, "other"),
    (23, Checking, 78.5, "Touchstone Climbing", Some("Touchstone Climbing"), GYM, "in store"),
    (25, Checking, 5.4, "Uber 063015 SF**POOL**", Some("Uber"), TAXI, "online"),
    (28, Checking, 500.0, "United Airlines", Some("United Airlines"), FLIGHT, "in store"),
];

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn every_month_has_the_same_and_a_date_never_changes() {
        let month = transactions(date!(2026 - 01 - 01), date!(2026 - 01 - 30));
        assert_eq!(month.len(), ROWS.len());
        let longer = transactions(date!(2025 - 11 - 02), date!(2026 - 01 - 30));
        assert_eq!(longer.len(), 3 * ROWS.len());
        assert_eq!(longer[2 * ROWS.len()..], month);
    }
}
