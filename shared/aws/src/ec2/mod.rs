//! EC2, as far as backups of machines need it: by signed calls, because its SDK costs more than these few of them.

pub mod network;
pub(crate) mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use aws_types::SdkConfig;
use nightferry_domain::backup::machine::{Image, Instance};
use nightferry_domain::plan::InstanceId;
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Instances;
use roxmltree::Document;

use crate::sdk_error::Call;
use crate::signed::{Service, Signed};

/// Pages of one list that are read.
pub const PAGES_MAX: usize = 50;
/// Entries in one page: the service's own limit.
pub const PER_PAGE: usize = 1_000;
/// Values in one filter: the service's own limit.
pub const FILTER_VALUES_MAX: usize = 200;

pub(crate) const EC2: Service = Service { name: "ec2", version: "2016-11-15" };
const INSTANCES: Call = Call::read("EC2", "DescribeInstances");
const IMAGES: Call = Call::read("EC2", "DescribeImages");

/// [`Instances`] over EC2.
#[derive(Debug, Clone)]
pub struct Ec2Instances {
    signed: Signed,
    stack: Stack,
}

type Parameters = Vec<(String, String)>;

impl Ec2Instances {
    /// The instances of the stack's account and Region.
    #[must_use]
    pub fn new(config: &SdkConfig, stack: Stack) -> Self {
        Self { signed: Signed::new(config), stack }
    }

    async fn instances(&self, filters: &Parameters) -> Result<Vec<Instance>, PortError> {
        let (mut found, mut next) = (vec![], None);
        for _ in 0..PAGES_MAX {
            let mut asked = filters.clone();
            asked.push(("MaxResults".to_owned(), PER_PAGE.to_string()));
            asked.extend(next.map(|token| ("NextToken".to_owned(), token)));
            let reply = self.signed.query(INSTANCES, EC2, "DescribeInstances", &asked).await?;
            let document = document(INSTANCES, &reply)?;
            found.extend(read::instances(&self.stack, &document));
            next = read::next_token(&document);
            if next.is_none() {
                return Ok(found);
            }
        }
        Err(INSTANCES.rejected("TooManyPages", &format!("more than {PAGES_MAX} pages of {PER_PAGE} instances")))
    }
}

impl Instances for Ec2Instances {
    async fn tagged(&self, tags: &BTreeMap<String, String>) -> Result<Vec<Instance>, PortError> {
        let mut filters = vec![];
        for (n, (key, value)) in (1..).zip(tags) {
            filters.extend(filter(n, &format!("tag:{key}"), [literal(value)]));
        }
        let alive = ["pending", "running", "stopping", "stopped"].map(str::to_owned);
        filters.extend(filter(tags.len().saturating_add(1), "instance-state-name", alive));
        let mut found = self.instances(&filters).await?;
        found.retain(|instance| {
            !instance.is_terminated() && tags.iter().all(|(key, value)| instance.tags.get(key) == Some(value))
        });
        found.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(found)
    }

    async fn described(&self, ids: &[InstanceId]) -> Result<Vec<Instance>, PortError> {
        let mut found = vec![];
        for some in ids.chunks(FILTER_VALUES_MAX) {
            // By filter: one id in a list that EC2 does not know any more would have the whole call refused.
            let filters = filter(1, "instance-id", some.iter().map(ToString::to_string)).collect();
            let listed = self.instances(&filters).await?;
            // Whatever does not know the filter answers with all machines.
            found.extend(listed.into_iter().filter(|instance| some.contains(&instance.id)));
        }
        Ok(found)
    }

    async fn images(&self, ids: &[String]) -> Result<Vec<Image>, PortError> {
        let mut found = vec![];
        for some in ids.chunks(FILTER_VALUES_MAX) {
            let asked: Parameters = filter(1, "image-id", some.iter().cloned()).collect();
            let reply = self.signed.query(IMAGES, EC2, "DescribeImages", &asked).await?;
            let listed = read::images(&document(IMAGES, &reply)?);
            found.extend(listed.into_iter().filter(|image| some.contains(&image.id)));
        }
        Ok(found)
    }
}

/// EC2's numbered form of a filter.
pub(crate) fn filter(
    n: usize,
    name: &str,
    values: impl IntoIterator<Item = String>,
) -> impl Iterator<Item = (String, String)> {
    let values = (1_u32..).zip(values).map(move |(v, value)| (format!("Filter.{n}.Value.{v}"), value));
    std::iter::once((format!("Filter.{n}.Name"), name.to_owned())).chain(values)
}

/// In a filter's value `*` and `?` stand for others unless they are escaped.
fn literal(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        if matches!(c, '*' | '?' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// A reply's document. One with a DOCTYPE, and so with entities of its own, is refused.
pub(crate) fn document(call: Call, reply: &str) -> Result<Document<'_>, PortError> {
    Document::parse(reply).map_err(|error| call.unreadable(&error.to_string()))
}
