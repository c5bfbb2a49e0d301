//! EC2's operations that name instances; looking at things knows no resource.

use super::{Need, Place};
use crate::front_door::heading::form_value;

/// The most instances that one call is asked about.
const INSTANCES_MAX: usize = 1_000;

/// What an operation on instances needs, one need an instance; nothing for every other operation.
pub(super) fn needs(operation: &str, form: &str, place: &Place) -> Vec<Need> {
    if !matches!(operation, "TerminateInstances" | "StopInstances" | "StartInstances" | "RebootInstances") {
        return Vec::new();
    }
    let ids = (1..=INSTANCES_MAX).map_while(|number| form_value(form, &format!("InstanceId.{number}")));
    ids.map(|id| Need::new(format!("ec2:{operation}"), place.arn("ec2", &format!("instance/{id}")))).collect()
}
