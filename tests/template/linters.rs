//! Other people's rules: cfn-lint and checkov on the translated template, statelint on the state machine.

use std::{path::PathBuf, sync::OnceLock};

use crate::{
    stack::text,
    tools::{Venv, said},
};

/// What statelint reports although it is right, with the reason.
const STATELINT_MISTAKES: &[(&str, &str)] = &[(
    r#"Field "InputType" not allowed in State Machine.States.RunJobs.ItemReader.ReaderConfig"#,
    "AWS demands it of an s3:getObject reader; statelint 3.1.0 knows only the fields of the language's own specification",
)];

/// The translated template as a file; cfn-lint and checkov see nothing in an untranslated one.
fn translated() -> &'static str {
    static TRANSLATED: OnceLock<PathBuf> = OnceLock::new();
    let path = TRANSLATED.get_or_init(|| {
        let output = Venv::shared().run("python3", &["tests/template/tools/translate.py", "template.yaml"]);
        assert!(output.status.success(), "{}", said(&output));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("template.json");
        std::fs::write(&path, output.stdout).unwrap();
        path
    });
    path.to_str().unwrap()
}

#[test]
fn cfn_lint_finds_nothing_in_the_translated_template() {
    let output = Venv::shared().run("cfn-lint", &["--include-checks", "I3042", "--", translated()]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn cfn_lint_would_find_an_action_that_does_not_exist() {
    let broken =
        std::fs::read_to_string(translated()).unwrap().replace("datasync:StartTaskExecution", "datasync:StartTransfer");
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("broken.template.json");
    std::fs::write(&path, broken).unwrap();
    let output = Venv::shared().run("cfn-lint", &["--", path.to_str().unwrap()]);
    assert!(!output.status.success() && said(&output).contains("starttransfer"), "{}", said(&output));
}

#[test]
fn checkov_finds_nothing_that_has_no_reason() {
    let output =
        Venv::shared().run("checkov", &["--config-file", "tests/template/tools/checkov.yaml", "--file", translated()]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn every_skipped_check_gives_its_reason() {
    let config = text("tests/template/tools/checkov.yaml");
    let skipped: Vec<&str> = config.lines().filter(|line| line.trim_start().starts_with("- CKV")).collect();
    assert!(!skipped.is_empty());
    assert!(
        skipped.iter().all(|line| line.split_once(" # ").is_some_and(|(_, reason)| reason.len() > 20)),
        "{skipped:?}"
    );
}

#[test]
fn statelint_finds_nothing_in_the_night() {
    let output = said(&Venv::shared().run("statelint", &["statemachines/nightly-run.asl.json"]));
    let findings: Vec<&str> = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.ends_with("error:") && !line.ends_with("errors:"))
        .collect();
    let known: Vec<&str> = STATELINT_MISTAKES.iter().map(|(finding, _)| *finding).collect();
    assert_eq!(findings, known);
}

#[test]
fn statelint_would_find_a_state_that_leads_nowhere() {
    let broken =
        text("statemachines/nightly-run.asl.json").replace(r#""Next": "ChooseReport""#, r#""Next": "Nowhere""#);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("broken.asl.json");
    std::fs::write(&path, broken).unwrap();
    let output = Venv::shared().run("statelint", &[path.to_str().unwrap()]);
    assert!(said(&output).contains("Nowhere"), "{}", said(&output));
}
