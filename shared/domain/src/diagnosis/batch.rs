//! What S3 Batch Operations says of a job, and S3 of a call.

use super::Diagnosis;
use super::row::row;

pub(super) static ROWS: &[Diagnosis] = &[
    row!(
        "batch-role-not-assumable",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["preparing manifest", "failed to assume role"]],
        "S3 Batch Operations cannot take on the job role; usually it was given the replication role, which trusts another service",
        "Give the job a role that batchoperations.s3.amazonaws.com may assume; `nightferry apply` makes both roles."
    ),
    row!(
        "batch-nothing-to-replicate",
        Data,
        PlanAuthor,
        Never,
        false,
        &[&["found no keys matching the filter"]],
        "No object fits the filter: all are replicated, the prefix is written wrongly (`/Tax/` is not `Tax/`), or all lie in an archive class",
        "Nothing, if all is replicated. Else mend the prefix in the rule, or restore the archived objects first."
    ),
    row!(
        "batch-report-not-written",
        Permission,
        OurAccount,
        Never,
        true,
        &[&["job report could not be written"]],
        "The completion report could not be written; the objects may all be there all the same",
        "Allow s3:PutObject on the report prefix to the job role, or name a report bucket without Object Lock retention; do not copy again before the counts are read."
    ),
    row!(
        "batch-manifest-unreadable",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["reading the manifest is forbidden"]],
        "The job role may not read the manifest, or the manifest is encrypted with a KMS key",
        "Allow s3:GetObject and s3:GetObjectVersion on the manifest to the job role; a CSV manifest has to be without SSE-KMS."
    ),
    row!(
        "batch-version-id-missing",
        Data,
        Operator,
        Soon,
        true,
        &[&["missing versionid"]],
        "A row of the manifest has an empty version id",
        "Write `null` in rows of objects without a version, or let the manifest be generated."
    ),
    row!(
        "batch-too-many-failures",
        Data,
        OurAccount,
        Never,
        true,
        &[&["failed tasks", "50"], &["failure rate", "50"], &["failure threshold"], &["more than 50", "failed"]],
        "More than half of the tasks failed, so S3 ended the job",
        "Read the completion report, mend what the failed objects have in common, then `nightferry rerun`: it takes only what failed."
    ),
    row!(
        "batch-never-confirmed",
        State,
        Operator,
        Never,
        false,
        &[&["suspended", "30 days"], &["not confirmed", "30 days"]],
        "The job waited 30 days for a confirmation and S3 ended it",
        "Run the job again and confirm it; within the guardrails of the plan Nightferry confirms by itself."
    ),
    row!(
        "batch-waits-for-confirmation",
        State,
        Operator,
        Later,
        false,
        &[&["awaiting_confirmation"], &["awaiting your confirmation"], &["実行のための確認待ち"]],
        "The job is prepared and waits until somebody confirms it",
        "Look at its counts and confirm or cancel it; nothing is copied before."
    ),
    row!(
        "batch-job-not-found",
        State,
        Operator,
        Soon,
        false,
        &[&["no such job"], &["nosuchjob"], &["specified job does not exist"]],
        "S3 does not know the job: it is too new, more than 90 days old, or of another Region or account",
        "Ask again in a minute; else see that account and Region are the job's own."
    ),
    row!(
        "batch-tags-denied",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["putjobtagging"], &["createjob", "tag", "403"]],
        "Whoever makes the job may not tag it",
        "Allow s3:PutJobTagging to the role that calls CreateJob."
    ),
    row!(
        "batch-token-reused",
        Configuration,
        Operator,
        Never,
        false,
        &[&["idempotencyexception"]],
        "The same request token was used for another job",
        "Start a new attempt: `nightferry rerun` gives it a token of its own."
    ),
    row!(
        "s3-denied",
        Permission,
        BothAccounts,
        Never,
        false,
        &[&["accessdenied"], &["access denied"], &["not authorized to perform"]],
        "S3 refuses the call",
        "Add the action that the message names to the role that it names, and for a bucket of another account to its policy; `nightferry policy explain` tells which side lacks it."
    ),
    row!(
        "s3-internal-error",
        Service,
        AwsSupport,
        Soon,
        true,
        &[&["internalerror"], &["internal error"], &["slow down"], &["serviceunavailable"]],
        "S3 failed by itself",
        "Nothing at first: it is tried again. If it stays, ask AWS Support with the request ids."
    ),
];
