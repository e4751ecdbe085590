//! The bank's second factor, and the bank's responses.

use plaid_types::link::MfaType;

/// The bank's response to a sign-in, or to an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The user is signed in.
    Welcome,
    /// The bank asks another question.
    Challenge(Challenge),
    /// The answer to this question is wrong.
    Wrong(Challenge),
    /// The bank refuses, with this error code of Plaid.
    Refused(String),
}

/// A second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// The choice of a device to send a code to.
    Device,
    /// The code that was sent. No code is right if the password is `error_INVALID_MFA`.
    Code { right: &'static str },
    /// Questions with free answers: `answer_<round>_<question>`.
    Questions {
        round: u8,
        rounds: u8,
        per_round: u8,
    },
    /// Questions with a choice of answers. The first is right.
    Selections {
        round: u8,
        rounds: u8,
        per_round: u8,
        choices: u8,
    },
    /// One question with the right answer `Yes`.
    YesOrNo,
}

impl Challenge {
    /// Returns the bank's response to the answers.
    pub(crate) fn answer(&self, answers: &[String]) -> Answer {
        if *self == Self::Device && !answers.is_empty() {
            return Answer::Challenge(Self::Code { right: "1234" });
        }
        let right = self.right();
        if right.is_empty() || right != answers {
            return Answer::Wrong(self.clone());
        }
        match *self {
            Self::Questions {
                round,
                rounds,
                per_round,
            } if round + 1 < rounds => Answer::Challenge(Self::Questions {
                round: round + 1,
                rounds,
                per_round,
            }),
            Self::Selections {
                round,
                rounds,
                per_round,
                choices,
            } if round + 1 < rounds => Answer::Challenge(Self::Selections {
                round: round + 1,
                rounds,
                per_round,
                choices,
            }),
            _ => Answer::Welcome,
        }
    }

    /// The right answers; empty if every answer is right, or none.
    pub(crate) fn right(&self) -> Vec<String> {
        match *self {
            Self::Device | Self::Code { right: "" } => Vec::new(),
            Self::Code { right } => vec![right.to_owned()],
            Self::YesOrNo => vec!["Yes".to_owned()],
            Self::Questions {
                round, per_round, ..
            } => (0..per_round)
                .map(|question| format!("answer_{round}_{question}"))
                .collect(),
            Self::Selections {
                round, per_round, ..
            } => (0..per_round)
                .map(|question| choice(round, question, 0))
                .collect(),
        }
    }

    /// Link's name of the kind.
    pub(crate) fn mfa_type(&self) -> MfaType {
        match self {
            Self::Device => MfaType::Device,
            Self::Code { .. } => MfaType::Code,
            Self::Questions { .. } => MfaType::Questions,
            Self::Selections { .. } | Self::YesOrNo => MfaType::Selections,
        }
    }
}

/// Returns one of the answers to a question.
pub(crate) fn choice(round: u8, question: u8, choice: u8) -> String {
    format!("answer_{round}_{question}_{choice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_right_answers_lead_to_the_next_question() {
        let questions = |round| Challenge::Questions {
            round,
            rounds: 2,
            per_round: 2,
        };
        let selections = Challenge::Selections {
            round: 0,
            rounds: 1,
            per_round: 2,
            choices: 3,
        };
        let wrong = Answer::Wrong;
        let code = Challenge::Code { right: "1234" };
        let never = Challenge::Code { right: "" };
        for (challenge, answers, next) in [
            (
                Challenge::Device,
                &["text"][..],
                Answer::Challenge(code.clone()),
            ),
            (Challenge::Device, &[], wrong(Challenge::Device)),
            (code.clone(), &["1234"], Answer::Welcome),
            (code.clone(), &["4321"], wrong(code)),
            (never.clone(), &[""], wrong(never)),
            (
                questions(0),
                &["answer_0_0", "answer_0_1"],
                Answer::Challenge(questions(1)),
            ),
            (questions(1), &["answer_1_0", "answer_1_1"], Answer::Welcome),
            (questions(0), &["answer_0_0"], wrong(questions(0))),
            (
                questions(0),
                &["answer_0_1", "answer_0_0"],
                wrong(questions(0)),
            ),
            (
                selections.clone(),
                &["answer_0_0_0", "answer_0_1_0"],
                Answer::Welcome,
            ),
            (
                selections.clone(),
                &["answer_0_0_0", "answer_0_1_1"],
                wrong(selections),
            ),
            (Challenge::YesOrNo, &["Yes"], Answer::Welcome),
            (Challenge::YesOrNo, &["No"], wrong(Challenge::YesOrNo)),
        ] {
            let answers: Vec<String> = answers.iter().map(|&answer| answer.to_owned()).collect();
            assert_eq!(
                challenge.answer(&answers),
                next,
                "{challenge:?} {answers:?}"
            );
        }
    }
}
