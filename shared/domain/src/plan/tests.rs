//! The plan as a whole: what is read, what is refused, and in which words.

mod borders;
mod broken;
mod fires;
mod hostile;
mod hostile_table;
mod read;
mod refusals;
mod schemas;
mod texts;

use super::{Plan, parse};

/// DESIGN's example: every kind of protection.
const EXAMPLE: &str = include_str!("tests/example.yaml");

/// A small plan with one datasync job whose lines the caller gives.
fn with_job(lines: &str) -> String {
    let indented = lines.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n");
    format!(
        "version: 1\nschedules:\n  nightly: {{ cron: \"0 6 * * ? *\", timezone: Asia/Tokyo }}\njobs:\n  home:\n    schedule: nightly\n{indented}"
    )
}

/// A datasync job from EFS to S3 with more options.
fn with_options(options: &str) -> String {
    with_job(&format!(
        "datasync:\n  from: {{ efs: fs-0123456789abcdef0, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }}\n  to: {{ s3: example-backups, prefix: /home }}\n{}",
        options.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
    ))
}

/// The messages for a plan that must be refused.
fn refusal(text: &str) -> String {
    match parse(text) {
        Ok(plan) => panic!("this plan was taken: {plan:?}"),
        Err(errors) => errors.to_string(),
    }
}

fn taken(text: &str) -> Plan {
    parse(text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}
