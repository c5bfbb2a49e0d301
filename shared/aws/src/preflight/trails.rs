//! What `CloudTrail` says of the trails that log events of this Region. Three calls are needed of it, and no SDK.

use aws_types::SdkConfig;
use nightferry_domain::preflight::{Selectors, Trail, TrailFacts};
use nightferry_workflow::error::PortError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::is_denied;
use crate::sdk_error::Call;
use crate::signed::{Service, Signed};

const CLOUDTRAIL: Service = Service { name: "cloudtrail", version: "2013-11-01" };
const TRAILS: Call = Call::read("CloudTrail", "DescribeTrails");
const STATUS: Call = Call::read("CloudTrail", "GetTrailStatus");
const SELECTORS: Call = Call::read("CloudTrail", "GetEventSelectors");
/// What stands before an operation's name in the header that names it.
macro_rules! target {
    ($operation:literal) => {
        concat!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", $operation)
    };
}
/// `CloudTrail`'s word for a trail that was deleted in between.
const GONE: &str = "TrailNotFoundException";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
    #[serde(rename = "TrailARN")]
    trail_arn: String,
}

/// All trails of the Region, and what each of them takes.
pub(super) async fn read(config: &SdkConfig) -> Result<TrailFacts, PortError> {
    let signed = Signed::new(config);
    // Trails of other Regions and of the organization log this Region's events too.
    let asked = json!({"includeShadowTrails": true});
    let told = match signed.json(TRAILS, CLOUDTRAIL, target!("DescribeTrails"), &asked).await {
        Err(error) if is_denied(&error) => return Ok(TrailFacts::Unreadable),
        told => told?,
    };
    let listed = told.get("trailList").cloned().unwrap_or_else(|| json!([]));
    let named: Vec<Named> = serde_json::from_value(listed).map_err(|error| TRAILS.unreadable(&error.to_string()))?;
    let mut trails = vec![];
    for trail in named {
        trails.extend(one(&signed, trail).await?);
    }
    Ok(TrailFacts::Read(trails))
}

/// One trail; `None` if it went away meanwhile. A trail of another Region is known here by its ARN alone.
async fn one(signed: &Signed, Named { name, trail_arn }: Named) -> Result<Option<Trail>, PortError> {
    let asked = json!({"Name": trail_arn});
    let status = shown(signed.json(STATUS, CLOUDTRAIL, target!("GetTrailStatus"), &asked).await)?;
    let asked = json!({"TrailName": trail_arn});
    let selectors = shown(signed.json(SELECTORS, CLOUDTRAIL, target!("GetEventSelectors"), &asked).await)?;
    let (Shown::Told(status), Shown::Told(selectors)) = (status, selectors) else { return Ok(None) };
    let is_logging = status.and_then(|told| told.get("IsLogging")?.as_bool());
    let read = |told: Value| serde_json::from_value::<Selectors>(told);
    let selectors = selectors.map(read).transpose().map_err(|error| SELECTORS.unreadable(&error.to_string()))?;
    Ok(Some(Trail { name, is_logging, selectors }))
}

enum Shown {
    /// What was said; `None` where this caller may not see it.
    Told(Option<Value>),
    Gone,
}

fn shown(told: Result<Value, PortError>) -> Result<Shown, PortError> {
    match told {
        Ok(told) => Ok(Shown::Told(Some(told))),
        Err(error) if is_denied(&error) => Ok(Shown::Told(None)),
        Err(PortError::Rejected { code, .. }) if code == GONE => Ok(Shown::Gone),
        Err(error) => Err(error),
    }
}
