//! What a policy may ask about a function: its tags.

use super::action::Need;
use crate::upstream::{Upstream, lambda};

/// Tells the tags of each function that a call is about. One that can't be read has none, so that a condition on a tag denies.
pub(super) async fn circumstances(upstream: &Upstream, account: &str, region: &str, needs: &mut [Need]) {
    let aws = upstream.seen_from(account, region);
    for need in needs.iter_mut().filter(|need| need.action == "lambda:InvokeFunction") {
        for (key, value) in lambda::tags(&aws, &need.resource).await.unwrap_or_default() {
            need.context.push((format!("aws:ResourceTag/{key}"), vec![value]));
        }
    }
}
