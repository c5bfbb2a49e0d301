//! How our statements and rules are told from everybody else's in what several people write.

use super::names::hex_digest;
use crate::plan::JobName;
use crate::stack::Stack;

const STACK_CHARS: usize = 8;
const JOB_CHARS: usize = 4;

/// How the Sids of a stack's statements begin. Two stacks, in one account or in two, never begin alike.
#[must_use]
pub fn statements(stack: &Stack) -> String {
    format!("Nightferry{}", of_stack(stack))
}

/// How the IDs of a stack's replication rules begin.
#[must_use]
pub fn rules(stack: &Stack) -> String {
    format!("nightferry-{}-", of_stack(stack))
}

/// The Sid of one statement of one job: letters and digits only, since not every policy takes more.
#[must_use]
pub fn sid(stack: &Stack, job: &JobName, purpose: &str) -> String {
    let words = job.as_str().split('-').map(capitalized).collect::<String>();
    // Two jobs may spell the same words (`a-1`, `a1`).
    format!("{}{purpose}{words}{}", statements(stack), short(job.as_str(), JOB_CHARS))
}

/// The ID of a job's replication rule.
#[must_use]
pub fn rule(stack: &Stack, job: &JobName) -> String {
    format!("{}{job}", rules(stack))
}

fn of_stack(stack: &Stack) -> String {
    short(&format!("{}/{}/{}", stack.account, stack.region, stack.name), STACK_CHARS)
}

fn short(text: &str, chars: usize) -> String {
    hex_digest(text.as_bytes()).chars().take(chars).collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(account: &str) -> Stack {
        Stack::in_region(account, "ap-northeast-1", "nightferry")
    }

    #[test]
    fn sids_are_plain_stable_and_each_jobs_own() {
        let sid = |account: &str, job: &str| sid(&stack(account), &job.parse().unwrap(), "Bucket");
        assert_eq!(sid("123456789012", "partner-logs"), sid("123456789012", "partner-logs"));
        assert!(sid("123456789012", "partner-logs").contains("BucketPartnerLogs"));
        assert!(sid("123456789012", "a-1").chars().all(|letter| letter.is_ascii_alphanumeric()));
        assert_ne!(sid("123456789012", "a-1"), sid("123456789012", "a1"));
        assert_ne!(statements(&stack("123456789012")), statements(&stack("210987654321")));
    }
}
