//! One process under measurement: which invocations it gets, which calls it may make, and when it did what.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scene::Scene;

/// When one invocation went out and came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) sent: Instant,
    pub(crate) answered: Instant,
    /// What the endpoint itself took, from a request's last byte to the reply's.
    pub(crate) service: Duration,
}

impl Invocation {
    /// From the event's way out to the answer's way in.
    pub(crate) fn took(&self) -> Duration {
        self.answered.saturating_duration_since(self.sent)
    }
}

/// What a process does while both stubs look on.
#[derive(Debug)]
pub(crate) struct Play {
    scene: Scene,
    event: Vec<u8>,
    left: usize,
    /// Which of the scene's calls this invocation has made.
    made: Vec<bool>,
    sent: Option<Instant>,
    service: Duration,
    /// When the process first asked for work.
    pub(crate) ready: Option<Instant>,
    pub(crate) invocations: Vec<Invocation>,
    pub(crate) mistakes: Vec<String>,
}

impl Play {
    /// A process that is invoked so many times.
    pub(crate) fn new(scene: &Scene, invocations: usize) -> Self {
        Self {
            event: scene.event.to_string().into_bytes(),
            made: vec![false; scene.calls.len()],
            scene: scene.clone(),
            left: invocations,
            sent: None,
            service: Duration::ZERO,
            ready: None,
            invocations: Vec::with_capacity(invocations),
            mistakes: vec![],
        }
    }

    /// The process asks for work: its event, or nothing any more.
    pub(crate) fn asks(&mut self, now: Instant) -> Option<Vec<u8>> {
        let _ = self.ready.get_or_insert(now);
        self.left = self.left.checked_sub(1)?;
        self.made.fill(false);
        self.service = Duration::ZERO;
        Some(self.event.clone())
    }

    /// The event goes out now.
    pub(crate) fn sends(&mut self, now: Instant) {
        self.sent = Some(now);
    }

    /// The process calls AWS: the scene's answer to the first call of that name that is still to be made.
    pub(crate) fn calls(&mut self, operation: &str) -> Option<&Value> {
        let next = self.scene.calls.iter().zip(&mut self.made).find(|(call, made)| !**made && call.call == operation);
        let Some((call, made)) = next else {
            self.mistakes.push(format!("calls {operation}, which the scene does not expect"));
            return None;
        };
        *made = true;
        Some(&call.answer)
    }

    /// The endpoint was at it for so long.
    pub(crate) fn served(&mut self, took: Duration) {
        self.service += took;
    }

    /// The process answers.
    pub(crate) fn answers(&mut self, answer: &[u8], now: Instant) {
        match serde_json::from_slice::<Value>(answer) {
            Ok(answer) if answer == self.scene.answer => {}
            _ => self.mistakes.push(format!(
                "answers {}, and not {}",
                String::from_utf8_lossy(answer),
                self.scene.answer
            )),
        }
        let missing = self.scene.calls.iter().zip(&self.made).filter(|(_, made)| !**made);
        self.mistakes.extend(missing.map(|(call, _)| format!("does not call {}", call.call)));
        match self.sent.take() {
            Some(sent) => self.invocations.push(Invocation { sent, answered: now, service: self.service }),
            None => self.mistakes.push("answers without having been asked".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scene::Call;

    fn scene() -> Scene {
        let call = |name: &str| Call { call: name.to_owned(), answer: json!({ "of": name }) };
        Scene {
            does: "reads twice and wakes".to_owned(),
            event: json!({ "run": 1 }),
            calls: vec![call("GetItem"), call("GetItem"), call("SendTaskSuccess")],
            answer: json!({ "ok": true }),
        }
    }

    #[test]
    fn each_invocation_makes_each_call_of_the_scene_once() {
        let (now, mut play) = (Instant::now(), Play::new(&scene(), 2));
        for _ in 0..2 {
            assert_eq!(play.asks(now), Some(br#"{"run":1}"#.to_vec()));
            play.sends(now);
            assert!(play.calls("GetItem").is_some() && play.calls("GetItem").is_some());
            assert_eq!(play.calls("SendTaskSuccess"), Some(&json!({ "of": "SendTaskSuccess" })));
            play.answers(br#"{"ok":true}"#, now);
        }
        assert_eq!(play.asks(now), None);
        assert_eq!((play.invocations.len(), play.mistakes.len()), (2, 0));
    }

    #[test]
    fn a_wrong_answer_a_missing_call_and_one_too_many_are_mistakes() {
        let (now, mut play) = (Instant::now(), Play::new(&scene(), 1));
        let _ = play.asks(now);
        play.sends(now);
        assert_eq!(play.calls("PutItem"), None);
        let _ = (play.calls("GetItem").is_some(), play.calls("SendTaskSuccess").is_some());
        play.answers(b"{}", now);
        let told = play.mistakes.join("; ");
        assert_eq!(
            told,
            "calls PutItem, which the scene does not expect; answers {}, and not {\"ok\":true}; does not call GetItem"
        );
    }

    #[test]
    fn what_the_endpoint_took_belongs_to_the_invocation_that_asked() {
        let (now, mut play) = (Instant::now(), Play::new(&scene(), 2));
        for took in [Duration::from_micros(7), Duration::from_micros(3)] {
            let _ = play.asks(now);
            play.sends(now);
            play.served(took);
            play.answers(b"{}", now + Duration::from_millis(1));
        }
        let service: Vec<_> =
            play.invocations.iter().map(|one| (one.service.as_micros(), one.took().as_micros())).collect();
        assert_eq!(service, [(7, 1_000), (3, 1_000)]);
    }
}
