//! The catalogue: each message leads to its row, and to no other.

use super::*;

fn id_of(code: &str, message: &str) -> &'static str {
    diagnose(&Evidence { code, message }).id
}

/// The lines of `samples.tsv`: the fact, the row's id, the message.
fn samples() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = include_str!("samples.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let mut cells = line.split('\t');
        (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap())
    })
}

#[test]
fn each_documented_message_leads_to_its_row_and_to_no_other() {
    for (fact, id, message) in samples() {
        assert_eq!(look_up(message).map(|row| row.id), Some(id), "{fact}: {message}");
        let said = Said::new(&Evidence { code: "", message });
        let narrow = catalogue().filter(|row| said.fits(row) && !BROAD.contains(&row.id)).map(|row| row.id);
        let expected: Vec<_> = [id].into_iter().filter(|id| !BROAD.contains(id)).collect();
        assert_eq!(narrow.collect::<Vec<_>>(), expected, "{fact}: {message}");
    }
}

#[test]
fn every_fact_and_every_row_has_a_message() {
    for fact in 1..=67 {
        assert!(samples().any(|(found, ..)| found == fact.to_string()), "fact {fact} has no message");
    }
    for row in catalogue().filter(|row| row.codes.is_empty() && row.id != "s3-denied") {
        assert!(samples().any(|(_, id, _)| id == row.id), "{} has no message", row.id);
    }
    for (fact, id, _) in samples() {
        assert!(catalogue().any(|row| row.id == id), "{fact}: there is no row {id}");
    }
}

#[test]
fn every_alternative_of_a_row_can_decide() {
    for row in catalogue() {
        for alternative in row.fragments {
            let message = alternative.join(" ... ");
            assert!(Said::new(&Evidence { code: "", message: &message }).fits(row), "{}: {message}", row.id);
        }
    }
}

/// The codes that AWS's page of replication failure reasons lists.
const REPLICATION_CODES: [&str; 35] = [
    "AssumeRoleNotPermitted",
    "DstBucketInvalidRegion",
    "DstBucketNotFound",
    "DstBucketObjectLockConfigMissing",
    "DstBucketUnversioned",
    "DstDelObjNotPermitted",
    "DstKmsKeyInvalidState",
    "DstKmsKeyNotFound",
    "DstMultipartCompleteNotPermitted",
    "DstMultipartInitNotPermitted",
    "DstMultipartPartUploadNotPermitted",
    "DstMultipartUploadNotPermitted",
    "DstObjectHardDeleted",
    "DstPutAclNotPermitted",
    "DstPutLegalHoldNotPermitted",
    "DstPutObjectNotPermitted",
    "DstPutRetentionNotPermitted",
    "DstPutTaggingNotPermitted",
    "DstVersionNotFound",
    "InitiateReplicationNotPermitted",
    "SrcBucketInvalidRegion",
    "SrcBucketNotFound",
    "SrcBucketReplicationConfigMissing",
    "SrcGetAclNotPermitted",
    "SrcGetLegalHoldNotPermitted",
    "SrcGetObjectNotPermitted",
    "SrcGetRetentionNotPermitted",
    "SrcGetTaggingNotPermitted",
    "SrcHeadObjectNotPermitted",
    "SrcKeyNotFound",
    "SrcKmsKeyInvalidState",
    "SrcObjectNotEligible",
    "SrcObjectNotFound",
    "SrcReplicationNotPending",
    "SrcVersionNotFound",
];

#[test]
fn each_replication_code_is_known_whole_and_by_itself() {
    for code in REPLICATION_CODES {
        let all: Vec<_> = catalogue().filter(|row| row.codes.contains(&code)).map(|row| row.id).collect();
        let [id] = all.as_slice() else { panic!("{code} is in {all:?}") };
        let by_code = diagnose_from(Speaker::Replication, &Evidence { code, message: "" });
        assert_eq!(by_code.id, *id);
        assert_eq!(by_code.who == Who::Nobody, code == "SrcReplicationNotPending");
        let column = format!("\"example-assets\",\"a.txt\",\"failed\",\"200\",\"{code}\"");
        assert_eq!(look_up(&column).map(|row| row.id), Some(*id), "{column}");
        assert_eq!(look_up(&format!("x{code}")), None, "part of a longer word is another word");
        assert_eq!(by_code.again, Again::Never, "{code} heals by nothing that time brings");
    }
}

#[test]
fn a_row_is_found_by_its_own_id() {
    for row in catalogue() {
        assert_eq!(look_up(&format!(" {}\n", row.id)).map(|found| found.id), Some(row.id));
    }
}

#[test]
fn words_broken_over_lines_and_in_any_case_are_the_same_words() {
    assert_eq!(
        id_of("", "DataSync location access test FAILED:\n could not perform\n s3:HeadBucket"),
        "bucket-access-denied"
    );
}

#[test]
fn each_speaker_is_asked_with_its_own_rows() {
    let denied = Evidence { code: "AccessDenied", message: "" };
    let busy = Evidence { code: "", message: "Rate exceeded" };
    let key = Evidence { code: "", message: "PRIVATE_LINK_ENDPOINT_UNREACHABLE" };
    for (speaker, on_denied, on_key) in [
        (Speaker::DataSync, "datasync-denied", "unknown"),
        (Speaker::Agent, "datasync-denied", "agent-endpoint-unreachable"),
        (Speaker::BatchOperations, "s3-denied", "unknown"),
        (Speaker::Replication, "s3-denied", "unknown"),
        (Speaker::Backup, "backup-denied", "unknown"),
        (Speaker::Change, "may-not-provision", "unknown"),
    ] {
        assert_eq!(diagnose_from(speaker, &denied).id, on_denied, "{speaker:?}");
        assert_eq!(diagnose_from(speaker, &busy).id, "throttled", "{speaker:?}");
        assert_eq!(diagnose_from(speaker, &key).id, on_key, "{speaker:?}");
    }
}

#[test]
fn a_code_is_as_good_as_a_message() {
    assert_eq!(id_of("EniNotFound", ""), "interface-gone");
    assert_eq!(id_of("FsS3HeadBucketFailed", ""), "bucket-access-denied");
}

#[test]
fn an_unknown_message_is_said_to_be_unknown() {
    assert_eq!(id_of("", "The moon is in the way"), "unknown");
    assert_eq!(id_of("", ""), "unknown");
    for words in ["The moon is in the way", "", "レポートがありません", "NotPermitted"] {
        assert_eq!(look_up(words), None, "{words}");
    }
}

#[test]
fn a_cause_quotes_what_the_service_said_and_nothing_else() {
    let said = |code, message| UNKNOWN.cause(&Evidence { code, message }).said;
    assert_eq!(said("", ""), None);
    assert_eq!(said("NoMem", "").as_deref(), Some("NoMem"));
    assert_eq!(said("", "cannot allocate").as_deref(), Some("cannot allocate"));
    assert_eq!(said("NoMem", "cannot allocate").as_deref(), Some("NoMem: cannot allocate"));
}

#[test]
fn permission_and_configuration_errors_are_never_retried() {
    for row in catalogue().filter(|row| matches!(row.class, Class::Permission | Class::Configuration)) {
        assert_eq!(row.again, Again::Never, "{}", row.id);
    }
}

#[test]
fn ids_are_unique_and_fragments_in_lower_case() {
    let mut ids: Vec<_> = catalogue().map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), catalogue().count());
    assert!(BROAD.iter().all(|id| ids.contains(id)));
    for part in catalogue().flat_map(|row| row.fragments.iter()).flat_map(|all| all.iter()) {
        assert_eq!(*part, part.to_lowercase());
    }
}
