//! What a policy may ask about an instance: its tags.

use super::action::Need;
use crate::upstream::{Upstream, ec2};

/// Tells the tags of each instance that a call is about. One that can't be read has none, so that a condition on a tag denies.
pub(super) async fn circumstances(upstream: &Upstream, account: &str, region: &str, needs: &mut [Need]) {
    let aws = upstream.seen_from(account, region);
    for need in needs.iter_mut() {
        let Some((_, id)) = need.resource.split_once(":instance/") else { continue };
        let Ok(Some(instance)) = ec2::instance(&aws, id).await else { continue };
        for (key, value) in instance.tags {
            need.context.push((format!("aws:ResourceTag/{key}"), vec![value.clone()]));
            need.context.push((format!("ec2:ResourceTag/{key}"), vec![value]));
        }
    }
}
