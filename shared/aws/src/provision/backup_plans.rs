//! AWS Backup's plans, each with its rules and selections.

use aws_sdk_backup::error::BuildError;
use aws_sdk_backup::types::{
    BackupPlanInput, BackupRule as ToldRule, BackupRuleInput, BackupSelection as Selection, ConditionParameter,
    Conditions, CopyAction as Copy, Lifecycle as Times,
};
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{
    BackupPlan, BackupRule, BackupSelection, CopyAction, Lifecycle, ObservedPlan, SelectionCondition, names,
};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::BackupPlans;

use super::AwsAccount;
use super::settings::job_of;
use crate::sdk_error::Call;

const CREATE: Call = Call::start("AWS Backup", "CreateBackupPlan");
const UPDATE: Call = Call::write("AWS Backup", "UpdateBackupPlan");
const SELECT: Call = Call::start("AWS Backup", "CreateBackupSelection");

impl BackupPlans for AwsAccount {
    async fn backup_plans(&self, stack: &Stack) -> Result<Vec<ObservedPlan>, PortError> {
        const LIST: Call = Call::read("AWS Backup", "ListBackupPlans");
        let (mut found, mut next) = (vec![], None);
        for _ in 0..super::PAGES_MAX {
            let page = self.backup.list_backup_plans().set_next_token(next).send().await;
            let page = page.map_err(|error| LIST.refused(&error))?;
            for plan in page.backup_plans_list() {
                let arn = plan.backup_plan_arn().unwrap_or_default();
                let tags = self.backup_tags(arn).await?;
                let job = job_of(stack, tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
                if let Some(job) = job {
                    found.extend(self.observed_plan(job, plan.backup_plan_id().unwrap_or_default()).await?);
                }
            }
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
        Err(LIST.rejected("TooManyPages", "the account holds more backup plans than its quota allows"))
    }

    async fn create_backup_plan(&self, stack: &Stack, job: &JobName, plan: &BackupPlan) -> Result<String, PortError> {
        let input = plan_input(plan).map_err(|error| CREATE.rejected("RequestNotBuilt", &error.to_string()))?;
        let request = self.backup.create_backup_plan().backup_plan(input);
        let request = request.backup_plan_tags(names::STACK_TAG, &stack.name);
        let once = aws_sdk_backup::config::Builder::new().retry_config(super::once());
        let request = request.backup_plan_tags(names::JOB_TAG, job.as_str()).customize().config_override(once);
        let made = request.send().await.map_err(|error| CREATE.refused(&error))?;
        made.backup_plan_id.ok_or_else(|| CREATE.missing("the answer has no id"))
    }

    async fn update_backup_plan(&self, id: &str, plan: &BackupPlan) -> Result<(), PortError> {
        let input = plan_input(plan).map_err(|error| UPDATE.rejected("RequestNotBuilt", &error.to_string()))?;
        let set = self.backup.update_backup_plan().backup_plan_id(id).backup_plan(input).send().await;
        set.map(drop).map_err(|error| UPDATE.refused(&error))
    }

    async fn delete_backup_plan(&self, id: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("AWS Backup", "DeleteBackupPlan");
        let deleted = self.backup.delete_backup_plan().backup_plan_id(id).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }

    async fn create_selection(&self, plan: &str, selection: &BackupSelection) -> Result<(), PortError> {
        let input = selection_input(selection);
        let input = input.map_err(|error| SELECT.rejected("RequestNotBuilt", &error.to_string()))?;
        let once = aws_sdk_backup::config::Builder::new().retry_config(super::once());
        let request = self.backup.create_backup_selection().backup_plan_id(plan).backup_selection(input);
        let made = request.customize().config_override(once).send().await;
        made.map(drop).map_err(|error| SELECT.refused(&error))
    }

    async fn delete_selection(&self, plan: &str, selection: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("AWS Backup", "DeleteBackupSelection");
        let deleted = self.backup.delete_backup_selection().backup_plan_id(plan).selection_id(selection).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}

impl AwsAccount {
    /// Nothing where it has gone since it was listed.
    async fn observed_plan(&self, job: JobName, id: &str) -> Result<Option<ObservedPlan>, PortError> {
        const GET: Call = Call::read("AWS Backup", "GetBackupPlan");
        let told =
            match self.backup.get_backup_plan().backup_plan_id(id).send().await.map_err(|error| GET.refused(&error)) {
                Ok(told) => told,
                Err(PortError::Missing { .. }) => return Ok(None),
                Err(refusal) => return Err(refusal),
            };
        let Some(plan) = told.backup_plan else { return Err(GET.missing("the answer has no plan")) };
        Ok(Some(ObservedPlan {
            id: id.to_owned(),
            job,
            name: plan.backup_plan_name.clone(),
            rules: plan.rules.iter().map(told_rule).collect(),
            selections: self.selections(id).await?,
        }))
    }

    async fn selections(&self, plan: &str) -> Result<Vec<(String, BackupSelection)>, PortError> {
        const LIST: Call = Call::read("AWS Backup", "ListBackupSelections");
        const GET: Call = Call::read("AWS Backup", "GetBackupSelection");
        let (mut found, mut next) = (vec![], None);
        for _ in 0..super::PAGES_MAX {
            let page = self.backup.list_backup_selections().backup_plan_id(plan).set_next_token(next).send().await;
            let page = page.map_err(|error| LIST.refused(&error))?;
            for listed in page.backup_selections_list() {
                let id = listed.selection_id().unwrap_or_default();
                let told = self.backup.get_backup_selection().backup_plan_id(plan).selection_id(id).send().await;
                let told = told.map_err(|error| GET.refused(&error))?;
                found.extend(told.backup_selection().map(|selection| (id.to_owned(), told_selection(selection))));
            }
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
        Err(LIST.rejected("TooManyPages", "the plan holds more selections than its quota allows"))
    }
}

fn plan_input(plan: &BackupPlan) -> Result<BackupPlanInput, BuildError> {
    let rule = &plan.rule;
    let copies = rule.copy_actions.iter().map(copy_input).collect::<Result<Vec<_>, _>>()?;
    let rule = BackupRuleInput::builder()
        .rule_name(&rule.rule_name)
        .target_backup_vault_name(&rule.target_backup_vault_name)
        .schedule_expression(&rule.schedule_expression)
        .schedule_expression_timezone(&rule.schedule_expression_timezone)
        .start_window_minutes(rule.start_window_minutes)
        .completion_window_minutes(rule.completion_window_minutes)
        .lifecycle(times(rule.lifecycle))
        .set_copy_actions((!copies.is_empty()).then_some(copies));
    BackupPlanInput::builder().backup_plan_name(&plan.backup_plan_name).rules(rule.build()?).build()
}

fn copy_input(copy: &CopyAction) -> Result<Copy, BuildError> {
    let to = &copy.destination_backup_vault_arn;
    Copy::builder().destination_backup_vault_arn(to).lifecycle(times(copy.lifecycle)).build()
}

fn times(of: Lifecycle) -> Times {
    let cold = of.move_to_cold_storage_after_days;
    Times::builder()
        .delete_after_days(of.delete_after_days)
        .set_move_to_cold_storage_after_days(cold)
        .set_opt_in_to_archive_for_supported_resources(cold.map(|_| true))
        .build()
}

/// What a rule lacks becomes a value that differs from every plan's, so that it is put right.
fn told_rule(told: &ToldRule) -> BackupRule {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let copy = |copy: &Copy| CopyAction {
        destination_backup_vault_arn: copy.destination_backup_vault_arn().to_owned(),
        lifecycle: told_times(copy.lifecycle()),
    };
    BackupRule {
        rule_name: told.rule_name().to_owned(),
        target_backup_vault_name: told.target_backup_vault_name().to_owned(),
        schedule_expression: text(told.schedule_expression()),
        schedule_expression_timezone: text(told.schedule_expression_timezone()),
        start_window_minutes: told.start_window_minutes().unwrap_or_default(),
        completion_window_minutes: told.completion_window_minutes().unwrap_or_default(),
        lifecycle: told_times(told.lifecycle()),
        copy_actions: told.copy_actions().iter().map(copy).collect(),
    }
}

fn told_times(told: Option<&Times>) -> Lifecycle {
    Lifecycle {
        delete_after_days: told.and_then(Times::delete_after_days).unwrap_or_default(),
        move_to_cold_storage_after_days: told.and_then(Times::move_to_cold_storage_after_days),
    }
}

fn selection_input(selection: &BackupSelection) -> Result<Selection, BuildError> {
    let of = |operator: &str| -> Option<Vec<ConditionParameter>> {
        let conditions = selection.conditions.iter().filter(|condition| condition.operator == operator);
        let parameter = |condition: &SelectionCondition| {
            ConditionParameter::builder()
                .condition_key(&condition.condition_key)
                .condition_value(&condition.condition_value)
                .build()
        };
        let found: Vec<_> = conditions.map(parameter).collect();
        (!found.is_empty()).then_some(found)
    };
    let conditions = Conditions::builder()
        .set_string_equals(of("StringEquals"))
        .set_string_not_equals(of("StringNotEquals"))
        .set_string_like(of("StringLike"))
        .set_string_not_like(of("StringNotLike"));
    Selection::builder()
        .selection_name(&selection.selection_name)
        .iam_role_arn(&selection.iam_role_arn)
        .set_resources(Some(selection.resources.clone()))
        .conditions(conditions.build())
        .build()
}

/// With what ours never has (`ListOfTags`, `NotResources`), so that a selection which somebody widened differs.
fn told_selection(told: &Selection) -> BackupSelection {
    let mut conditions = vec![];
    if let Some(there) = told.conditions() {
        let parts = [
            ("StringEquals", there.string_equals()),
            ("StringNotEquals", there.string_not_equals()),
            ("StringLike", there.string_like()),
            ("StringNotLike", there.string_not_like()),
        ];
        for (operator, list) in parts {
            conditions.extend(list.iter().map(|condition| SelectionCondition {
                operator: operator.to_owned(),
                condition_key: condition.condition_key().unwrap_or_default().to_owned(),
                condition_value: condition.condition_value().unwrap_or_default().to_owned(),
            }));
        }
    }
    conditions.extend(told.list_of_tags().iter().map(|tag| SelectionCondition {
        operator: "ListOfTags".to_owned(),
        condition_key: tag.condition_key().to_owned(),
        condition_value: tag.condition_value().to_owned(),
    }));
    conditions.sort();
    let others = told.not_resources().iter().map(|arn| format!("not {arn}"));
    BackupSelection {
        selection_name: told.selection_name().to_owned(),
        iam_role_arn: told.iam_role_arn().to_owned(),
        resources: told.resources().iter().cloned().chain(others).collect(),
        conditions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection() -> BackupSelection {
        let condition = |operator: &str, key: &str| SelectionCondition {
            operator: operator.to_owned(),
            condition_key: format!("aws:ResourceTag/{key}"),
            condition_value: "x".to_owned(),
        };
        let mut conditions: Vec<_> = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]
            .into_iter()
            .flat_map(|operator| [condition(operator, "A"), condition(operator, "B")])
            .collect();
        conditions.sort();
        BackupSelection {
            selection_name: "servers".to_owned(),
            iam_role_arn: "arn:aws:iam::123456789012:role/nightferry/nightferry-servers-backup".to_owned(),
            resources: vec!["arn:aws:ec2:ap-northeast-1:123456789012:instance/*".to_owned()],
            conditions,
        }
    }

    #[test]
    fn a_selection_comes_back_as_it_was_written() {
        assert_eq!(told_selection(&selection_input(&selection()).unwrap()), selection());
    }

    #[test]
    fn a_selection_that_somebody_widened_or_narrowed_differs() {
        let written = selection_input(&selection()).unwrap();
        let mut narrowed = written.clone();
        narrowed.not_resources = Some(vec!["arn:aws:ec2:*:*:instance/i-1".to_owned()]);
        assert_ne!(told_selection(&narrowed), selection());
    }
}
