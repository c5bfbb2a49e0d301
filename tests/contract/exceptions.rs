//! What an implementation can't show: named where its check stands, counted here, told in `docs/local-aws.md`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{
    account, agent_states, backups, batch_jobs, instances, notices, preflight, records, restores, run_table,
    surroundings, transfers, workflows,
};

#[test]
fn every_exception_is_told_in_the_documents_and_there_is_no_other() {
    let suites = [
        account::EXCEPTIONS,
        agent_states::EXCEPTIONS,
        backups::EXCEPTIONS,
        batch_jobs::EXCEPTIONS,
        instances::EXCEPTIONS,
        notices::EXCEPTIONS,
        preflight::EXCEPTIONS,
        records::EXCEPTIONS,
        restores::EXCEPTIONS,
        run_table::EXCEPTIONS,
        surroundings::EXCEPTIONS,
        transfers::EXCEPTIONS,
        workflows::EXCEPTIONS,
    ];
    let made: BTreeSet<String> =
        suites.concat().iter().map(|(check, by, why)| format!("| `{why}` | {by} | `{check}` |")).collect();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/local-aws.md");
    let page = std::fs::read_to_string(page).unwrap();
    let section = page.split("## What the contract suites leave out").nth(1).unwrap();
    let told: BTreeSet<String> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.splitn(5, '|').take(4).collect::<Vec<_>>().join("|") + "|")
        .collect();
    assert_eq!(made, told);
}
