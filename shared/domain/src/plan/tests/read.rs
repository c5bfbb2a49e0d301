//! Plans that are taken, and what follows from them.

use super::{EXAMPLE, taken, with_job, with_options};
use crate::plan::{ConfirmBy, Overlap, Plan, PlanDuration, Protection, Retry, init_text};

#[test]
fn the_example_holds_every_kind_of_protection() {
    let plan = taken(EXAMPLE);
    let kinds: Vec<_> = plan.jobs.iter().map(|(name, job)| format!("{name}: {}", job.protection.key())).collect();
    insta::assert_snapshot!(kinds.join("\n"));
}

#[test]
fn the_example_reads_into_these_values_and_defaults() {
    insta::assert_json_snapshot!(taken(EXAMPLE));
}

#[test]
fn a_plan_written_as_json_reads_back_the_same() {
    let plan = taken(EXAMPLE);
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    // JSON is YAML: the written form is also a plan file.
    assert_eq!(taken(&json), plan);
}

#[test]
fn the_file_of_init_is_a_plan_without_warnings() {
    let plan = taken(init_text());
    assert_eq!(plan.warnings(), []);
    assert_eq!(plan.jobs.len(), 1);
}

#[test]
fn the_commented_jobs_of_init_are_plans_too() {
    let mut uncommented = Vec::new();
    let mut kinds = false;
    for line in init_text().lines() {
        kinds |= line.contains("# The other kinds");
        let agents = line.starts_with("# agents:") || line.starts_with("#   tokyo:");
        uncommented.push(match line.strip_prefix("  # ") {
            Some(rest) if kinds && !rest.starts_with("The ") => format!("  {rest}"),
            _ if agents => line.trim_start_matches("# ").replace("#   ", "  "),
            _ => line.to_owned(),
        });
    }
    assert_eq!(taken(&uncommented.join("\n")).jobs.len(), 4);
}

#[test]
fn a_job_without_more_waits_for_the_night_before_and_tries_three_times() {
    let plan = taken(&with_options(""));
    let job = plan.jobs.values().next().unwrap();
    assert_eq!(job.retry, Retry { attempts: 3, wait: PlanDuration::from_mins(5) });
    assert_eq!(job.complete_within, PlanDuration::from_hours(8));
    assert_eq!(job.overlap, Overlap::Wait);
}

#[test]
fn every_job_of_the_example_is_carried_today() {
    let plan = taken(EXAMPLE);
    let carried: Vec<_> = plan
        .jobs
        .iter()
        .map(|(name, job)| {
            format!("{name}: {}", job.protection.carried().map_or_else(|no| no.to_string(), |()| "carried".to_owned()))
        })
        .collect();
    insta::assert_snapshot!(carried.join("\n"));
}

#[test]
fn underscores_in_numbers_are_for_the_eye() {
    let plan = taken(EXAMPLE);
    let limits: Vec<_> = plan
        .jobs
        .values()
        .filter_map(|job| match &job.protection {
            Protection::Replicate(replicate) => Some((replicate.confirm.max_objects, replicate.confirm.decided_by())),
            Protection::DataSync(_) | Protection::Backup(_) => None,
        })
        .collect();
    assert_eq!(limits, [(Some(2_000_000), ConfirmBy::Limits)]);
}

#[test]
fn replication_without_limits_waits_for_a_person() {
    let plan = taken(&with_job("replicate:\n  from: { s3: one-bucket }\n  to: { s3: other-bucket }"));
    assert_eq!(
        plan.warnings().iter().map(|w| w.path.as_str()).collect::<Vec<_>>(),
        ["notify", "jobs.home.replicate.confirm"]
    );
}

#[test]
fn an_alias_stands_for_what_its_anchor_says() {
    let plan = taken(&with_options("include: &some [/a]\nexclude: *some"));
    let Protection::DataSync(datasync) = &plan.jobs.values().next().unwrap().protection else {
        panic!("not datasync");
    };
    assert_eq!(datasync.include, datasync.exclude);
}

#[test]
fn settings_that_give_less_safety_are_told() {
    let plan = taken(&with_options("verify: none\noverwrite: never\ndeleted: remove\nallow_delete: true\nlog: off"));
    let told: Vec<_> = plan.warnings().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
}
