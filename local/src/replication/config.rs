//! A replication configuration: its rules, and which of them take an object.

use std::collections::BTreeMap;
use std::ops::Range;

use roxmltree::{Document, Node};

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// A bucket's replication configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// ARN of the replication role.
    pub(crate) role: String,
    /// The rules in their order.
    pub(crate) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a rule of S3 has these switches, each independent of the others")]
pub(crate) struct Rule {
    /// Its id.
    pub(crate) id: String,
    /// Whether its figures go to CloudWatch.
    pub(crate) has_metrics: bool,
    /// Of two rules with the same destination the higher one counts.
    pub(crate) priority: i64,
    /// Whether it is switched on.
    pub(crate) is_enabled: bool,
    /// How keys begin that it takes.
    pub(crate) prefix: String,
    /// Tags that an object needs.
    pub(crate) tags: Tags,
    /// Whether it takes delete markers along.
    pub(crate) takes_delete_markers: bool,
    /// Name of the destination bucket.
    pub(crate) destination: String,
    /// The replicas' storage class, where it is not the object's own.
    pub(crate) class: Option<String>,
    /// Whether replicas become the destination owner's.
    pub(crate) gives_ownership: bool,
}

impl Config {
    /// Reads the XML that S3 sends and takes.
    pub(crate) fn parse(xml: &str) -> Option<Self> {
        let document = Document::parse(xml).ok()?;
        let root = document.root_element();
        let rules = rules(root).map(rule).collect::<Option<Vec<Rule>>>()?;
        Some(Self { role: text(root, "Role")?.to_owned(), rules })
    }

    /// The rules that take an object: for each destination the one of the highest priority.
    pub(crate) fn taking(&self, key: &str, tags: &Tags) -> Vec<&Rule> {
        let mut chosen: BTreeMap<&str, &Rule> = BTreeMap::new();
        for rule in self.rules.iter().filter(|rule| rule.takes(key, tags)) {
            let best = chosen.entry(&rule.destination).or_insert(rule);
            if rule.priority > best.priority {
                *best = rule;
            }
        }
        chosen.into_values().collect()
    }

    /// Whether a rule asks for tags.
    pub(crate) fn asks_for_tags(&self) -> bool {
        self.rules.iter().any(|rule| rule.is_enabled && !rule.tags.is_empty())
    }
}

impl Rule {
    fn takes(&self, key: &str, tags: &Tags) -> bool {
        let has = |(name, value): (&String, &String)| tags.get(name) == Some(value);
        self.is_enabled && key.starts_with(&self.prefix) && self.tags.iter().all(has)
    }
}

/// The configuration with every rule switched off, and what each rule's status was.
pub(super) fn switched_off(xml: &str) -> Option<(String, Vec<String>)> {
    let document = Document::parse(xml).ok()?;
    let statuses: Vec<String> =
        rules(document.root_element()).map(|rule| text(rule, "Status").unwrap_or("Enabled").to_owned()).collect();
    let off = vec!["Disabled".to_owned(); statuses.len()];
    Some((with_statuses(xml, &off)?, statuses))
}

/// The configuration with these statuses of its rules.
pub(super) fn with_statuses(xml: &str, statuses: &[String]) -> Option<String> {
    let document = Document::parse(xml).ok()?;
    let places: Vec<Range<usize>> = rules(document.root_element())
        .filter_map(|rule| child(rule, "Status")?.children().find(Node::is_text).map(|text| text.range()))
        .collect();
    let mut changed = xml.to_owned();
    for (place, status) in places.iter().zip(statuses).rev() {
        changed.replace_range(place.clone(), status);
    }
    (places.len() == statuses.len()).then_some(changed)
}

fn rules<'a>(root: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    root.children().filter(|node| node.tag_name().name() == "Rule")
}

fn rule(node: Node<'_, '_>) -> Option<Rule> {
    let destination = child(node, "Destination")?;
    let filter = child(node, "Filter");
    let both = filter.and_then(|filter| child(filter, "And"));
    let prefix =
        [Some(node), filter, both].into_iter().flatten().find_map(|place| text(place, "Prefix")).unwrap_or_default();
    let tags = both.or(filter).into_iter().flat_map(|place| place.children());
    let tags: Tags = tags.filter(|node| node.tag_name().name() == "Tag").filter_map(tag).collect();
    let markers = child(node, "DeleteMarkerReplication").and_then(|markers| text(markers, "Status"));
    let metrics = child(destination, "Metrics").and_then(|metrics| text(metrics, "Status"));
    Some(Rule {
        id: text(node, "ID").unwrap_or_default().to_owned(),
        has_metrics: metrics == Some("Enabled"),
        priority: text(node, "Priority").and_then(|priority| priority.parse().ok()).unwrap_or_default(),
        is_enabled: text(node, "Status") != Some("Disabled"),
        prefix: prefix.to_owned(),
        // The first version of rules, those without a filter, always took them.
        takes_delete_markers: filter.is_none() || (markers == Some("Enabled") && tags.is_empty()),
        tags,
        destination: text(destination, "Bucket")?.rsplit(':').next()?.to_owned(),
        class: text(destination, "StorageClass").map(str::to_owned),
        gives_ownership: child(destination, "AccessControlTranslation").is_some(),
    })
}

fn tag(node: Node<'_, '_>) -> Option<(String, String)> {
    Some((text(node, "Key")?.to_owned(), text(node, "Value").unwrap_or_default().to_owned()))
}

fn child<'a>(node: Node<'a, 'a>, tag: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.tag_name().name() == tag)
}

fn text<'a>(node: Node<'a, 'a>, tag: &str) -> Option<&'a str> {
    child(node, tag).map(|child| child.text().unwrap_or_default().trim())
}

/// The tags of a tag set's XML.
pub(super) fn tags(xml: &str) -> Tags {
    let Ok(document) = Document::parse(xml) else { return Tags::new() };
    document.descendants().filter(|node| node.tag_name().name() == "Tag").filter_map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<ReplicationConfiguration xmlns='x'><Role>arn:aws:iam::111111111111:role/r</Role>\
        <Rule><ID>a</ID><Priority>1</Priority><Status>Enabled</Status><Filter><And><Prefix>logs/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>\
        <DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::one</Bucket></Destination></Rule>\
        <Rule><ID>b</ID><Priority>2</Priority><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><DeleteMarkerReplication><Status>Disabled</Status>\
        </DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::one</Bucket><StorageClass>GLACIER_IR</StorageClass><Metrics><Status>Enabled</Status></Metrics>\
        <AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation></Destination></Rule>\
        <Rule><ID>c</ID><Status>Disabled</Status><Prefix>logs/</Prefix><Destination><Bucket>arn:aws:s3:::two</Bucket></Destination></Rule>\
        </ReplicationConfiguration>";

    #[test]
    fn of_rules_with_one_destination_the_higher_priority_counts_and_a_disabled_rule_takes_nothing() {
        let config = Config::parse(XML).unwrap();
        let tags = Tags::from([("k".to_owned(), "v".to_owned())]);
        let taking = config.taking("logs/a", &tags);
        assert_eq!(taking.iter().map(|rule| rule.priority).collect::<Vec<_>>(), [2]);
        assert_eq!((taking[0].class.as_deref(), taking[0].gives_ownership), (Some("GLACIER_IR"), true));
        assert!(config.asks_for_tags());
        assert_eq!((taking[0].id.as_str(), taking[0].has_metrics), ("b", true));
        assert!(!config.rules[0].has_metrics);
    }

    #[test]
    fn a_rule_takes_only_objects_with_its_prefix_and_all_of_its_tags() {
        let mut config = Config::parse(XML).unwrap();
        let _ = config.rules.remove(1);
        let tags = Tags::from([("k".to_owned(), "v".to_owned())]);
        assert_eq!(config.taking("logs/a", &tags).len(), 1);
        assert!(config.taking("logs/a", &Tags::new()).is_empty() && config.taking("other", &tags).is_empty());
    }

    #[test]
    fn delete_markers_go_along_without_a_filter_or_where_the_rule_says_so_and_asks_for_no_tags() {
        let config = Config::parse(XML).unwrap();
        let told: Vec<bool> = config.rules.iter().map(|rule| rule.takes_delete_markers).collect();
        assert_eq!(told, [false, false, true]);
    }

    #[test]
    fn rules_are_switched_off_and_back_without_touching_anything_else() {
        let (off, statuses) = switched_off(XML).unwrap();
        assert_eq!(statuses, ["Enabled", "Enabled", "Disabled"]);
        assert!(Config::parse(&off).unwrap().rules.iter().all(|rule| !rule.is_enabled));
        assert!(off.contains("<DeleteMarkerReplication><Status>Enabled</Status>"));
        assert_eq!(with_statuses(&off, &statuses).unwrap(), XML);
    }
}
