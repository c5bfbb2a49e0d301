//! What the keys say together: settings that fit their types and still cannot work.

use super::problem::{PROBLEMS_MAX, Place, Problem, nearest};
use super::tree::Node;
use super::{Job, JobName, Plan, PlanDuration, Protection, Schedule};
use crate::limits::JOBS_PER_RUN_MAX;

mod backup;
mod datasync;
mod destinations;
mod replicate;
mod scratch;
mod vaults;

/// Collects problems under the plan's paths and finds their places in the file.
pub(super) struct Check<'a> {
    tree: &'a Node,
    path: Vec<String>,
    problems: &'a mut Vec<Problem>,
}

/// Checks everything that no single type can.
pub(super) fn check(plan: &Plan, tree: &Node, problems: &mut Vec<Problem>) {
    let mut check = Check { tree, path: Vec::new(), problems };
    check.whole(plan);
    check.size(plan);
    for (name, schedule) in &plan.schedules {
        if check.is_full() {
            return;
        }
        check.below(&["schedules", name.as_str()], |check| check.schedule(schedule));
    }
    for (name, job) in &plan.jobs {
        if check.is_full() {
            return;
        }
        check.below(&["jobs", name.as_str()], |check| {
            check.plan_name(name);
            check.job(job);
        });
    }
    destinations::check(&mut check, &plan.jobs);
    scratch::check(&mut check, &plan.jobs);
    vaults::check(&mut check, plan);
}

impl Check<'_> {
    /// Whether there are more problems than anybody is told.
    fn is_full(&self) -> bool {
        self.problems.len() > PROBLEMS_MAX
    }

    /// Does something with the path some steps deeper.
    fn below(&mut self, steps: &[&str], then: impl FnOnce(&mut Self)) {
        let depth = self.path.len();
        self.path.extend(steps.iter().map(|&step| step.to_owned()));
        then(self);
        self.path.truncate(depth);
    }

    /// Notes a problem at a path below the present one.
    fn note(&mut self, steps: &[&str], message: impl Into<String>, suggestion: Option<String>) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).chain(steps.iter().copied()).collect();
        let place = if path.is_empty() { Place::START } else { self.tree.locate(&path) };
        self.problems.push(Problem { place, path: path.join("."), message: message.into(), suggestion });
    }

    /// Notes a name that its section does not have; a section that is missing has its own problem.
    fn known_name(&mut self, steps: &[&str], section: &str, name: &str) {
        /// Comparing costs time, and a plan with more names than this is written by a program.
        const MAX_COMPARED: usize = 100;
        // The tree, not the plan: a section's part that could not be read is there all the same.
        let known = self.tree.get(section);
        let reported = known.is_none() && section == "schedules";
        if reported || known.is_some_and(|node| node.get(name).is_some()) {
            return;
        }
        let names = known.map(Node::entries).unwrap_or_default().iter();
        let near = nearest(name, names.take(MAX_COMPARED).map(|(key, _)| key.text.as_str()));
        let suggestion =
            near.map_or_else(|| format!("add it under `{section}`"), |near| format!("did you mean `{near}`?"));
        self.note(steps, format!("`{section}` has no `{name}`"), Some(suggestion));
    }

    /// Notes a duration outside its bounds.
    fn within(&mut self, key: &str, value: PlanDuration, least: PlanDuration, most: PlanDuration) {
        if value < least || value > most {
            self.note(&[key], format!("{value} is outside {least} to {most}"), None);
        }
    }

    /// Notes a duration that is not whole days, or fewer than `least` of them.
    fn whole_days(&mut self, key: &str, value: PlanDuration, least: u64) {
        if value.whole_days().is_none_or(|days| days < least) {
            let suggestion = Some(format!("write {}d", value.secs().div_ceil(86_400).max(least)));
            self.note(&[key], format!("{value} is not whole days from {least}d"), suggestion);
        }
    }

    fn whole(&mut self, plan: &Plan) {
        if self.tree.get("jobs").is_some_and(|jobs| jobs.entries().is_empty()) {
            self.note(&["jobs"], "a plan without jobs protects nothing", Some("add a job".to_owned()));
        }
        self.whole_days("keep_records", plan.keep_records, 7);
        if !(1..=1_000).contains(&plan.concurrency) {
            self.note(&["concurrency"], format!("{} is outside 1 to 1000", plan.concurrency), None);
        }
    }

    /// Notes a schedule with more jobs than one run has: told here, and not at night.
    fn size(&mut self, plan: &Plan) {
        for name in plan.schedules.keys() {
            let count = plan.jobs.values().filter(|job| &job.schedule == name).count();
            if count > JOBS_PER_RUN_MAX {
                let message = format!("{count} jobs on one schedule; a run has at most {JOBS_PER_RUN_MAX}");
                self.note(
                    &["schedules", name.as_str()],
                    message,
                    Some("spread them over several schedules".to_owned()),
                );
            }
        }
    }

    fn schedule(&mut self, schedule: &Schedule) {
        if let Err(error) = schedule.times() {
            let key = error.key();
            self.note(&[key], error.to_string(), None);
        }
    }

    /// Notes a name of the form that a run gives to the machines of a job.
    fn plan_name(&mut self, name: &JobName) {
        if name.as_str().contains('.') {
            let message = "a machine or a drill of a job is named so; a job of the plan has a name without a dot";
            self.note(&[], message, Some(format!("name it {}", name.plan_job())));
        }
    }

    fn job(&mut self, job: &Job) {
        self.known_name(&["schedule"], "schedules", job.schedule.as_str());
        self.within("complete_within", job.complete_within, PlanDuration::from_mins(15), PlanDuration::from_days(7));
        self.below(&["retry"], |check| check.retry(job));
        self.below(&[job.protection.key()], |check| match &job.protection {
            Protection::DataSync(datasync) => datasync::check(check, datasync),
            Protection::Replicate(replicate) => replicate::check(check, replicate, job.complete_within),
            Protection::Backup(backup) => backup::check(check, backup, job.complete_within),
        });
    }

    fn retry(&mut self, job: &Job) {
        if !(1..=10).contains(&job.retry.attempts) {
            self.note(&["attempts"], format!("{} is outside 1 to 10", job.retry.attempts), None);
        }
        self.within("wait", job.retry.wait, PlanDuration::from_secs(10), PlanDuration::from_hours(6));
        if job.retry.attempts > 1 && job.retry.wait >= job.complete_within {
            self.note(
                &["wait"],
                format!(
                    "a wait of {} leaves no time for a second attempt within {}",
                    job.retry.wait, job.complete_within
                ),
                Some("shorten the wait or lengthen complete_within".to_owned()),
            );
        }
    }
}
