//! Which addresses tasks take of subnets: DataSync makes their network interfaces with the task, and keeps them as long as there is the task.

use serde_json::Value;

use super::DataSync;
use super::ids;
use super::record::{Place, Task};
use super::store::Tables;

/// A task whose agent works through a VPC endpoint has so many interfaces in the endpoint's subnet.
const OF_AN_AGENT: usize = 4;
/// An EFS end has so many in its own.
const OF_EFS: usize = 2;

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
        let agents = self.agents_of(task).into_iter().filter_map(|arn| self.agents.get(arn)?.link.as_ref());
        let through_agents = agents.flat_map(|link| std::iter::repeat_n(link.subnet.as_str(), OF_AN_AGENT));
        let ends = [&task.source, &task.destination].into_iter().filter_map(|arn| self.locations.get(arn));
        let efs = ends.filter_map(|location| match &location.place {
            Place::Efs { shown, .. } => shown.get("Ec2Config")?.get("SubnetArn").and_then(Value::as_str),
            Place::Shared(_) | Place::S3 { .. } => None,
        });
        let arns = through_agents.chain(efs.flat_map(|arn| std::iter::repeat_n(arn, OF_EFS)));
        arns.map(|arn| ids::last_part(arn).to_owned()).collect()
    }
}
