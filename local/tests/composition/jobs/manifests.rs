//! Lists that somebody wrote.

use super::world::{World, text};

fn given(world: &World, token: &str, fields: &str, etag: &str) -> String {
    let request = world.request(token).replace("<ConfirmationRequired>true", "<ConfirmationRequired>false");
    let (before, rest) = request.split_once("<ManifestGenerator>").unwrap();
    let (_, after) = rest.split_once("</ManifestGenerator>").unwrap();
    format!(
        "{before}<Manifest><Spec><Format>S3BatchOperations_CSV_20180820</Format><Fields>{fields}</Fields></Spec><Location>\
         <ObjectArn>arn:aws:s3:::{}/list.csv</ObjectArn><ETag>{etag}</ETag></Location></Manifest>{after}",
        world.bucket("reports")
    )
}

#[tokio::test]
async fn a_written_list_names_versions_and_a_row_without_one_fails_alone() {
    let world = World::new("given").await;
    world.write("a%20b", "1").await;
    world.replicate_all().await;
    let source = world.bucket("source");
    let version = world.header(&world.own, &format!("/{source}/a%20b"), "x-amz-version-id").await;
    let list = format!("/{}/list.csv", world.bucket("reports"));
    world.put(&world.own, &list, format!("{source},a%20b,{version}\n{source},c,\n{source},d,v9\n")).await;
    let etag = world.header(&world.own, &list, "etag").await;
    let fields = "<member>Bucket</member><member>Key</member><member>VersionId</member>";
    let job = world.create(&given(&world, "given", fields, &etag)).await;
    let _ = world.until(&job, "Complete").await;
    let mut rows: Vec<[String; 3]> =
        world.report(&job).await.iter().map(|row| [row[1].clone(), row[5].clone(), row[6].clone()]).collect();
    rows.sort();
    assert_eq!(rows[0], ["a%20b", "", "Successful"]);
    assert_eq!(rows[1], ["c", "InvalidRequest", "Task failed due to missing VersionId"]);
    assert_eq!(rows[2][..2], ["d", "SrcVersionNotFound"]);
    assert_eq!(world.copies("a%20b").await, ["1"]);
    let job = world.create(&given(&world, "other-etag", fields, "0123")).await;
    let said = text(&world.until(&job, "Failed").await, "FailureReason");
    assert!(said.contains("ETag"), "{said}");
}
