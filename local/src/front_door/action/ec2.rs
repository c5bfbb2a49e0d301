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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ending_instances_needs_each_of_them_and_looking_at_them_none() {
        let place = Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() };
        let form = "Action=TerminateInstances&InstanceId.1=i-1&InstanceId.2=i-2";
        let found: Vec<String> =
            needs("TerminateInstances", form, &place).into_iter().map(|need| need.resource).collect();
        let arn = |id: &str| format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{id}");
        assert_eq!(found, [arn("i-1"), arn("i-2")]);
        assert!(needs("DescribeInstances", form, &place).is_empty());
    }
}
