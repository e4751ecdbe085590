//! The message and the next step for each error of Link.

use e2e::{Role, story};

/// Every error that a password can force: Link shows it, and the page shows its own message and the next step.
#[tokio::test(flavor = "multi_thread")]
async fn every_error_has_a_message() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        for (code, words, button) in [
            (
                "COUNTRY_NOT_SUPPORTED",
                "This account cannot be connected here.",
                "Choose another bank",
            ),
            (
                "INSTITUTION_DOWN",
                "Your bank is not responding",
                "Try again",
            ),
            (
                "INSTITUTION_NOT_RESPONDING",
                "Your bank is not responding",
                "Try again",
            ),
            (
                "INSTITUTION_NO_LONGER_SUPPORTED",
                "This account cannot be connected here.",
                "Choose another bank",
            ),
            (
                "INSUFFICIENT_CREDENTIALS",
                "Your bank may not share the required data yet.",
                "Try again",
            ),
            (
                "INTERNAL_SERVER_ERROR",
                "Plaid has a problem at the moment.",
                "Try again",
            ),
            (
                "INVALID_CREDENTIALS",
                "Your bank did not accept the sign-in.",
                "Try again",
            ),
            (
                "INVALID_MFA",
                "Your bank did not accept the sign-in.",
                "Try again",
            ),
            (
                "INVALID_SEND_METHOD",
                "Your bank did not get your answer in time.",
                "Try again",
            ),
            (
                "ITEM_LOCKED",
                // Plaid provides a message for the user.
                "Your bank requires an action from you first. The bank has locked the account.",
                "Try again",
            ),
            (
                "ITEM_NOT_SUPPORTED",
                "This account cannot be connected here.",
                "Choose another bank",
            ),
            (
                "MFA_NOT_SUPPORTED",
                "This account cannot be connected here.",
                "Choose another bank",
            ),
            (
                "NO_ACCOUNTS",
                "This account cannot be connected here.",
                "Choose another bank",
            ),
            (
                "PAYMENT_INVALID_RECIPIENT",
                "Something went wrong.",
                "Try again",
            ),
            (
                "USER_INPUT_TIMEOUT",
                "Your bank did not get your answer in time.",
                "Try again",
            ),
            (
                "USER_SETUP_REQUIRED",
                "Your bank requires an action from you first.",
                "Try again",
            ),
        ] {
            page.button("Connect a bank account").click().await;
            let link = page.enter_link().await;
            link.choose_institution("First Platypus Bank").await;
            link.sign_in("user_good", &format!("error_{code}")).await;
            match code {
                "INVALID_CREDENTIALS" => link.notice("is not correct").appears().await,
                "INVALID_MFA" => {
                    link.locate(Role::Textbox, "Code").fill("1234").await;
                    link.button("Submit").click().await;
                    link.notice("is not correct").appears().await;
                }
                _ => page.says(code).await,
            }
            link.exit().await;
            let notice = page.notice(words);
            notice.says("Nothing was connected.").await;
            notice.says("Reference: ").await;
            // The Link session and the request.
            notice.says(" · ").await;
            notice.button(button).appears().await;
        }
        page.notice("first.").button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}
