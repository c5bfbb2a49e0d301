//! The ports over the account in memory.

use std::collections::BTreeSet;

use nightferry_domain::ids::TaskArn;
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{
    BucketOf, Location, LogGroup, LogPolicy, ObservedBucket, ObservedLocation, ObservedRole, ObservedTask, Role,
    ScheduleEntry, Task, names,
};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Clock;
use nightferry_workflow::provision::Marked;
use nightferry_workflow::provision::ports::{Buckets, Pause, PlanShelf, Roles, Schedules, TransferLogs, TransferTasks};
use serde_json::Value;

use super::fake::{Fake, FakeTask, Owner, missing, rejected};

fn job_of(owner: &Owner, stack: &Stack) -> Option<JobName> {
    owner.as_ref().filter(|(name, _)| *name == stack.name).map(|(_, job)| job.clone())
}

fn mark(stack: &Stack, job: &JobName) -> (String, JobName) {
    (stack.name.clone(), job.clone())
}

impl Roles for Fake {
    async fn roles(&self, stack: &Stack) -> Result<Marked<ObservedRole>, PortError> {
        let mut found = Marked { ours: vec![], foreign: vec![] };
        for (name, (owner, role)) in &self.state.borrow().roles {
            match job_of(owner, stack) {
                Some(job) => found.ours.push(ObservedRole { job, role: role.clone() }),
                None => found.foreign.push(name.clone()),
            }
        }
        Ok(found)
    }

    async fn create_role(&self, stack: &Stack, job: &JobName, role: &Role) -> Result<(), PortError> {
        self.change(|state| {
            if state.roles.contains_key(&role.role_name) {
                return Err(rejected("EntityAlreadyExists", "role"));
            }
            let bare = Role { policy: None, ..role.clone() };
            let _ = state.roles.insert(role.role_name.clone(), (Some(mark(stack, job)), bare));
            Ok(())
        })
    }

    async fn set_trust(&self, role: &Role) -> Result<(), PortError> {
        self.change(|state| {
            let (_, there) = state.roles.get_mut(&role.role_name).ok_or_else(|| missing("role"))?;
            there.assume_role_policy_document = role.assume_role_policy_document.clone();
            Ok(())
        })
    }

    async fn put_role_policy(&self, role: &Role) -> Result<(), PortError> {
        self.change(|state| {
            let (_, there) = state.roles.get_mut(&role.role_name).ok_or_else(|| missing("role"))?;
            there.policy.clone_from(&role.policy);
            Ok(())
        })
    }

    async fn delete_role(&self, name: &str) -> Result<(), PortError> {
        self.change(|state| state.roles.remove(name).map(drop).ok_or_else(|| missing("role")))
    }
}

impl TransferLogs for Fake {
    async fn log_group(&self, stack: &Stack) -> Result<Marked<LogGroup>, PortError> {
        let name = stack.transfer_log_group();
        Ok(match self.state.borrow().log_groups.get(&name) {
            Some((Some(owner), group)) if *owner == stack.name => Marked { ours: vec![group.clone()], foreign: vec![] },
            Some(_) => Marked { ours: vec![], foreign: vec![name] },
            None => Marked { ours: vec![], foreign: vec![] },
        })
    }

    async fn log_policy(&self, stack: &Stack) -> Result<Option<LogPolicy>, PortError> {
        Ok(self.state.borrow().log_policies.get(&names::log_policy(stack)).cloned())
    }

    async fn create_log_group(&self, stack: &Stack, group: &LogGroup) -> Result<(), PortError> {
        self.change(|state| {
            if state.log_groups.contains_key(&group.log_group_name) {
                return Err(rejected("ResourceAlreadyExistsException", "log group"));
            }
            let bare = LogGroup { retention_in_days: None, ..group.clone() };
            let _ = state.log_groups.insert(group.log_group_name.clone(), (Some(stack.name.clone()), bare));
            Ok(())
        })
    }

    async fn set_retention(&self, group: &LogGroup) -> Result<(), PortError> {
        self.change(|state| {
            let (_, there) = state.log_groups.get_mut(&group.log_group_name).ok_or_else(|| missing("log group"))?;
            there.retention_in_days = group.retention_in_days;
            Ok(())
        })
    }

    async fn put_log_policy(&self, policy: &LogPolicy) -> Result<(), PortError> {
        self.change(|state| {
            let _ = state.log_policies.insert(policy.policy_name.clone(), policy.clone());
            Ok(())
        })
    }

    async fn delete_log_group(&self, name: &str) -> Result<(), PortError> {
        self.change(|state| state.log_groups.remove(name).map(drop).ok_or_else(|| missing("log group")))
    }

    async fn delete_log_policy(&self, name: &str) -> Result<(), PortError> {
        self.change(|state| state.log_policies.remove(name).map(drop).ok_or_else(|| missing("log policy")))
    }
}

impl TransferTasks for Fake {
    async fn locations(&self, stack: &Stack) -> Result<Vec<ObservedLocation>, PortError> {
        let state = self.state.borrow();
        let ours = state.locations.iter().filter_map(|(arn, (owner, location))| {
            Some(ObservedLocation { arn: arn.clone(), job: job_of(owner, stack)?, location: location.clone() })
        });
        Ok(ours.collect())
    }

    async fn tasks(&self, stack: &Stack) -> Result<Vec<ObservedTask>, PortError> {
        let state = self.state.borrow();
        let ours = state.tasks.iter().filter_map(|(arn, there)| {
            let FakeTask { task, from, to, is_busy, .. } = there.clone();
            Some(ObservedTask { arn: arn.clone(), job: job_of(&there.owner, stack)?, from, to, task, is_busy })
        });
        Ok(ours.collect())
    }

    async fn agent_names(&self) -> Result<BTreeSet<String>, PortError> {
        Ok(self.state.borrow().agents.clone())
    }

    async fn create_location(&self, stack: &Stack, job: &JobName, location: &Location) -> Result<String, PortError> {
        self.change(|state| {
            if let Location::S3(bucket) = location {
                let name = bucket.bucket_access_role_arn.rsplit('/').next().unwrap();
                let may_list = state.roles.get(name).is_some_and(|(_, role)| role.policy.is_some());
                let unseen = self.unseen_for.get();
                self.unseen_for.set(unseen.saturating_sub(1));
                if !may_list || unseen > 0 {
                    let words = "DataSync location access test failed: could not perform s3:HeadBucket on bucket b.";
                    return Err(rejected("InvalidRequestException", words));
                }
            }
            let arn = format!("{}{:017}", stack.arn("datasync", "location/loc-"), state.next_id());
            let _ = state.locations.insert(arn.clone(), (Some(mark(stack, job)), location.clone()));
            Ok(arn)
        })
    }

    async fn create_task(
        &self,
        stack: &Stack,
        job: &JobName,
        task: &Task,
        (from, to): (&str, &str),
    ) -> Result<TaskArn, PortError> {
        self.change(|state| {
            if [from, to].iter().any(|arn| !state.locations.contains_key(*arn)) {
                return Err(missing("location"));
            }
            let arn: TaskArn =
                format!("{}{:017x}", stack.arn("datasync", "task/task-"), state.next_id()).parse().unwrap();
            let (from, to) = (from.to_owned(), to.to_owned());
            let made = FakeTask { owner: Some(mark(stack, job)), task: task.clone(), from, to, is_busy: false };
            let _ = state.tasks.insert(arn.clone(), made);
            Ok(arn)
        })
    }

    async fn update_task(&self, arn: &TaskArn, task: &Task) -> Result<(), PortError> {
        self.change(|state| {
            state.tasks.get_mut(arn).ok_or_else(|| missing("task"))?.task = task.clone();
            Ok(())
        })
    }

    async fn delete_task(&self, arn: &TaskArn) -> Result<(), PortError> {
        self.change(|state| match state.tasks.get(arn) {
            Some(task) if task.is_busy => Err(rejected("InvalidRequestException", "the task is being executed")),
            Some(_) => {
                let _ = state.tasks.remove(arn);
                Ok(())
            }
            None => Err(missing("task")),
        })
    }

    async fn delete_location(&self, arn: &str) -> Result<(), PortError> {
        self.change(|state| {
            if state.tasks.values().any(|task| task.from == arn || task.to == arn) {
                return Err(rejected("InvalidRequestException", "the location is used by a task"));
            }
            state.locations.remove(arn).map(drop).ok_or_else(|| missing("location"))
        })
    }
}

impl Fake {
    fn change_bucket(&self, bucket: &BucketOf, change: impl FnOnce(&mut ObservedBucket)) -> Result<(), PortError> {
        self.change(|state| state.buckets.get_mut(bucket).map(change).ok_or_else(|| missing("bucket")))
    }
}

impl Buckets for Fake {
    async fn bucket(&self, bucket: &BucketOf) -> Result<Option<ObservedBucket>, PortError> {
        Ok(self.state.borrow().buckets.get(bucket).cloned())
    }

    async fn put_bucket_policy(&self, bucket: &BucketOf, policy: &str) -> Result<(), PortError> {
        self.change_bucket(bucket, |there| there.policy = Some(policy.to_owned()))
    }

    async fn delete_bucket_policy(&self, bucket: &BucketOf) -> Result<(), PortError> {
        self.change_bucket(bucket, |there| there.policy = None)
    }

    async fn turn_acls_off(&self, bucket: &BucketOf) -> Result<(), PortError> {
        self.change_bucket(bucket, |there| there.ownership = Some("BucketOwnerEnforced".to_owned()))
    }

    async fn enable_versioning(&self, bucket: &BucketOf) -> Result<(), PortError> {
        self.change_bucket(bucket, |there| there.versioning = Some("Enabled".to_owned()))
    }

    async fn set_replication(&self, bucket: &BucketOf, configuration: Option<&Value>) -> Result<(), PortError> {
        self.change(|state| {
            let there = state.buckets.get_mut(bucket).ok_or_else(|| missing("bucket"))?;
            if configuration.is_some() && there.versioning.as_deref() != Some("Enabled") {
                return Err(rejected("InvalidRequest", "Versioning must be 'Enabled' on the bucket"));
            }
            there.replication = configuration.cloned();
            Ok(())
        })
    }
}

impl Schedules for Fake {
    async fn schedules(&self, stack: &Stack) -> Result<Marked<ScheduleEntry>, PortError> {
        let all = self.state.borrow().schedules.clone().into_values();
        let (ours, others): (Vec<_>, Vec<_>) = all.partition(|entry| entry.is_ours(stack));
        Ok(Marked { ours, foreign: others.into_iter().map(|entry| entry.name).collect() })
    }

    async fn create_schedule(&self, entry: &ScheduleEntry) -> Result<(), PortError> {
        self.change(|state| match state.schedules.insert(entry.name.clone(), entry.clone()) {
            None => Ok(()),
            Some(_) => Err(rejected("ConflictException", "schedule")),
        })
    }

    async fn update_schedule(&self, entry: &ScheduleEntry) -> Result<(), PortError> {
        self.change(|state| {
            *state.schedules.get_mut(&entry.name).ok_or_else(|| missing("schedule"))? = entry.clone();
            Ok(())
        })
    }

    async fn delete_schedule(&self, _stack: &Stack, name: &str) -> Result<(), PortError> {
        self.change(|state| state.schedules.remove(name).map(drop).ok_or_else(|| missing("schedule")))
    }
}

impl PlanShelf for Fake {
    async fn read(&self, _stack: &Stack, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        if self.lacks_bucket.get() {
            return Err(missing("bucket"));
        }
        Ok(self.state.borrow().documents.get(key).cloned())
    }

    async fn write(&self, _stack: &Stack, key: &str, body: Vec<u8>) -> Result<(), PortError> {
        self.change(|state| {
            let _ = state.documents.insert(key.to_owned(), body);
            Ok(())
        })
    }

    async fn remove(&self, _stack: &Stack, key: &str) -> Result<(), PortError> {
        self.change(|state| {
            let _ = state.documents.remove(key);
            Ok(())
        })
    }
}

impl Pause for Fake {
    async fn pause(&self, secs: u64) {
        self.paused_secs.set(self.paused_secs.get() + secs);
    }
}

impl Clock for Fake {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}
