//! Requests: what the model refuses, one token for one job, listing, tags.

use hyper::Method;

use super::super::Faults;
use super::world::{World, request, text};

#[tokio::test]
async fn a_request_that_the_model_does_not_know_is_refused_with_what_is_wrong() {
    let world = World::hanging_in("Preparing");
    let long = "x".repeat(513);
    let cases = [
        ("<Operation><S3ReplicateObject/></Operation>", "", "Operation is missing"),
        ("<S3ReplicateObject/>", "<S3ReplicateObject/><LambdaInvoke/>", "Exactly one operation"),
        ("<S3ReplicateObject/>", "<S3PutObjectCopy/>", "S3PutObjectCopy is not carried by the local AWS"),
        ("<S3ReplicateObject/>", "<S3InitiateRestoreObject/>", "not carried by the local AWS"),
        ("<S3ReplicateObject/>", "<S3Juggle/>", "no operation S3Juggle"),
        ("<Priority>10</Priority>", "<Priority>-1</Priority>", "Priority"),
        ("<Priority>10</Priority>", "", "Priority is missing"),
        ("<ClientRequestToken>t</ClientRequestToken>", "", "ClientRequestToken is missing"),
        ("<Prefix>r</Prefix>", &format!("<Prefix>{long}</Prefix>"), "1 to 512 characters"),
        ("<ReportScope>AllTasks</ReportScope>", "<ReportScope>Some</ReportScope>", "AllTasks, FailedTasksOnly"),
        ("<Enabled>true</Enabled>", "", "Report.Enabled is missing"),
        (">arn:aws:s3:::source<", ">source<", "SourceBucket"),
        ("arn:aws:iam::123456789012:role/batch", "batch", "RoleArn"),
        ("::123456789012:role", "::210987654321:role", "Cross-account pass role is not allowed"),
        ("<EnableManifestOutput>false", "<EnableManifestOutput>true", "ManifestOutputLocation"),
        ("<member>NONE</member>", "<member>PENDING</member>", "PENDING"),
        ("<Key>k</Key>", "<Key></Key>", "tag"),
    ];
    for (from, to, said) in cases {
        let (code, message) = world.create(&request(from, to)).await.unwrap_err();
        assert_eq!(code, "BadRequestException", "{message}");
        assert!(message.contains(said), "{to}: {message}");
    }
}

#[tokio::test]
async fn one_token_makes_one_job_however_often_it_is_sent_and_never_another() {
    let world = World::hanging_in("Preparing");
    let first = world.create(&request("", "")).await.unwrap();
    assert_eq!(world.create(&request("", "")).await.unwrap(), first);
    let (code, _) = world.create(&request("<Priority>10<", "<Priority>11<")).await.unwrap_err();
    assert_eq!(code, "IdempotencyException");
    assert_ne!(world.create(&request("<ClientRequestToken>t<", "<ClientRequestToken>u<")).await.unwrap(), first);
}

#[tokio::test]
async fn a_described_job_shows_what_it_was_made_of() {
    let world = World::hanging_in("Preparing");
    let job = world.create(&request("", "")).await.unwrap();
    world.reached(&job, "Preparing").await;
    let shown = world.describe(&job).await;
    for (name, value) in [
        ("JobArn", format!("arn:aws:s3:ap-northeast-1:123456789012:job/{job}")),
        ("Status", "Preparing".to_owned()),
        ("ConfirmationRequired", "true".to_owned()),
        ("SourceBucket", "arn:aws:s3:::source".to_owned()),
        ("ReportScope", "AllTasks".to_owned()),
        ("TotalNumberOfTasks", "0".to_owned()),
    ] {
        assert_eq!(text(&shown, name), value, "{shown}");
    }
    assert!(shown.contains("<Operation><S3ReplicateObject></S3ReplicateObject></Operation>"), "{shown}");
    assert!(!shown.contains("SuspendedDate") && !shown.contains("TerminationDate"));
    let (code, message) = world.call(Method::GET, "/no-such-job", "").await.unwrap_err();
    assert_eq!(code, "NotFoundException");
    assert!(message.contains("The specified job does not exist"), "{message}");
}

#[tokio::test]
async fn jobs_are_listed_newest_first_by_state_and_page_by_page() {
    let world = World::hanging_in("Preparing");
    let mut jobs = Vec::new();
    for token in ["a", "b", "c"] {
        jobs.insert(0, world.create(&request("Token>t<", &format!("Token>{token}<"))).await.unwrap());
    }
    for job in &jobs {
        world.reached(job, "Preparing").await;
    }
    let first = world.call(Method::GET, "?jobStatuses=Preparing&jobStatuses=Failed&maxResults=2", "").await.unwrap();
    assert_eq!(listed(&first), jobs[..2]);
    let next = world.call(Method::GET, &format!("?nextToken={}", text(&first, "NextToken")), "").await.unwrap();
    assert_eq!((listed(&next), text(&next, "NextToken")), (jobs[2..].to_vec(), String::new()));
    assert!(listed(&world.call(Method::GET, "?jobStatuses=Complete", "").await.unwrap()).is_empty());
    assert_eq!(world.call(Method::GET, "?nextToken=made-up", "").await.unwrap_err().0, "InvalidNextTokenException");
    assert_eq!(world.call(Method::GET, "?jobStatuses=Lost", "").await.unwrap_err().0, "InvalidRequestException");
}

fn listed(xml: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let ids = document.descendants().filter(|node| node.tag_name().name() == "JobId");
    ids.map(|node| node.text().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn tags_are_set_as_a_whole_and_taken_away() {
    let world = World::hanging_in("Preparing");
    let job = world.create(&request("", "")).await.unwrap();
    let path = format!("/{job}/tagging");
    assert_eq!(text(&world.call(Method::GET, &path, "").await.unwrap(), "Value"), "v");
    let tags =
        "<PutJobTaggingRequest><Tags><member><Key>x</Key><Value>y</Value></member></Tags></PutJobTaggingRequest>";
    let _ = world.call(Method::PUT, &path, tags).await.unwrap();
    let shown = world.call(Method::GET, &path, "").await.unwrap();
    assert!(shown.contains("<Key>x</Key>") && !shown.contains("<Key>k</Key>"), "{shown}");
    let many = "<member><Key>x</Key><Value>y</Value></member>".repeat(51);
    let many = format!("<PutJobTaggingRequest><Tags>{many}</Tags></PutJobTaggingRequest>");
    assert_eq!(world.call(Method::PUT, &path, &many).await.unwrap_err().0, "TooManyTagsException");
    let _ = world.call(Method::DELETE, &path, "").await.unwrap();
    assert!(!world.call(Method::GET, &path, "").await.unwrap().contains("member"));
}

#[tokio::test]
async fn ordered_faults_show_in_the_answers() {
    let world = World::hanging_in("Preparing");
    let job = world.create(&request("", "")).await.unwrap();
    let faults = Faults { hang_in: Some("Preparing".to_owned()), ..Faults::default() };
    world.batch.set_faults(Faults { status_text: Some("Juggling".to_owned()), ..faults.clone() });
    assert_eq!(text(&world.describe(&job).await, "Status"), "Juggling");
    world.batch.set_faults(Faults { lag_ms: 60_000, ..faults.clone() });
    assert_eq!(world.call(Method::GET, &format!("/{job}"), "").await.unwrap_err().0, "NotFoundException");
    world.batch.set_faults(Faults { lag_ms: 60_000, only: "somebody else's".to_owned(), ..faults });
    assert_eq!(text(&world.describe(&job).await, "JobId"), job);
}
