//! EC2's operations that name instances; looking at things knows no resource.

use super::{Need, Place};
use crate::front_door::heading::form_value;

/// The most instances that one call is asked about.
const INSTANCES_MAX: usize = 1_000;

/// What an operation on instances needs, one need an instance; nothing for every other operation.
pub(super) fn needs(operation: &str, form: &str, place: &Place) -> Vec<Need> {
    let (field, context) = match operation {
        "TerminateInstances" | "StopInstances" | "StartInstances" | "RebootInstances" => ("InstanceId", vec![]),
        "CreateTags" => ("ResourceId", tags(form)),
        _ => return Vec::new(),
    };
    let need = |id: String| {
        let arn = place.arn("ec2", &format!("instance/{id}"));
        Need { context: context.clone(), ..Need::new(format!("ec2:{operation}"), arn) }
    };
    listed(form, field).filter(|id| id.starts_with("i-")).map(need).collect()
}

fn listed<'a>(form: &'a str, field: &'a str) -> impl Iterator<Item = String> + 'a {
    (1..=INSTANCES_MAX).map_while(move |number| form_value(form, &format!("{field}.{number}")))
}

/// What a policy may ask about the tags that are to be put on.
fn tags(form: &str) -> Vec<(String, Vec<String>)> {
    let value = |number| form_value(form, &format!("Tag.{number}.Value")).unwrap_or_default();
    let keys = (1..=INSTANCES_MAX).map_while(|number| Some((number, form_value(form, &format!("Tag.{number}.Key"))?)));
    let asked: Vec<_> = keys.map(|(number, key)| (format!("aws:RequestTag/{key}"), vec![value(number)])).collect();
    let keys = asked.iter().filter_map(|(name, _)| name.strip_prefix("aws:RequestTag/").map(str::to_owned)).collect();
    asked.iter().cloned().chain([("aws:TagKeys".to_owned(), keys)]).collect()
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

    #[test]
    fn marking_an_instance_tells_the_policy_the_tags_that_are_put_on() {
        let place = Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() };
        let form = "Action=CreateTags&ResourceId.1=i-1&Tag.1.Key=nightferry%3Adrill&Tag.1.Value=yes";
        let found = needs("CreateTags", form, &place);
        assert_eq!(found[0].resource, "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-1");
        let told = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
        assert_eq!(
            found[0].context,
            [told("aws:RequestTag/nightferry:drill", "yes"), told("aws:TagKeys", "nightferry:drill")]
        );
    }
}
