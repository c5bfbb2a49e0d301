//! Settings that fit their types and cannot stand together, one by one.

use super::{EXAMPLE, refusal, taken, with_job};

/// Whether the plan is taken; if it is refused, then for this path alone.
fn is_taken(plan: &str, path: &str) -> bool {
    let Err(errors) = crate::plan::parse(plan) else { return true };
    let told = errors.to_string();
    assert!(told.lines().count() == 1 && told.contains(path), "{told}");
    false
}

fn backup(start_within: &str, lines: &str) -> String {
    let select = "select: { resource: ec2, tag: { A: b } }";
    with_job(&format!("backup:\n  {select}\n  vault: EC2\n  keep: 30d\n  start_within: {start_within}\n{lines}"))
}

fn tagged(key: &str, value: &str) -> bool {
    let plan = backup("1h", "").replace("tag: { A: b }", &format!("tag: {{ \"{key}\": \"{value}\" }}"));
    is_taken(&plan, "select.tag")
}

#[test]
fn a_backup_window_lies_between_an_hour_and_the_jobs_own_time() {
    let window = |length: &str| is_taken(&backup(length, ""), "start_within");
    assert!(window("1h") && !window("59m"));
    assert!(window("479m") && !window("8h"));
}

#[test]
fn a_copy_in_the_vault_of_the_original_is_none() {
    let copy = |keys: &str| is_taken(&backup("1h", &format!("  copy: {{ {keys} }}")), "copy");
    assert!(!copy("vault: EC2"));
    assert!(copy("vault: DR"));
    assert!(copy("vault: EC2, region: us-west-2"));
    assert!(copy("vault: EC2, account: \"222222222222\""));
    assert!(copy("vault: DR, keep: 1d") && !copy("vault: DR, keep: 36h"));
}

#[test]
fn a_tag_has_as_many_characters_as_aws_takes() {
    let long = |count| "a".repeat(count);
    assert!(tagged(&long(128), &long(256)));
    assert!(!tagged(&long(129), "b") && !tagged("A", &long(257)));
    assert!(!tagged("", "b") && tagged("A", ""));
    assert!(!tagged("A\\n", "b") && !tagged("A", "b\\t"));
    let untagged = backup("1h", "").replace("tag: { A: b }", "tag: {}");
    assert!(refusal(&untagged).contains("without a tag nothing is selected"));
}

const EFS: &str = "efs: fs-0123456789abcdef0, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d]";

fn between(from: &str, to: &str, options: &str) -> String {
    let options = options.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n");
    let agents = EXAMPLE.split_once("agents:").unwrap().1;
    let job = with_job(&format!("datasync:\n  from: {{ {from} }}\n  to: {{ {to} }}\n{options}"));
    format!("{job}\nagents:{agents}")
}

#[test]
fn a_drill_by_schedule_of_a_copy_between_buckets_is_refused_with_the_command_that_does_it() {
    let told = refusal(&between("s3: one-bucket", "s3: other-bucket", "drill: { schedule: nightly, to: /scratch }"));
    let command = "let cron call `nightferry drill home`";
    assert!(told.contains("no schedule rehearses a copy between buckets") && told.contains(command), "{told}");
    let replicate =
        "replicate:\n  from: { s3: one-bucket }\n  to: { s3: other-bucket }\n  drill: { schedule: nightly }";
    let told = refusal(&with_job(replicate));
    assert!(told.contains("unknown key `drill`") && told.contains(command), "{told}");
    let told = refusal(&with_job("drill: { schedule: nightly }\ndatasync: {}"));
    assert!(!told.contains("cron call"), "{told}");
}

/// A job that copies `path`, and is rehearsed in `scratch`.
fn rehearsed(path: &str, scratch: &str, options: &str) -> String {
    let drill = format!("drill: {{ schedule: nightly, to: {scratch} }}\n{options}");
    between(&format!("{EFS}, path: {path}"), "s3: other-bucket", &drill)
}

#[test]
fn a_copy_of_files_is_rehearsed_by_schedule_outside_of_what_is_alive_or_where_that_leaves_it_out() {
    let taken = |path: &str, scratch: &str, options: &str| is_taken(&rehearsed(path, scratch, options), "drill.to");
    assert!(taken("/home", "/scratch", "") && taken("/home", "/homework", ""));
    assert!(!taken("/home", "/home", "") && !taken("/home/a", "/home", "") && !taken("/home", "/", ""));
    assert!(!taken("/", "/scratch", "") && !taken("/home", "/home/scratch", ""));
    assert!(taken("/", "/scratch", "exclude: [/scratch]") && taken("/home", "/home/scratch", "exclude: [/scr*]"));
    assert!(!taken("/home", "/home/scratch", "exclude: [/home/scratch]"), "patterns count from the top of the source");
    assert!(!taken("/", "/scratch", "include: [/home]"), "what is not included today may be tomorrow");
    let told = refusal(&rehearsed("/", "/scratch", ""));
    assert!(told.contains("add `/scratch` to its `exclude`"), "{told}");
}

/// The same beside a second job.
fn rehearsed_beside(from: &str, to: &str, options: &str) -> bool {
    let first = rehearsed("/home", "/scratch", "");
    let (jobs, agents) = first.split_once("agents:").unwrap();
    let other = format!(
        "  other:\n    schedule: nightly\n    datasync:\n      from: {{ {from} }}\n      to: {{ {to} }}\n      {options}\n"
    );
    is_taken(&format!("{jobs}{other}agents:{agents}"), "drill.to")
}

#[test]
fn no_drill_by_schedule_strikes_another_jobs_files_copy_or_scratch_folder() {
    let alive = |path: &str| rehearsed_beside(&format!("{EFS}, path: {path}"), "s3: third-bucket", "");
    assert!(alive("/mail") && !alive("/scratch") && !alive("/scratch/mail") && !alive("/"));
    let elsewhere = EFS.replace("fs-0123456789abcdef0", "fs-0123456789abcdef1");
    assert!(rehearsed_beside(&format!("{elsewhere}, path: /scratch"), "s3: third-bucket", ""));
    let point = format!("{EFS}, path: /mail, access_point: fsap-0123456789abcdef0");
    assert!(!rehearsed_beside(&point, "s3: third-bucket", ""), "nobody knows where that begins");
    let copy = format!("{EFS}, path: /copy, access_point: fsap-0123456789abcdef0");
    assert!(!rehearsed_beside(&format!("{EFS}, path: /mail"), &copy, ""), "nor where a copy behind it lies");
    let twin = |to: &str| {
        rehearsed_beside(
            &format!("{EFS}, path: /mail"),
            "s3: third-bucket",
            &format!("drill: {{ schedule: nightly, to: {to} }}"),
        )
    };
    assert!(twin("/scratch-of-mail"));
    let both = rehearsed("/home", "/scratch", "");
    let (jobs, agents) = both.split_once("agents:").unwrap();
    let other = format!(
        "  other:\n    schedule: nightly\n    datasync:\n      from: {{ {EFS}, path: /mail }}\n      to: {{ s3: third-bucket }}\n      drill: {{ schedule: nightly, to: /scratch/mail }}\n"
    );
    let told = refusal(&format!("{jobs}{other}agents:{agents}"));
    assert!(
        told.contains("job `home` is rehearsed in /scratch") && told.contains("job `other` is rehearsed"),
        "{told}"
    );
}

#[test]
fn a_drill_by_schedule_names_a_schedule_and_needs_a_copy_that_can_be_read() {
    let told =
        refusal(&rehearsed("/home", "/scratch", "").replace("drill: { schedule: nightly", "drill: { schedule: weekl"));
    assert!(told.contains("`schedules` has no `weekl`"), "{told}");
    let told = refusal(
        &rehearsed("/home", "/scratch", "").replace("s3: other-bucket", "s3: other-bucket, storage_class: GLACIER"),
    );
    assert!(told.contains("archived objects cannot be read"), "{told}");
}

#[test]
fn a_file_system_is_not_copied_into_itself() {
    let to = |id: &str, path: &str| {
        let (from, to) =
            (format!("{EFS}, path: /a"), format!("{}, path: {path}", EFS.replace("fs-0123456789abcdef0", id)));
        is_taken(&between(&from, &to, ""), "datasync.to")
    };
    assert!(!to("fs-0123456789abcdef0", "/a/b") && to("fs-0123456789abcdef0", "/b"));
    assert!(to("fs-00000000000000000", "/a/b") && to("fs-00000000000000000", "/b"));
}

#[test]
fn a_bucket_is_copied_into_itself_only_where_nothing_overlaps() {
    let to = |bucket: &str, prefix: &str| {
        is_taken(&between("s3: one-bucket, prefix: /a", &format!("s3: {bucket}, prefix: {prefix}"), ""), "datasync.to")
    };
    assert!(!to("one-bucket", "/a/b") && to("one-bucket", "/b"));
    assert!(to("other-bucket", "/a/b") && to("other-bucket", "/b"));
}

#[test]
fn one_end_at_most_is_in_another_account() {
    let accounts = |from: &str, to: &str| {
        let plan = between(&format!("s3: one-bucket{from}"), &format!("s3: other-bucket{to}"), "");
        is_taken(&plan, "datasync.to.account")
    };
    let theirs = ", account: \"111111111111\"";
    assert!(accounts("", "") && accounts(theirs, "") && accounts("", theirs) && !accounts(theirs, theirs));
}

#[test]
fn nothing_is_backed_up_onto_a_server_of_the_premises() {
    let nfs = "nfs: nas.example.internal, path: /b, agent: tokyo";
    let told = refusal(&between(EFS, nfs, ""));
    assert!(told.contains("a backup of efs ends in `s3` or `efs`"), "{told}");
}

#[test]
fn a_source_has_no_storage_class_and_an_agent_has_to_be_known() {
    let s3 = "s3: other-bucket";
    assert!(refusal(&between("s3: one-bucket, storage_class: GLACIER", s3, "")).contains("keeps its objects' storage"));
    let secret = "credentials: \"arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:nas\"";
    let smb = |agent: &str| format!("smb: nas.example.internal, path: /b, agent: {agent}, {secret}");
    let _ = taken(&between(&smb("tokyo"), s3, ""));
    assert!(refusal(&between(&smb("osaka"), s3, "")).contains("`agents` has no `osaka`"));
}

#[test]
fn a_file_system_takes_one_to_five_security_groups() {
    let groups = |count: usize| {
        let list = vec!["sg-0a1b2c3d"; count].join(", ");
        is_taken(&between(&EFS.replace("[sg-0a1b2c3d]", &format!("[{list}]")), "s3: one-bucket", ""), "security_groups")
    };
    assert!(!groups(0) && groups(1) && groups(5) && !groups(6));
}

#[test]
fn only_an_access_point_needs_tls() {
    let mounted = |keys: &str| is_taken(&between(&format!("{EFS}{keys}"), "s3: one-bucket", ""), "encryption");
    let point = ", access_point: fsap-0123456789abcdef0";
    assert!(mounted(point) && mounted(", encryption: none") && mounted(""));
    assert!(!mounted(&format!("{point}, encryption: none")));
}

#[test]
fn deleting_needs_two_words_and_a_look_at_the_destination() {
    let deleting = |options: &str| is_taken(&between(EFS, "s3: one-bucket", options), "datasync.");
    assert!(deleting("") && deleting("deleted: remove\nallow_delete: true"));
    assert!(!deleting("deleted: remove") && !deleting("allow_delete: true"));
    assert!(deleting("transfer: all") && !deleting("deleted: remove\nallow_delete: true\ntransfer: all"));
}

#[test]
fn enhanced_mode_is_for_two_buckets_and_never_looks_at_everything() {
    let enhanced = |from: &str, verify: &str| {
        is_taken(&between(from, "s3: one-bucket", &format!("mode: enhanced\nverify: {verify}")), "datasync.")
    };
    assert!(enhanced("s3: other-bucket", "transferred") && !enhanced("s3: other-bucket", "point-in-time"));
    assert!(!enhanced(EFS, "transferred"));
}

#[test]
fn an_archive_is_neither_read_back_nor_written_anew_each_night() {
    let archived = |class: &str, options: &str| {
        is_taken(&between(EFS, &format!("s3: one-bucket, storage_class: {class}"), options), "datasync.")
    };
    for (class, is_archive) in [("GLACIER", true), ("DEEP_ARCHIVE", true), ("STANDARD", false)] {
        assert!(archived(class, "verify: transferred") && archived(class, "transfer: changed"));
        assert_eq!(!archived(class, "verify: point-in-time"), is_archive, "{class}");
        assert_eq!(!archived(class, "transfer: all"), is_archive, "{class}");
        assert!(archived(class, "transfer: all\noverwrite: never"), "{class}");
    }
    let _ = taken(&between("s3: one-bucket", EFS, "verify: point-in-time"));
}

#[test]
fn a_filter_is_made_of_patterns_and_has_an_end() {
    let filtered = |key: &str, patterns: &[&str]| {
        let list: Vec<_> = patterns.iter().map(|pattern| format!("\"{pattern}\"")).collect();
        is_taken(&between(EFS, "s3: one-bucket", &format!("{key}: [{}]", list.join(", "))), key)
    };
    for key in ["include", "exclude"] {
        assert!(filtered(key, &["/a", "/b*"]));
        assert!(!filtered(key, &[""]) && !filtered(key, &["/a|/b"]) && !filtered(key, &["/a\\n"]));
        let half = "a".repeat(51_199);
        assert!(filtered(key, &[&half, &format!("{half}b")]), "102400 characters with the bar between them");
        assert!(!filtered(key, &[&half, &format!("{half}bc")]));
    }
}

fn twice(one: &str, other: &str) -> bool {
    let both = between("s3: source-a", one, "").replace("\nagents:", &format!("\n  mail:\n    schedule: nightly\n    datasync:\n      from: {{ s3: source-b }}\n      to: {{ {other} }}\nagents:"));
    is_taken(&both, ".to")
}

#[test]
fn two_jobs_never_write_to_one_place() {
    assert!(!twice("s3: one-bucket, prefix: /a", "s3: one-bucket, prefix: /a/b"));
    assert!(!twice("s3: one-bucket", "s3: one-bucket, prefix: /a"));
    assert!(twice("s3: one-bucket, prefix: /a", "s3: one-bucket, prefix: /ab"));
    assert!(twice("s3: one-bucket", "s3: one-bucket-2"));
    let path = |path: &str| format!("{EFS}, path: {path}");
    assert!(!twice(&path("/a"), &path("/a/b")) && !twice(&path("/"), &path("/a")));
    assert!(twice(&path("/a"), &path("/ab")) && twice(&path("/a"), "s3: one-bucket, prefix: /a"));
}

#[test]
fn a_replica_has_a_bucket_of_its_own_and_limits_that_let_something_through() {
    let replicate = |to: &str, confirm: &str| {
        let lines =
            format!("replicate:\n  from: {{ s3: one-bucket }}\n  to: {{ s3: {to} }}\n  confirm: {{ {confirm} }}");
        is_taken(&with_job(&lines), "replicate.")
    };
    assert!(replicate("other-bucket", "") && !replicate("one-bucket", ""));
    assert!(!replicate("other-bucket", "by: limits") && replicate("other-bucket", "by: person"));
    assert!(
        replicate("other-bucket", "by: limits, max_objects: 1")
            && replicate("other-bucket", "by: limits, max_bytes: 1B")
    );
    assert!(!replicate("other-bucket", "max_objects: 0") && !replicate("other-bucket", "max_bytes: 0B"));
}

/// The window's default was as long as the job's own, so that a plan which named neither was refused.
#[test]
fn regression_a_backup_with_nothing_but_the_keys_it_needs_is_taken() {
    let _ = taken(&backup("1h", "").replace("  start_within: 1h\n", ""));
}

fn confirmed_within(complete_within: &str, within: &str) -> bool {
    let replicate = "replicate:\n  from: { s3: one-bucket }\n  to: { s3: other-bucket }";
    let lines = format!("complete_within: {complete_within}\n{replicate}\n  confirm: {{ within: {within} }}");
    is_taken(&with_job(&lines), "replicate.confirm.within")
}

#[test]
fn regression_a_person_decides_before_the_job_is_cut_off() {
    assert!(confirmed_within("8h", "7h") && !confirmed_within("8h", "8h") && !confirmed_within("8h", "12h"));
    assert!(confirmed_within("24h", "12h") && !confirmed_within("24h", "8d") && !confirmed_within("24h", "14m"));
}

/// The default was 12h, which a job's own default of 8h never let come.
#[test]
fn regression_what_happens_when_nobody_decides_comes_before_the_deadline() {
    use crate::plan::{Confirm, PlanDuration};
    let default = |complete_within| Confirm::default().decide_within(complete_within);
    assert_eq!(default(PlanDuration::from_hours(8)), PlanDuration::from_hours(4));
    assert_eq!(default(PlanDuration::from_days(7)), PlanDuration::from_hours(12));
}

fn backed_up(lines: &str) -> String {
    let indented = lines.lines().fold(String::new(), |indented, line| indented + "  " + line + "\n");
    with_job(&format!(
        "backup:\n  select: {{ resource: ec2, tag: {{ A: b }} }}\n  vault: EC2\n  keep: 120d\n{indented}"
    ))
}

#[test]
fn what_goes_to_cold_storage_is_kept_ninety_days_more() {
    let cold = |after: &str| is_taken(&backed_up(&format!("cold_after: {after}")), "cold_after");
    assert!(cold("30d") && !cold("31d") && !cold("36h"));
    let copied = backed_up("cold_after: 30d\ncopy: [{ vault: DR, keep: 119d }]");
    assert!(!is_taken(&copied, "cold_after"));
}

#[test]
fn a_copy_stands_alone_or_in_a_list_and_in_a_vault_of_its_own() {
    let copies = |list: &str| is_taken(&backed_up(&format!("copy: {list}")), "copy");
    assert!(copies("{ vault: DR }") && copies("[{ vault: DR }]") && copies("[]"));
    assert!(copies("[{ vault: DR }, { vault: DR, region: us-west-2 }]"));
    assert!(!copies("[{ vault: DR }, { vault: DR }]"));
    let told = refusal(&backed_up("copy: { volt: DR }"));
    assert!(told.contains("`volt`") && told.contains("`vault`"), "{told}");
    assert!(refusal(&backed_up("copy: DR")).contains("a copy ({ vault: NAME }) or a list of them"));
}

#[test]
fn something_has_to_be_selected_by() {
    let selected = |by: &str| is_taken(&backed_up("").replace("tag: { A: b }", by), "select");
    assert!(selected("arns: [\"arn:aws:ec2:ap-northeast-1:123456789012:instance/*\"]"));
    assert!(selected("conditions: { like: { Name: \"web*\" } }"));
    assert!(!selected("conditions: { not_like: { Name: \"tmp*\" } }") && !selected("conditions: {}"));
    let many = |one: &str, count: usize| format!("arns: [{}]", vec![format!("\"{one}\""); count].join(", "));
    let id = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123456789abcdef0";
    assert!(selected(&many(id, 500)) && !selected(&many(id, 501)));
    let all = "arn:aws:ec2:ap-northeast-1:123456789012:instance/*";
    assert!(selected(&many(all, 30)) && !selected(&many(all, 31)));
}

#[test]
fn a_drill_is_looked_at_by_one_and_by_schedule_in_aws_only() {
    let drill = |keys: &str| {
        is_taken(
            &backed_up(&format!("drill: {{ subnet: subnet-0a1b2c3d, security_group: sg-0a1b2c3d{keys} }}")),
            "drill",
        )
    };
    let lambda = "lambda: \"arn:aws:lambda:ap-northeast-1:123456789012:function:look\"";
    assert!(drill("") && drill(", pick: random, instance_type: t3.micro, schedule: nightly"));
    assert!(drill(&format!(", check: {{ {lambda} }}, schedule: nightly")) && drill(", check: { command: [./look] }"));
    assert!(!drill(", check: {}") && !drill(&format!(", check: {{ {lambda}, command: [./look] }}")));
    assert!(!drill(", check: { command: [./look] }, schedule: nightly"));
    assert!(!drill(", schedule: weekly"));
}

#[test]
fn a_vaults_lock_stands_together_and_takes_what_its_jobs_keep() {
    let locked = |lock: &str, path: &str| {
        is_taken(&format!("{}\nvaults:\n  EC2: {{ lock: {{ {lock} }} }}\n", backed_up("")), path)
    };
    assert!(locked("min_keep: 120d, max_keep: 120d", "lock"));
    assert!(!locked("min_keep: 121d", "backup.keep") && !locked("max_keep: 119d", "backup.keep"));
    assert!(!locked("min_keep: 36h", "min_keep"));
    assert!(locked("mode: compliance, changeable_for: 3d", "changeable_for"));
    assert!(!locked("mode: compliance, changeable_for: 2d", "changeable_for"));
    assert!(!locked("changeable_for: 3d", "changeable_for"));
}
