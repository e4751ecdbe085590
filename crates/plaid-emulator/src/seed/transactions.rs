//! The usual transactions of the Sandbox's accounts, the same every month.

use std::borrow::Cow;

use plaid_types::AccountSubtype;
use time::Date;

/// A transaction at the bank, without Plaid's id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransactionTemplate {
    /// The day on which the bank posts it. It is pending before.
    pub(crate) date: Date,
    /// The day on which it was authorized.
    pub(crate) authorized: Date,
    /// Positive when money leaves the account.
    pub(crate) amount: f64,
    pub(crate) currency: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) merchant: Option<&'static str>,
    /// Plaid's personal finance category: primary and detailed.
    pub(crate) category: Option<(&'static str, &'static str)>,
    pub(crate) channel: &'static str,
}

/// Returns the transactions between two days, both included, the oldest first, with the subtype of their accounts.
pub(crate) fn transactions(from: Date, to: Date) -> Vec<(AccountSubtype, TransactionTemplate)> {
    let mut found = Vec::new();
    let mut day = from;
    while day <= to {
        // A month here has 30 days, so a date always has the same transactions.
        let day_of_month = day.to_julian_day().rem_euclid(30);
        found.extend(
            ROWS.iter()
                .filter(|row| row.day == day_of_month)
                .map(|row| row.template(day)),
        );
        let Some(next) = day.next_day() else { break };
        day = next;
    }
    found
}

/// Returns a transaction of this day, always the same except for its date.
pub(crate) fn latest(on: Date) -> (AccountSubtype, TransactionTemplate) {
    ROWS[0].template(on)
}

struct Row {
    /// From 0 to 29.
    day: i32,
    subtype: AccountSubtype,
    amount: f64,
    name: &'static str,
    merchant: Option<&'static str>,
    category: (&'static str, &'static str),
    channel: &'static str,
}

impl Row {
    fn template(&self, date: Date) -> (AccountSubtype, TransactionTemplate) {
        let template = TransactionTemplate {
            date,
            authorized: date,
            amount: self.amount,
            currency: "USD".into(),
            name: self.name.into(),
            merchant: self.merchant,
            category: Some(self.category),
            channel: self.channel,
        };
        (self.subtype.clone(), template)
    }
}

const fn row(
    day: i32,
    subtype: AccountSubtype,
    amount: f64,
    name: &'static str,
    merchant: Option<&'static str>,
    category: (&'static str, &'static str),
    channel: &'static str,
) -> Row {
    Row {
        day,
        subtype,
        amount,
        name,
        merchant,
        category,
        channel,
    }
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
static ROWS: &[Row] = &[
    row(1, Checking, 4.33, "Starbucks", Some("Starbucks"), COFFEE, "in store"),
    row(2, Checking, 12.0, "McDonald's", Some("McDonald's"), FAST_FOOD, "in store"),
    row(3, Checking, 89.4, "SparkFun", Some("SparkFun"), ELECTRONICS, "in store"),
    row(5, Savings, 25.0, "CREDIT CARD 3333 PAYMENT *//", None, CARD, "other"),
    row(6, Savings, -4.22, "INTRST PYMNT", None, INTEREST, "other"),
    row(9, Checking, 6.33, "Uber 072515 SF**POOL**", Some("Uber"), TAXI, "online"),
    row(10, CreditCard, 500.0, "Tectra Inc", Some("Tectra Inc"), ELECTRONICS, "in store"),
    row(12, Checking, -500.0, "United Airlines", Some("United Airlines"), FLIGHT, "in store"),
    row(14, CreditCard, 500.0, "KFC", Some("KFC"), FAST_FOOD, "in store"),
    row(15, Checking, -1450.0, "PAYROLL DIRECT DEPOSIT", None, WAGES, "other"),
    row(17, CreditCard, 500.0, "Madison Bicycle Shop", Some("Madison Bicycle Shop"), SHOP, "in store"),
    row(20, CreditCard, -2078.5, "AUTOMATIC PAYMENT - THANKS", None, CARD, "other"),
    row(23, Checking, 78.5, "Touchstone Climbing", Some("Touchstone Climbing"), GYM, "in store"),
    row(25, Checking, 5.4, "Uber 063015 SF**POOL**", Some("Uber"), TAXI, "online"),
    row(28, Checking, 500.0, "United Airlines", Some("United Airlines"), FLIGHT, "in store"),
];

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn every_month_has_the_same_transactions() {
        let month = transactions(date!(2026 - 01 - 01), date!(2026 - 01 - 30));
        assert_eq!(month.len(), ROWS.len());
        let longer = transactions(date!(2025 - 11 - 02), date!(2026 - 01 - 30));
        assert_eq!(longer.len(), 3 * ROWS.len());
        assert_eq!(longer[2 * ROWS.len()..], month);
    }
}
