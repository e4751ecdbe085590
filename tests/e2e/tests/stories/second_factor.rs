//! Second factors, and test users with custom accounts.

use e2e::{Browser, Link, Role, story};
use serde_json::json;

async fn sign_in<'a>(page: &'a Browser, bank: &str, password: &str) -> Link<'a> {
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.choose_institution(bank).await;
    link.sign_in("user_good", password).await;
    link
}

async fn finish(page: &Browser, link: Link<'_>, bank: &str) {
    link.share("Plaid Checking 0000").await;
    link.finish().await;
    page.region(bank).says("Plaid Checking").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_factor() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;

        let link = sign_in(page, "First Platypus Bank", "mfa_device").await;
        link.locate(Role::Radio, "Text message to ••• 4321").click().await;
        link.button("Continue").click().await;
        link.locate(Role::Textbox, "Code").fill("0000").await;
        link.button("Submit").click().await;
        link.notice("not correct").appears().await;
        link.locate(Role::Textbox, "Code").fill("1234").await;
        link.button("Submit").click().await;
        finish(page, link, "First Platypus Bank").await;

        let link = sign_in(page, "Tartan Bank", "mfa_questions_2_2").await;
        for round in 0..2 {
            for question in 0..2 {
                let field = link.locate(Role::Textbox, &format!("Question {}", question + 1));
                field.fill(&format!("answer_{round}_{question}")).await;
            }
            link.button("Submit").click().await;
            // The next round has the same fields.
            page.run(
                "return new Promise((next) => {
                    const look = () => [...document.querySelectorAll('input')].some((input) => input.value.startsWith('answer_'))
                        ? setTimeout(look, 20) : next(true);
                    look();
                })",
            )
            .await;
        }
        finish(page, link, "Tartan Bank").await;

        let bank = "First Gingham Credit Union";
        let link = sign_in(page, bank, "mfa_selections_1_1_3").await;
        link.locate(Role::Radio, "answer_0_0_1").click().await;
        link.button("Submit").click().await;
        link.notice("not correct").appears().await;
        link.locate(Role::Radio, "answer_0_0_0").click().await;
        link.button("Submit").click().await;
        finish(page, link, bank).await;

        let bank = "Houndstooth Bank";
        let link = sign_in(page, bank, "mfa_selections").await;
        link.locate(Role::Radio, "Yes").click().await;
        link.button("Submit").click().await;
        finish(page, link, bank).await;
    })
    .await;
}

/// The notice names the step at which the user left.
#[tokio::test(flavor = "multi_thread")]
async fn leaves_at_the_second_factor() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        let link = sign_in(page, "First Platypus Bank", "mfa_questions_1_1").await;
        link.locate(Role::Textbox, "Question 1").appears().await;
        link.exit().await;
        page.notice("You left before you answered your bank's questions.")
            .appears()
            .await;

        let link = sign_in(page, "First Platypus Bank", "mfa_device").await;
        link.locate(Role::Radio, "Text message to ••• 4321")
            .appears()
            .await;
        link.exit().await;
        page.notice("You left before your bank could send a code.")
            .appears()
            .await;
    })
    .await;
}

/// A custom user, whose password is a JSON document of accounts and transactions.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_custom_accounts() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        let yesterday = "return new Date(Date.now() - 24 * 3600 * 1000).toISOString().slice(0, 10)";
        let yesterday = page.run(yesterday).await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        let user = json!({
            "override_accounts": [{
                "type": "depository",
                "subtype": "checking",
                "starting_balance": 42.5,
                "meta": { "name": "Piggy <b>bank</b>", "mask": "7777" },
                "transactions": [{
                    "date_transacted": yesterday,
                    "date_posted": yesterday,
                    "amount": 7.5,
                    "description": "A <b>hammer</b>",
                }],
            }],
            "mfa": { "type": "device" },
        });
        link.sign_in("user_custom", &user.to_string()).await;
        link.locate(Role::Radio, "Email to u•••@example.com").click().await;
        link.button("Continue").click().await;
        link.locate(Role::Textbox, "Code").fill("1234").await;
        link.button("Submit").click().await;
        link.share("Piggy <b>bank</b> 7777").await;
        link.finish().await;
        page.region("First Platypus Bank").says("Piggy <b>bank</b>").await;
        page.region("First Platypus Bank").says("$42.50").await;

        // Connect shows no transactions, but the backend has them.
        world.stack.advance_plaid_clock(5).await;
        let transactions = page
            .run(
                "const ask = async () => (await (await fetch('/api/transactions')).json()).transactions;
                return new Promise((done) => {
                    const look = async () => {
                        const transactions = await ask();
                        transactions.length ? done(transactions) : setTimeout(look, 20);
                    };
                    look();
                })",
            )
            .await;
        assert_eq!(transactions.as_array().map(Vec::len), Some(1), "{transactions}");
        let hammer = &transactions[0];
        assert_eq!((&hammer["name"], &hammer["date"]), (&json!("A <b>hammer</b>"), &yesterday), "{hammer}");
        assert_eq!(hammer["amount"], 7.5);
    })
    .await;
}
