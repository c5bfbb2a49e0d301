//! The metadata of a restore: which keys there are, which of them are JSON in a text, and what they ask for together.

use serde_json::Value;

use super::super::point::Point;
use super::super::read::Tags;
use super::super::refusal::Refusal;

/// Keys whose value is a plain text.
const TEXTS: [&str; 16] = [
    "InstanceType",
    "KeyName",
    "SubnetId",
    "Architecture",
    "EnaSupport",
    "IamInstanceProfileName",
    "InstanceInitiatedShutdownBehavior",
    "DisableApiTermination",
    "RootDeviceType",
    "RamdiskId",
    "KernelId",
    "UserData",
    "EbsOptimized",
    "VirtualizationType",
    "Platform",
    "vpcId",
];
/// Keys whose value is JSON in a text.
const DOCUMENTS: [&str; 12] = [
    "SecurityGroupIds",
    "CpuOptions",
    "HibernationOptions",
    "CreditSpecification",
    "Placement",
    "Monitoring",
    "NetworkInterfaces",
    "ElasticGpuSpecification",
    "CapacityReservationSpecification",
    "InstanceMarketOptions",
    "LicenseSpecifications",
    "BlockDeviceMappings",
];
/// Keys whose value is a text, which the service adds or reads by itself.
const OWN: [&str; 2] = ["RequireIMDSv2", "aws:backup:request-id"];

/// EC2's words for a network that is given twice.
const NETWORK_TWICE: &str =
    "Network interfaces and an instance-level subnet ID may not be specified on the same request";
/// The same of security groups.
const GROUPS_TWICE: &str =
    "Network interfaces and instance-level security groups may not be specified on the same request";

/// Refuses unknown keys and values that don't read.
pub(in crate::backup) fn check(metadata: &Tags) -> Result<(), Refusal> {
    for (key, value) in metadata {
        if DOCUMENTS.contains(&key.as_str()) {
            if serde_json::from_str::<Value>(value).is_err() {
                return Err(Refusal::value(format!(
                    "Invalid restore metadata. The value of {key} is no JSON: {value}"
                )));
            }
        } else if !TEXTS.contains(&key.as_str()) && !OWN.contains(&key.as_str()) {
            return Err(Refusal::value(format!("Invalid restore metadata. Unrecognized key : {key}")));
        }
    }
    Ok(())
}

/// What a test restores a point with when nobody says otherwise. AWS looks for a default network; here it is the original's.
pub(in crate::backup) fn inferred(point: &Point) -> Tags {
    let kept = ["InstanceType", "SubnetId", "SecurityGroupIds"];
    kept.iter().filter_map(|key| Some(((*key).to_owned(), given(&point.metadata, key)?))).collect()
}

/// The keys of a test's overrides may be written in any case: these are theirs.
pub(in crate::backup) fn spelled(overrides: &Tags) -> Tags {
    let known = |key: &String| {
        let all = TEXTS.iter().chain(&DOCUMENTS).chain(&OWN);
        all.copied().find(|known| known.eq_ignore_ascii_case(key)).unwrap_or(key).to_owned()
    };
    overrides.iter().map(|(key, value)| (known(key), value.clone())).collect()
}

/// Where the new instance is to be in the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) subnet: Option<String>,
    pub(super) groups: Vec<String>,
    pub(super) address: Option<String>,
}

/// Reads it, from the interfaces or from the top level. The error is in EC2's words.
pub(super) fn network(metadata: &Tags) -> Result<Network, &'static str> {
    let subnet = given(metadata, "SubnetId");
    let groups = document(metadata, "SecurityGroupIds").map(|groups| texts(&groups)).unwrap_or_default();
    let interfaces = document(metadata, "NetworkInterfaces");
    let Some(first) = interfaces.as_ref().and_then(|list| list.get(0)) else {
        return Ok(Network { subnet, groups, address: None });
    };
    if subnet.is_some() {
        return Err(NETWORK_TWICE);
    }
    if !groups.is_empty() {
        return Err(GROUPS_TWICE);
    }
    let text = |name: &str| first.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let groups = first.get("Groups").or_else(|| first.get("SecurityGroupIds")).map(texts).unwrap_or_default();
    Ok(Network { subnet: text("SubnetId"), groups, address: text("PrivateIpAddress") })
}

/// A value that is not empty.
pub(super) fn given(metadata: &Tags, key: &str) -> Option<String> {
    metadata.get(key).filter(|value| !value.is_empty()).cloned()
}

fn document(metadata: &Tags, key: &str) -> Option<Value> {
    serde_json::from_str(metadata.get(key)?).ok()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn unknown_keys_and_documents_that_do_not_read_are_refused() {
        assert!(check(&metadata(&[("InstanceType", "t3.micro"), ("Placement", "{}")])).is_ok());
        let said = |pairs: &[(&str, &str)]| check(&metadata(pairs)).unwrap_err().to_string();
        assert!(said(&[("instanceType", "t3.micro")]).contains("Unrecognized key : instanceType"));
        assert!(said(&[("SecurityGroupIds", "sg-1")]).contains("SecurityGroupIds is no JSON"));
    }

    #[test]
    fn the_network_is_given_once_by_interfaces_or_at_the_top() {
        let interface = r#"[{"SubnetId": "subnet-2", "Groups": ["sg-2"], "PrivateIpAddress": "10.0.0.9"}]"#;
        let by_interface = network(&metadata(&[("NetworkInterfaces", interface)])).unwrap();
        assert_eq!(
            (by_interface.subnet.as_deref(), by_interface.address.as_deref()),
            (Some("subnet-2"), Some("10.0.0.9"))
        );
        let at_top = network(&metadata(&[("SubnetId", "subnet-1"), ("SecurityGroupIds", r#"["sg-1"]"#)])).unwrap();
        assert_eq!((at_top.groups, at_top.address), (vec!["sg-1".to_owned()], None));
        assert!(network(&metadata(&[("SubnetId", "subnet-1"), ("NetworkInterfaces", interface)])).is_err());
        assert!(network(&metadata(&[("SecurityGroupIds", r#"["sg-1"]"#), ("NetworkInterfaces", interface)])).is_err());
    }
}
