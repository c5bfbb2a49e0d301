//! The morning message.

use nightferry_workflow::ports::Notices;

use super::things::number;

/// A topic, and somebody who listens to it.
pub(crate) trait Bench {
    /// The port.
    type Port: Notices;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The next `count` messages with this subject, as they arrive.
    async fn arrive(&self, subject: &str, count: usize) -> Vec<String>;
}

fn subject() -> String {
    format!("Nightferry: night {}", number())
}

async fn a_message_arrives_with_its_subject_and_all_of_its_text(bench: &impl Bench) {
    let (subject, message) = (subject(), "# nightly\n\n1 of 1 jobs safe & sound: \"é\" + 100%\n".repeat(200));
    assert_eq!(bench.port().publish(&subject, &message).await, Ok(()));
    assert_eq!(bench.arrive(&subject, 1).await, [message]);
}

async fn a_subject_of_99_characters_is_carried(bench: &impl Bench) {
    let subject = format!("{:-<99}", subject());
    assert_eq!(bench.port().publish(&subject, "text").await, Ok(()));
    assert_eq!(bench.arrive(&subject, 1).await, ["text"]);
}

async fn a_message_that_is_sent_twice_arrives_twice(bench: &impl Bench) {
    let subject = subject();
    assert_eq!(bench.port().publish(&subject, "text").await, Ok(()));
    assert_eq!(bench.port().publish(&subject, "text").await, Ok(()));
    assert_eq!(bench.arrive(&subject, 2).await, ["text", "text"]);
}

checks!(
    crate::fake::world(), crate::aws::notices();
    a_message_arrives_with_its_subject_and_all_of_its_text,
    a_subject_of_99_characters_is_carried,
    a_message_that_is_sent_twice_arrives_twice,
);
