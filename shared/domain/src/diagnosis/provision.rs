//! What services say while `apply` and `destroy` change things. These rows are not tried on executions.

use super::row::row;
use super::{Again, Class, Diagnosis, Evidence, Who};

pub(super) static ROWS: &[Diagnosis] = &[
    row!(
        "credentials-refused",
        Permission,
        Operator,
        Never,
        false,
        &[&["expiredtoken"], &["invalidclienttokenid"], &["unrecognizedclient"], &["signaturedoesnotmatch"]],
        "AWS does not accept the credentials: they have expired or belong to nobody",
        "Log in again (`aws sso login`), or name another profile; then do this again."
    ),
    row!(
        "no-reply",
        Network,
        Operator,
        Soon,
        false,
        &[&["the connection broke"], &["the reply took too long"], &["the reply could not be read"]],
        "The service's reply did not come through, so the change may or may not have been made",
        "Do it again: what was made is found by its tags and taken up, nothing is made twice."
    ),
    row!(
        "may-not-pass-role",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["iam:passrole"]],
        "The credentials may make the thing, but may not hand it its role",
        "Allow iam:PassRole on that role with iam:PassedToService naming the service, as docs/permissions.md lists it."
    ),
    row!(
        "may-not-provision",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["accessdenied"], &["not authorized to perform"], &["unauthorizedoperation"]],
        "The credentials may not do this",
        "Use credentials with the permissions that docs/permissions.md lists for `apply`, or hand the output of `nightferry apply --print` to somebody who has them."
    ),
    row!(
        "log-policies-full",
        Quota,
        OurAccount,
        Never,
        false,
        &[&["limitexceeded", "resource polic"], &["resource limit exceeded", "polic"]],
        "The account has as many log resource policies as CloudWatch Logs allows in a Region",
        "Delete one that nothing needs (`aws logs describe-resource-policies` lists them); then `nightferry apply` again."
    ),
    row!(
        "backup-plans-full",
        Quota,
        OurAccount,
        Never,
        false,
        &[&["limitexceeded", "backup plan"], &["limitexceeded", "vault"], &["limitexceeded", "selection"]],
        "The account has as many backup plans, selections or vaults as AWS Backup allows in a Region",
        "Delete one that nothing needs (`aws backup list-backup-plans`, `aws backup list-backup-vaults`), name a vault that is there as `vault` in the plan, or ask for a higher quota in Service Quotas; then `nightferry apply` again."
    ),
    row!(
        "quota-reached",
        Quota,
        OurAccount,
        Never,
        false,
        &[&["limitexceeded"], &["servicequotaexceeded"], &["quota", "exceeded"], &["maximum number of"]],
        "A quota of the account is exhausted",
        "Delete what nobody needs or ask for a higher quota in Service Quotas; then `nightferry apply` again."
    ),
    row!(
        "name-taken",
        Configuration,
        Operator,
        Never,
        false,
        &[&["entityalreadyexists"], &["alreadyexists"], &["conflictexception"]],
        "Something of that name was made after Nightferry had looked, or lies where it does not look",
        "Do it again: what an earlier try has made is taken up. If it stays, the thing is somebody else's: rename or remove it."
    ),
    row!(
        "role-still-used",
        Configuration,
        OurAccount,
        Never,
        false,
        &[&["deleteconflict"]],
        "Somebody has attached policies or instance profiles of their own to the role",
        "Detach them in IAM; then do this again."
    ),
    row!(
        "file-system-missing",
        Configuration,
        PlanAuthor,
        Never,
        false,
        &[&["file system", "not found"], &["file system", "does not exist"], &["filesystemnotfound"]],
        "There is no such file system, or it has no mount target that the subnet can reach",
        "Check `efs` and `subnet` in the plan, and the Region: the file system needs a mount target in the subnet's zone."
    ),
    row!(
        "location-in-use",
        State,
        OurAccount,
        Later,
        false,
        &[&["location", "in use"], &["location", "is used by"], &["location", "being used by"]],
        "Another task uses the location",
        "Delete the task that uses it, if it is yours, or give it a location of its own; then do this again."
    ),
];

const UNKNOWN: Diagnosis = Diagnosis {
    id: "unknown",
    codes: &[],
    fragments: &[],
    class: Class::Unknown,
    who: Who::Operator,
    again: Again::Soon,
    leaves_a_partial_copy: false,
    why: "The service's message is not in the catalogue",
    fix: "Read the service's own words. What was done before stands; doing it again goes on from there.",
};

/// Finds the row for what a service said to a change: what it says of changes first, then of DataSync's
/// locations and roles.
#[must_use]
pub fn diagnose_change(evidence: &Evidence<'_>) -> Diagnosis {
    super::find(evidence, ROWS.iter().chain(super::datasync::ROWS)).copied().unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(code: &str, message: &str) -> &'static str {
        diagnose_change(&Evidence { code, message }).id
    }

    #[test]
    fn what_a_change_runs_into_is_known_by_code_or_message() {
        let denied = "User: arn:aws:iam::123456789012:user/a is not authorized to perform: iam:CreateRole";
        assert_eq!(id_of("AccessDenied", denied), "may-not-provision");
        let pass = "User: x is not authorized to perform: iam:PassRole on resource: y";
        assert_eq!(id_of("AccessDeniedException", pass), "may-not-pass-role");
        assert_eq!(id_of("EntityAlreadyExists", "Role with name a already exists."), "name-taken");
        assert_eq!(id_of("ExpiredTokenException", ""), "credentials-refused");
        assert_eq!(
            id_of("", "Unable to assume role. Reason: Access denied when calling sts:AssumeRole"),
            "role-not-assumable"
        );
    }

    #[test]
    fn regression_a_location_that_is_refused_by_its_server_is_not_used_by_a_task() {
        assert_eq!(id_of("", "location loc-1: access refused by server"), "unknown");
        assert_eq!(id_of("", "the location is used by a task"), "location-in-use");
    }

    #[test]
    fn regression_a_full_list_of_vaults_has_a_diagnosis_of_its_own_and_is_not_tried_again() {
        for message in ["Limit exceeded: backup vaults per Region", "You have too many backup plans"] {
            let found = diagnose_change(&Evidence { code: "LimitExceededException", message });
            assert_eq!((found.id, found.again), ("backup-plans-full", Again::Never), "{message}");
        }
    }

    #[test]
    fn what_nobody_knows_is_answered_with_doing_it_again() {
        assert!(diagnose_change(&Evidence { code: "Moon", message: "" }).fix.contains("goes on from there"));
    }
}
