//! What a CreateJob asks for, held against the service's published model.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;
use roxmltree::{Document, Node};

use super::refusal::Refusal;
use super::tags::{self, Tags};
use super::xml;

/// Operations that a job may name and this stand-in does not carry out.
const NOT_CARRIED: [&str; 10] = [
    "LambdaInvoke",
    "S3PutObjectCopy",
    "S3PutObjectAcl",
    "S3PutObjectTagging",
    "S3DeleteObjectTagging",
    "S3InitiateRestoreObject",
    "S3PutObjectLegalHold",
    "S3PutObjectRetention",
    "S3ComputeObjectChecksum",
    "S3UpdateObjectEncryption",
];
/// The operation that this stand-in carries out.
pub(super) const REPLICATE: &str = "S3ReplicateObject";
const PRIORITY_MAX: i64 = 2_147_483_647;
const BUCKET: &str = "^arn:[^:]+:s3:::[a-zA-Z0-9.\\-_]{1,255}$";
const ROLE: &str = "^arn:[^:]+:iam::\\d{12}:role/.*$";

/// A request that passed.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Whether somebody has to confirm the job before it runs.
    pub(super) needs_confirmation: bool,
    /// Where it reports to, if anywhere.
    pub(super) report: Option<Report>,
    /// What it works on.
    pub(super) manifest: Manifest,
    /// Under which role.
    pub(super) role: String,
    /// What its owner says of it.
    pub(super) description: Option<String>,
    /// Larger ones go first.
    pub(super) priority: i64,
    /// The idempotency token.
    pub(super) token: String,
    /// Its tags.
    pub(super) tags: Tags,
    /// Members that DescribeJob shows as they came: operation, report, manifest or generator.
    pub(super) echoed: Echoed,
}

/// Members as they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Echoed {
    /// `Operation`.
    pub(super) operation: String,
    /// `Report`.
    pub(super) report: String,
    /// `Manifest`.
    pub(super) manifest: String,
    /// `ManifestGenerator`.
    pub(super) generator: String,
}

/// Where a job reports to.
#[derive(Debug, Clone)]
pub(super) struct Report {
    /// The bucket's name.
    pub(super) bucket: String,
    /// The prefix without slashes around it; may be empty.
    pub(super) prefix: String,
    /// Whether it tells only what failed.
    pub(super) failed_only: bool,
    /// Whose bucket it has to be.
    pub(super) owner: Option<String>,
}

/// What a job works on.
#[derive(Debug, Clone)]
pub(super) enum Manifest {
    /// A list that somebody wrote.
    Given {
        /// Bucket of the list.
        bucket: String,
        /// Key of the list.
        key: String,
        /// Its version.
        version: Option<String>,
        /// Its entity tag without quotes.
        etag: String,
        /// Its columns.
        fields: Vec<String>,
    },
    /// A list that the service makes.
    Generated(Generator),
}

/// How the service makes a list.
#[derive(Debug, Clone)]
pub(super) struct Generator {
    /// The source bucket's name.
    pub(super) source: String,
    /// Whose it has to be.
    pub(super) owner: Option<String>,
    /// Where the list is kept: bucket, prefix, whose bucket it has to be.
    pub(super) output: Option<(String, String, Option<String>)>,
    /// Which versions are in it.
    pub(super) filter: Filter,
}

/// Which versions are in a list.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// Only what a rule takes.
    pub(super) eligible: bool,
    /// `COMPLETED`, `FAILED`, `REPLICA`, `NONE`; empty for all.
    pub(super) statuses: Vec<String>,
    /// Written after.
    pub(super) after: Option<Timestamp>,
    /// Written before.
    pub(super) before: Option<Timestamp>,
    /// Key beginnings, ends and parts.
    pub(super) names: [Vec<String>; 3],
    /// Larger than, in bytes.
    pub(super) larger: Option<u64>,
    /// Smaller than, in bytes.
    pub(super) smaller: Option<u64>,
    /// Storage classes; empty for all.
    pub(super) classes: Vec<String>,
}

/// Reads and holds against the model.
pub(super) fn read(body: &[u8]) -> Result<Wanted, Refusal> {
    let unreadable = || Refusal::bad("Request body is not well-formed XML.");
    let body = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let document = Document::parse(body).map_err(|_| unreadable())?;
    let root = document.root_element();
    let operation = operation(root)?;
    let (report, report_node) = report(root)?;
    let priority = required(root, "Priority")?.parse().ok().filter(|priority| (0..=PRIORITY_MAX).contains(priority));
    let echo = |name: &str| xml::child(root, name).map(xml::echoed).unwrap_or_default();
    Ok(Wanted {
        needs_confirmation: boolean(root, "ConfirmationRequired")?.unwrap_or_default(),
        report,
        manifest: manifest(root)?,
        role: pattern(root, "RoleArn", ROLE)?.ok_or_else(|| missing("RoleArn"))?,
        description: sized(root, "Description", 256)?,
        priority: priority.ok_or_else(|| Refusal::bad("Priority has to be a number from 0 to 2147483647."))?,
        token: sized(root, "ClientRequestToken", 64)?.ok_or_else(|| missing("ClientRequestToken"))?,
        tags: tags::given(root)?,
        echoed: Echoed {
            operation,
            report: report_node,
            manifest: echo("Manifest"),
            generator: echo("ManifestGenerator"),
        },
    })
}

fn operation(root: Node<'_, '_>) -> Result<String, Refusal> {
    let node = xml::child(root, "Operation").ok_or_else(|| missing("Operation"))?;
    let named: Vec<&str> = node.children().filter(Node::is_element).map(|child| child.tag_name().name()).collect();
    match named.as_slice() {
        [REPLICATE] => Ok(xml::echoed(node)),
        [name] if NOT_CARRIED.contains(name) => Err(Refusal::bad(format!(
            "The operation {name} is not carried by the local AWS: only {REPLICATE} is. In AWS this request might be valid."
        ))),
        [name] => Err(Refusal::bad(format!("There is no operation {name}."))),
        _ => Err(Refusal::bad("Exactly one operation has to be given.")),
    }
}

fn report(root: Node<'_, '_>) -> Result<(Option<Report>, String), Refusal> {
    let node = xml::child(root, "Report").ok_or_else(|| missing("Report"))?;
    let echoed = xml::echoed(node);
    if !boolean(node, "Enabled")?.ok_or_else(|| missing("Report.Enabled"))? {
        return Ok((None, echoed));
    }
    let bucket = bucket(node, "Bucket")?.ok_or_else(|| missing("Report.Bucket"))?;
    let prefix = sized(node, "Prefix", 512)?.unwrap_or_default();
    let _ = one_of(node, "Format", &["Report_CSV_20180820"])?.ok_or_else(|| missing("Report.Format"))?;
    let scope = one_of(node, "ReportScope", &["AllTasks", "FailedTasksOnly"])?;
    let scope = scope.ok_or_else(|| missing("Report.ReportScope"))?;
    let owner = account(node, "ExpectedBucketOwner")?;
    let prefix = prefix.trim_matches('/').to_owned();
    Ok((Some(Report { bucket, prefix, failed_only: scope == "FailedTasksOnly", owner }), echoed))
}

fn manifest(root: Node<'_, '_>) -> Result<Manifest, Refusal> {
    match (xml::child(root, "Manifest"), xml::child(root, "ManifestGenerator")) {
        (Some(given), None) => given_manifest(given),
        (None, Some(generator)) => {
            let node = xml::child(generator, "S3JobManifestGenerator");
            let node = node.ok_or_else(|| missing("ManifestGenerator.S3JobManifestGenerator"))?;
            generated(node).map(Manifest::Generated)
        }
        _ => Err(Refusal::bad("Exactly one of Manifest and ManifestGenerator has to be given.")),
    }
}

fn given_manifest(node: Node<'_, '_>) -> Result<Manifest, Refusal> {
    let spec = xml::child(node, "Spec").ok_or_else(|| missing("Manifest.Spec"))?;
    let format = one_of(spec, "Format", &["S3BatchOperations_CSV_20180820", "S3InventoryReport_CSV_20161130"])?;
    if format.ok_or_else(|| missing("Manifest.Spec.Format"))? == "S3InventoryReport_CSV_20161130" {
        return Err(Refusal::bad(
            "A manifest of the format S3InventoryReport_CSV_20161130 is not read by the local AWS.",
        ));
    }
    let fields = xml::texts(spec, "Fields");
    let known = ["Ignore", "Bucket", "Key", "VersionId"];
    let has = |name: &str| fields.iter().any(|field| field == name);
    if !has("Bucket") || !has("Key") || fields.iter().any(|field| !known.contains(&field.as_str())) {
        return Err(Refusal::bad(
            "Manifest.Spec.Fields has to name Bucket and Key, and may name VersionId and Ignore.",
        ));
    }
    let location = xml::child(node, "Location").ok_or_else(|| missing("Manifest.Location"))?;
    let arn = required(location, "ObjectArn")?;
    let split = arn.split_once(":s3:::").and_then(|(_, path)| path.split_once('/'));
    let (bucket, key) = split.ok_or_else(|| Refusal::bad(format!("{arn} is no ARN of an object.")))?;
    let etag = required(location, "ETag")?.trim_matches('"').to_owned();
    let version = xml::text(location, "ObjectVersionId").map(str::to_owned);
    Ok(Manifest::Given { bucket: bucket.to_owned(), key: key.to_owned(), version, etag, fields })
}

fn generated(node: Node<'_, '_>) -> Result<Generator, Refusal> {
    let is_kept = boolean(node, "EnableManifestOutput")?.ok_or_else(|| missing("EnableManifestOutput"))?;
    let output = xml::child(node, "ManifestOutputLocation").map(output).transpose()?;
    if is_kept && output.is_none() {
        return Err(Refusal::bad("EnableManifestOutput asks for a ManifestOutputLocation."));
    }
    let filter = xml::child(node, "Filter").map(filter).transpose()?.unwrap_or_default();
    Ok(Generator {
        source: bucket(node, "SourceBucket")?.ok_or_else(|| missing("SourceBucket"))?,
        owner: account(node, "ExpectedBucketOwner")?,
        output: output.filter(|_| is_kept),
        filter,
    })
}

fn output(node: Node<'_, '_>) -> Result<(String, String, Option<String>), Refusal> {
    let format = one_of(node, "ManifestFormat", &["S3InventoryReport_CSV_20211130"])?;
    let _ = format.ok_or_else(|| missing("ManifestOutputLocation.ManifestFormat"))?;
    let bucket = bucket(node, "Bucket")?.ok_or_else(|| missing("ManifestOutputLocation.Bucket"))?;
    let prefix = sized(node, "ManifestPrefix", 512)?.unwrap_or_default().trim_matches('/').to_owned();
    Ok((bucket, prefix, account(node, "ExpectedManifestBucketOwner")?))
}

fn filter(node: Node<'_, '_>) -> Result<Filter, Refusal> {
    let time = |name: &str| {
        let text = xml::text(node, name);
        text.map(|text| text.parse().map_err(|_| Refusal::bad(format!("{name} is no time: {text}")))).transpose()
    };
    let size = |name: &str| {
        let text = xml::text(node, name);
        text.map(|text| text.parse().map_err(|_| Refusal::bad(format!("{name} is no size: {text}")))).transpose()
    };
    let statuses = xml::texts(node, "ObjectReplicationStatuses");
    if let Some(unknown) =
        statuses.iter().find(|status| !["COMPLETED", "FAILED", "REPLICA", "NONE"].contains(&status.as_str()))
    {
        return Err(Refusal::bad(format!("ObjectReplicationStatuses does not know {unknown}.")));
    }
    if xml::child(node, "MatchAnyObjectEncryption").is_some() {
        return Err(Refusal::bad("The filter MatchAnyObjectEncryption is not carried by the local AWS."));
    }
    Ok(Filter {
        eligible: boolean(node, "EligibleForReplication")?.unwrap_or_default(),
        statuses,
        after: time("CreatedAfter")?,
        before: time("CreatedBefore")?,
        names: names(node)?,
        larger: size("ObjectSizeGreaterThanBytes")?,
        smaller: size("ObjectSizeLessThanBytes")?,
        classes: xml::texts(node, "MatchAnyStorageClass"),
    })
}

fn names(node: Node<'_, '_>) -> Result<[Vec<String>; 3], Refusal> {
    let Some(node) = xml::child(node, "KeyNameConstraint") else { return Ok(Default::default()) };
    let names = ["MatchAnyPrefix", "MatchAnySuffix", "MatchAnySubstring"].map(|name| xml::texts(node, name));
    let is_right =
        names.iter().all(|names| names.len() <= 1 && names.iter().all(|name| (1..=1024).contains(&name.len())));
    is_right
        .then_some(names)
        .ok_or_else(|| Refusal::bad("A KeyNameConstraint takes one text of 1 to 1024 characters a kind."))
}

fn missing(name: &str) -> Refusal {
    Refusal::bad(format!("Request invalid: {name} is missing."))
}

fn required<'a>(node: Node<'a, 'a>, name: &str) -> Result<&'a str, Refusal> {
    xml::text(node, name).filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
}

fn boolean(node: Node<'_, '_>, name: &str) -> Result<Option<bool>, Refusal> {
    let text = xml::text(node, name);
    text.map(|text| text.parse().map_err(|_| Refusal::bad(format!("{name} is neither true nor false: {text}"))))
        .transpose()
}

fn sized(node: Node<'_, '_>, name: &str, most: usize) -> Result<Option<String>, Refusal> {
    let text = xml::text(node, name).map(str::to_owned);
    if text.as_ref().is_some_and(|text| text.is_empty() || text.chars().count() > most) {
        return Err(Refusal::bad(format!("{name} has to have 1 to {most} characters.")));
    }
    Ok(text)
}

fn one_of(node: Node<'_, '_>, name: &str, known: &[&str]) -> Result<Option<String>, Refusal> {
    let text = xml::text(node, name).map(str::to_owned);
    match &text {
        Some(text) if !known.contains(&text.as_str()) => {
            Err(Refusal::bad(format!("{name} has to be one of {}: {text}", known.join(", "))))
        }
        _ => Ok(text),
    }
}

fn pattern(node: Node<'_, '_>, name: &str, pattern: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = sized(node, name, 2048)? else { return Ok(None) };
    let fits = Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&text));
    if fits { Ok(Some(text)) } else { Err(Refusal::bad(format!("{name} has not the form {pattern}: {text}"))) }
}

/// The name of the bucket whose ARN this is.
fn bucket(node: Node<'_, '_>, name: &str) -> Result<Option<String>, Refusal> {
    let arn = pattern(node, name, BUCKET)?;
    Ok(arn.and_then(|arn| arn.rsplit(':').next().map(str::to_owned)))
}

fn account(node: Node<'_, '_>, name: &str) -> Result<Option<String>, Refusal> {
    static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^\\d{12}$").ok());
    let text = xml::text(node, name).map(str::to_owned);
    match &text {
        Some(text) if !DIGITS.as_ref().is_some_and(|digits| digits.is_match(text)) => {
            Err(Refusal::bad(format!("{name} has to be an account of twelve digits: {text}")))
        }
        _ => Ok(text),
    }
}
