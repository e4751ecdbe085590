use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Answers that are good for a while: whoever asks for the same again need not go where they came from.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    answers: Mutex<HashMap<K, (V, Instant)>>,
    age: Duration,
    most: usize,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    /// Answers are good for so long, and no more than so many are kept.
    pub(crate) fn new(age: Duration, most: usize) -> Self {
        Self {
            answers: Mutex::default(),
            age,
            most,
        }
    }

    /// The answer, if there is one that is good yet.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, since) = answers.get(key)?;
        (since.elapsed() < self.age).then(|| answer.clone())
    }

    /// Keeps an answer from now on; where there is no room, all others go.
    pub(crate) fn keep(&self, key: K, answer: V) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= self.most {
            answers.clear();
        }
        answers.insert(key, (answer, Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_good_for_a_while() {
        for (age, kept) in [(Duration::MAX, Some("one")), (Duration::ZERO, None)] {
            let recent = Recent::new(age, 1);
            recent.keep(1, "one");
            assert_eq!(recent.get(&1), kept);
        }
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let recent = Recent::new(Duration::MAX, 2);
        for key in 1..=3 {
            recent.keep(key, key);
        }
        let kept = (1..=3).filter_map(|key| recent.get(&key));
        assert_eq!(kept.collect::<Vec<_>>(), [3]);
    }
}
