//! Each documented error of each call, and each way in which no answer comes, driven through the adapters.

use nightferry_workflow::World as _;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Preflight as _;
use nightferry_workflow::provision::Marked;
use nightferry_workflow::provision::ports::Schedules as _;

use super::codes::{Meaning, documented};
use super::fixture;
use super::sites::{self, Kind, MISSING, Site};
use super::wire::{Fault, Wire};

/// What a caller learns, in one word.
fn word(outcome: &Result<(), PortError>) -> &'static str {
    match outcome {
        Ok(()) => "answered",
        Err(PortError::Retryable { .. }) => "retryable",
        Err(PortError::Ambiguous { .. }) => "ambiguous",
        Err(PortError::Rejected { .. }) => "rejected",
        Err(PortError::Missing { .. }) => "missing",
    }
}

/// What a caller has to learn.
fn due(site: &Site, code: &str, meaning: Meaning) -> &'static str {
    if site.answers.contains(&code) || (meaning == Meaning::Missing && site.answers.contains(&MISSING)) {
        return "answered";
    }
    match (meaning, site.kind) {
        (Meaning::Busy, _) | (Meaning::Doubt, Kind::Read | Kind::Write) => "retryable",
        (Meaning::Doubt, Kind::Start) => "ambiguous",
        (Meaning::Refused, _) => "rejected",
        (Meaning::Missing, _) => "missing",
    }
}

/// Plays all rows and tells those that end otherwise than they have to.
async fn play(rows: Vec<(Site, Fault, &'static str)>) {
    let mut wrong = vec![];
    for (number, (site, fault, due)) in rows.into_iter().enumerate() {
        let wire = Wire::that_breaks(site.operation, fault.clone());
        let outcome = (site.scene.play)(wire.config(&format!("test-{number}"))).await;
        let sent = wire.sent(site.operation);
        if word(&outcome) != due || !(1..=site.tries_max()).contains(&sent) || names_another(&site, &outcome) {
            let place = format!("{}: {:?} by {}", site.file, site.operation, site.scene.name);
            wrong.push(format!("{place}, {fault:?}: {due} is due, but sent {sent} times it is {outcome:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows end otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

/// An error has to name the call that failed.
fn names_another(site: &Site, outcome: &Result<(), PortError>) -> bool {
    let Err(error) = outcome else { return false };
    let (PortError::Retryable { service, operation, .. }
    | PortError::Ambiguous { service, operation, .. }
    | PortError::Rejected { service, operation, .. }
    | PortError::Missing { service, operation, .. }) = error;
    (*service, *operation) != site.operation
}

#[tokio::test(start_paused = true)]
async fn every_documented_error_of_every_call_means_what_the_table_says() {
    let row = |site: Site| {
        documented(site.operation).into_iter().map(move |known| {
            let fault = Fault::Told(known.status, known.word, "said by the test");
            (site, fault, due(&site, known.word, known.meaning))
        })
    };
    play(sites::all().flat_map(row).collect()).await;
}

#[tokio::test(start_paused = true)]
async fn a_reply_without_a_code_means_what_its_status_says() {
    let meanings = [
        (400, Meaning::Refused),
        (403, Meaning::Refused),
        (429, Meaning::Busy),
        (500, Meaning::Doubt),
        (502, Meaning::Doubt),
        (503, Meaning::Doubt),
        (504, Meaning::Doubt),
    ];
    let row = |site: Site| {
        let not_found = (404, if site.operation.0 == "S3" { Meaning::Missing } else { Meaning::Refused });
        let row = |(status, meaning)| (site, Fault::Bare(status), due(&site, "", meaning));
        meanings.into_iter().chain([not_found]).map(row).collect::<Vec<_>>()
    };
    play(sites::all().flat_map(row).collect()).await;
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_a_doubt_only_for_what_must_not_be_sent_twice() {
    play(sites::all().map(|site| (site, Fault::Broken, due(&site, "", Meaning::Doubt))).collect()).await;
    for (number, site) in sites::all().enumerate() {
        let wire = Wire::that_breaks(site.operation, Fault::Broken);
        let _ = (site.scene.play)(wire.config(&format!("broken-{number}"))).await;
        assert_eq!(wire.sent(site.operation), site.tries_max(), "{site:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn data_sync_says_in_words_that_a_thing_is_not_there() {
    let words = ["Task task-0a1b2c3d4e5f60718 not found.", "The location does not exist", "No such task execution"];
    let is_of_data_sync = |site: &Site| site.operation.0 == "DataSync";
    let row = |site: Site| {
        words.map(|words| {
            let fault = Fault::Told(400, "InvalidRequestException", words);
            (site, fault, due(&site, "", Meaning::Missing))
        })
    };
    play(sites::all().filter(is_of_data_sync).flat_map(row).collect()).await;
}

/// Calls whose reply says nothing but that it went well, or is a document that no SDK reads.
const NOTHING_TO_READ: [&str; 30] = [
    "CreateLogGroup",
    "CreateTags",
    "DeleteBackupSelection",
    "DeleteBackupVault",
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteBucketPolicy",
    "DeleteBucketReplication",
    "DeleteLogGroup",
    "DeleteObject",
    "DeleteResourcePolicy",
    "DeleteRole",
    "DeleteRolePolicy",
    "DeleteSchedule",
    "GetBucketPolicy",
    "GetObject",
    "HeadObject",
    "PutBackupVaultAccessPolicy",
    "PutBackupVaultLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketReplication",
    "PutBucketVersioning",
    "PutObject",
    "PutRetentionPolicy",
    "PutRolePolicy",
    "SendTaskSuccess",
    "StopBackupJob",
    "TerminateInstances",
    "UpdateAssumeRolePolicy",
];

#[tokio::test(start_paused = true)]
async fn regression_a_good_status_with_a_reply_that_can_not_be_read_is_a_doubt_and_no_refusal() {
    let row = |site: Site| {
        let reads_nothing = NOTHING_TO_READ.contains(&site.operation.1);
        let due = if reads_nothing { "answered" } else { due(&site, "", Meaning::Doubt) };
        (site, Fault::Unreadable, due)
    };
    play(sites::all().map(row).collect()).await;
}

#[tokio::test(start_paused = true)]
async fn regression_a_policy_that_went_away_does_not_make_its_role_a_missing_one() {
    let missing_role = async |operation| {
        let wire = Wire::that_breaks(("IAM", operation), Fault::Told(404, "NoSuchEntity", "no"));
        let found = fixture::world(&wire.config("gone-1")).preflight().obstacles(&fixture::spec()).await.unwrap();
        found.iter().any(|obstacle| obstacle.id == "role-missing")
    };
    assert!(missing_role("GetRole").await);
    assert!(!missing_role("GetPolicy").await);
    assert!(!missing_role("GetRolePolicy").await);
}

/// EC2 has a word of its own for it.
#[tokio::test(start_paused = true)]
async fn regression_a_subnet_that_may_not_be_looked_at_stands_in_no_restores_way() {
    let judged =
        async |wire: Wire| fixture::world(&wire.config("unseen-1")).preflight().obstacles(&fixture::restored()).await;
    let unseen = Wire::that_breaks(("EC2", "DescribeSubnets"), Fault::Told(403, "UnauthorizedOperation", "no"));
    assert_eq!(judged(unseen).await, judged(Wire::default()).await);
}

#[tokio::test(start_paused = true)]
async fn regression_a_schedule_that_went_away_is_not_taken_for_a_missing_group() {
    let wire = Wire::that_breaks(
        ("EventBridge Scheduler", "GetSchedule"),
        Fault::Told(404, "ResourceNotFoundException", "Schedule nightly does not exist."),
    );
    let seen = fixture::account(&wire.config("gone-2")).schedules(&fixture::stack()).await;
    assert_eq!(seen, Ok(Marked { ours: vec![], foreign: vec![] }));
}

/// A real refusal by this machine: nothing listens at the address.
#[tokio::test]
async fn a_refused_connection_is_retryable_for_every_call_because_nothing_was_sent() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let variables = [
        ("STAGE", "local"),
        ("AWS_ENDPOINT_URL", &format!("http://{address}")),
        ("AWS_REGION", "refused-1"),
        ("AWS_ACCESS_KEY_ID", "123456789012"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = crate::connect::for_function(&variables.into()).unwrap();
    let scenes = tokio::task::LocalSet::new();
    let played =
        super::scenes::all().into_iter().map(|scene| (scene.name, scenes.spawn_local((scene.play)(config.clone()))));
    let played: Vec<_> = played.collect();
    scenes.await;
    for (name, outcome) in played {
        assert_eq!(word(&outcome.await.unwrap()), "retryable", "{name}");
    }
}
