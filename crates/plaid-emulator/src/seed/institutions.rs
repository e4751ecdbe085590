//! The institutions of Plaid's Sandbox, as Plaid documents them, and a few well-known banks.

use super::institution::{Health, SandboxInstitution};

const US: &[&str] = &["US"];
const CANADA: &[&str] = &["CA"];
const UK: &[&str] = &["GB"];
const EUROPE: &[&str] = &[
    "GB", "ES", "NL", "FR", "IE", "DE", "IT", "PL", "DK", "NO", "SE", "EE", "LT", "LV", "PT", "BE",
    "AT", "FI",
];

const ALL_PRODUCTS: &[&str] = &[
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

/// The fields that most banks share.
const BANK: SandboxInstitution = SandboxInstitution {
    id: "",
    name: "",
    country_codes: US,
    products: ALL_PRODUCTS,
    routing_numbers: &[],
    url: "",
    primary_color: "",
    oauth: false,
    health: Health::Healthy,
};

const OAUTH_BANK: SandboxInstitution = SandboxInstitution {
    oauth: true,
    ..BANK
};

/// The institutions, in the order in which Link lists them.
pub(crate) static INSTITUTIONS: &[SandboxInstitution] = &[
    SandboxInstitution {
        id: "ins_109508",
        name: "First Platypus Bank",
        routing_numbers: &["011401533", "021000021"],
        url: "https://first-platypus.example",
        primary_color: "#1f1f1f",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_109509",
        name: "First Gingham Credit Union",
        routing_numbers: &["110000000"],
        url: "https://first-gingham.example",
        primary_color: "#8c1d40",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_109510",
        name: "Tattersall Federal Credit Union",
        routing_numbers: &["091000019"],
        url: "https://tattersall.example",
        primary_color: "#0b6e4f",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_109511",
        name: "Tartan Bank",
        routing_numbers: &["122105155"],
        url: "https://tartan.example",
        primary_color: "#b3261e",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_109512",
        name: "Houndstooth Bank",
        routing_numbers: &["011000138", "011200365", "011400495"],
        url: "https://houndstooth.example",
        primary_color: "#004966",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_130016",
        name: "First Platypus Balance Bank",
        products: WITHOUT_AUTH,
        url: "https://platypus-balance.example",
        primary_color: "#5b4b8a",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_43",
        name: "Tartan-Dominion Bank of Canada",
        country_codes: CANADA,
        products: CANADIAN,
        url: "https://tartan-dominion.example",
        primary_color: "#00573f",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_127287",
        name: "Platypus OAuth Bank",
        routing_numbers: &["021000322"],
        url: "https://platypus-oauth.example",
        primary_color: "#3d5a80",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_132241",
        name: "First Platypus OAuth App2App Bank",
        url: "https://platypus-app2app.example",
        primary_color: "#22577a",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_116834",
        name: "Flexible Platypus Open Banking (UK)",
        country_codes: UK,
        products: EUROPEAN,
        url: "https://flexible-platypus.example",
        primary_color: "#6a4c93",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_117650",
        name: "Royal Bank of Plaid (UK)",
        country_codes: UK,
        products: EUROPEAN,
        url: "https://royal-plaid.example",
        primary_color: "#7b2d26",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_117181",
        name: "Flexible Platypus Open Banking",
        country_codes: EUROPE,
        products: EUROPEAN,
        url: "https://flexible-platypus-qr.example",
        primary_color: "#4f5d75",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_135858",
        name: "Windowpane Bank",
        routing_numbers: &["333333334"],
        url: "https://windowpane.example",
        primary_color: "#2a6f97",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_132363",
        name: "Unhealthy Platypus Bank – Degraded",
        url: "https://unhealthy-degraded.example",
        primary_color: "#9a6700",
        health: Health::Degraded,
        ..BANK
    },
    SandboxInstitution {
        id: "ins_132361",
        name: "Unhealthy Platypus Bank – Down",
        url: "https://unhealthy-down.example",
        primary_color: "#9b2226",
        health: Health::Down,
        ..BANK
    },
    SandboxInstitution {
        id: "ins_133402",
        name: "Unsupported Platypus Bank – Institution Not Supported",
        url: "https://unsupported-platypus.example",
        primary_color: "#6c757d",
        health: Health::NoLongerSupported,
        ..BANK
    },
    SandboxInstitution {
        id: "ins_133502",
        name: "Platypus Bank RUX Auth",
        url: "https://platypus-rux-auth.example",
        primary_color: "#386641",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_133503",
        name: "Platypus Bank RUX Match",
        url: "https://platypus-rux-match.example",
        primary_color: "#6a994e",
        ..BANK
    },
    SandboxInstitution {
        id: "ins_3",
        name: "Chase",
        routing_numbers: &["021000021"],
        url: "https://www.chase.com",
        primary_color: "#117aca",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_4",
        name: "Wells Fargo",
        routing_numbers: &["121000248"],
        url: "https://www.wellsfargo.com",
        primary_color: "#b31e30",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_10",
        name: "American Express",
        products: WITHOUT_AUTH,
        url: "https://www.americanexpress.com",
        primary_color: "#006fcf",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_20",
        name: "Citizens Bank",
        routing_numbers: &["211070175"],
        url: "https://www.citizensbank.com",
        primary_color: "#007a53",
        ..OAUTH_BANK
    },
    SandboxInstitution {
        id: "ins_128026",
        name: "Capital One",
        routing_numbers: &["051405515"],
        url: "https://www.capitalone.com",
        primary_color: "#004879",
        ..OAUTH_BANK
    },
];
