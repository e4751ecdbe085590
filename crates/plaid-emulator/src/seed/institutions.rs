//! The institutions of the Sandbox, as Plaid documents them, and a few that everyone knows.

use plaid_types::InstitutionId;

use crate::world::{Health, SandboxInstitution};

/// The institutions, in the order in which Link lists them.
pub(crate) fn institutions() -> Vec<SandboxInstitution> {
    ROWS.iter()
        .map(
            |&(
                id,
                name,
                country_codes,
                products,
                oauth,
                health,
                primary_color,
                url,
                routing_numbers,
            )| {
                SandboxInstitution {
                    id: InstitutionId::from(id),
                    name,
                    country_codes,
                    products,
                    routing_numbers,
                    url,
                    primary_color,
                    oauth,
                    health,
                }
            },
        )
        .collect()
}

type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    bool,
    Health,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const US: &[&str] = &["US"];
const CANADA: &[&str] = &["CA"];
const UK: &[&str] = &["GB"];
const EUROPE: &[&str] = &[
    "GB", "ES", "NL", "FR", "IE", "DE", "IT", "PL", "DK", "NO", "SE", "EE", "LT", "LV", "PT", "BE",
    "AT", "FI",
];

const ALL: &[&str] = &[
    "assets",
    "auth",
    "balance",
    "employment",
    "identity",
    "income_verification",
    "investments",
    "liabilities",
    "recurring_transactions",
    "signal",
    "standing_orders",
    "statements",
    "transactions",
    "transfer",
];
const WITHOUT_AUTH: &[&str] = &["assets", "balance", "identity", "transactions"];
const CANADIAN: &[&str] = &[
    "assets",
    "auth",
    "balance",
    "identity",
    "investments",
    "liabilities",
    "transactions",
];
const EUROPEAN: &[&str] = &[
    "assets",
    "auth",
    "balance",
    "identity",
    "payment_initiation",
    "standing_orders",
    "transactions",
];

use Health::{Degraded, Down, Healthy, NoLongerSupported};

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("ins_109508", "First Platypus Bank", US, ALL, false, Healthy, "#1f1f1f", "https://first-platypus.example", &["011401533", "021000021"]),
    ("ins_109509", "First Gingham Credit Union", US, ALL, false, Healthy, "#8c1d40", "https://first-gingham.example", &["110000000"]),
    ("ins_109510", "Tattersall Federal Credit Union", US, ALL, false, Healthy, "#0b6e4f", "https://tattersall.example", &["091000019"]),
    ("ins_109511", "Tartan Bank", US, ALL, false, Healthy, "#b3261e", "https://tartan.example", &["122105155"]),
    ("ins_109512", "Houndstooth Bank", US, ALL, false, Healthy, "#004966", "https://houndstooth.example", &["011000138", "011200365", "011400495"]),
    ("ins_130016", "First Platypus Balance Bank", US, WITHOUT_AUTH, false, Healthy, "#5b4b8a", "https://platypus-balance.example", &[]),
    ("ins_43", "Tartan-Dominion Bank of Canada", CANADA, CANADIAN, false, Healthy, "#00573f", "https://tartan-dominion.example", &[]),
    ("ins_127287", "Platypus OAuth Bank", US, ALL, true, Healthy, "#3d5a80", "https://platypus-oauth.example", &["021000322"]),
    ("ins_132241", "First Platypus OAuth App2App Bank", US, ALL, true, Healthy, "#22577a", "https://platypus-app2app.example", &[]),
    ("ins_116834", "Flexible Platypus Open Banking (UK)", UK, EUROPEAN, true, Healthy, "#6a4c93", "https://flexible-platypus.example", &[]),
    ("ins_117650", "Royal Bank of Plaid (UK)", UK, EUROPEAN, true, Healthy, "#7b2d26", "https://royal-plaid.example", &[]),
    ("ins_117181", "Flexible Platypus Open Banking", EUROPE, EUROPEAN, true, Healthy, "#4f5d75", "https://flexible-platypus-qr.example", &[]),
    ("ins_135858", "Windowpane Bank", US, ALL, false, Healthy, "#2a6f97", "https://windowpane.example", &["333333334"]),
    ("ins_132363", "Unhealthy Platypus Bank – Degraded", US, ALL, false, Degraded, "#9a6700", "https://unhealthy-degraded.example", &[]),
    ("ins_132361", "Unhealthy Platypus Bank – Down", US, ALL, false, Down, "#9b2226", "https://unhealthy-down.example", &[]),
    ("ins_133402", "Unsupported Platypus Bank – Institution Not Supported", US, ALL, false, NoLongerSupported, "#6c757d", "https://unsupported-platypus.example", &[]),
    ("ins_133502", "Platypus Bank RUX Auth", US, ALL, false, Healthy, "#386641", "https://platypus-rux-auth.example", &[]),
    ("ins_133503", "Platypus Bank RUX Match", US, ALL, false, Healthy, "#6a994e", "https://platypus-rux-match.example", &[]),
    ("ins_3", "Chase", US, ALL, true, Healthy, "#117aca", "https://www.chase.com", &["021000021"]),
    ("ins_4", "Wells Fargo", US, ALL, true, Healthy, "#b31e30", "https://www.wellsfargo.com", &["121000248"]),
    ("ins_10", "American Express", US, WITHOUT_AUTH, true, Healthy, "#006fcf", "https://www.americanexpress.com", &[]),
    ("ins_20", "Citizens Bank", US, ALL, true, Healthy, "#007a53", "https://www.citizensbank.com", &["211070175"]),
    ("ins_128026", "Capital One", US, ALL, true, Healthy, "#004879", "https://www.capitalone.com", &["051405515"]),
];
