//! Which addresses tasks take of subnets: DataSync makes their network interfaces with the task, and keeps them as long as there is the task.

use serde_json::Value;

use super::DataSync;
use super::ids;
use super::record::{Place, Task};
use super::store::Tables;

/// So many interfaces each end in AWS has where an agent is the other: a bucket in the subnet of the agent's VPC endpoint, a
/// file system in its own.
const WITH_AN_AGENT: usize = 4;
/// So many an EFS end has without one.
const WITHOUT_AN_AGENT: usize = 2;

impl DataSync {
    /// Ids of the subnets in which an account's tasks have interfaces, one entry an address.
    #[must_use]
    pub fn subnets_taken(&self, account: &str) -> Vec<String> {
        let tables = self.store.open();
        let own = tables.tasks.values().filter(|task| ids::account_of(&task.arn) == account);
        own.flat_map(|task| tables.subnets_of(task)).collect()
    }
}

impl Tables {
    fn subnets_of(&self, task: &Task) -> Vec<String> {
        let agents = self.agents_of(task);
        let links = agents.iter().filter_map(|arn| self.agents.get(*arn)?.link.as_ref());
        let of_links: Vec<&str> = links.map(|link| link.subnet.as_str()).collect();
        let each = if agents.is_empty() { WITHOUT_AN_AGENT } else { WITH_AN_AGENT };
        let ends = [&task.source, &task.destination].into_iter().filter_map(|arn| self.locations.get(arn));
        let subnets = ends.flat_map(|location| match &location.place {
            Place::S3 { .. } => of_links.clone(),
            Place::Efs { shown, .. } => {
                let subnet = shown.get("Ec2Config").and_then(|config| config.get("SubnetArn")).and_then(Value::as_str);
                subnet.into_iter().collect()
            }
            Place::Shared(_) => vec![],
        });
        let interfaces = subnets.flat_map(|arn| std::iter::repeat_n(ids::last_part(arn).to_owned(), each));
        interfaces.collect()
    }
}
