//! Whether state changes of batch jobs are told: they reach EventBridge only where a trail logs management events.
//!
//! A trail takes an event by selectors of one of two kinds. Both are held against the one event that matters here, so
//! that a selector which this version does not understand takes nothing rather than everything.

use serde::Deserialize;

use super::{Findings, Obstacle};

#[cfg(test)]
#[path = "trails_tests.rs"]
mod tests;

/// What is asked to find it out.
const ASKED: &str = "cloudtrail:DescribeTrails, cloudtrail:GetTrailStatus and cloudtrail:GetEventSelectors";
/// What happens anyway.
const SWEPT: &str = "the sweep finds them, later by up to its period (5 minutes unless SweepRate says otherwise)";

/// What `CloudTrail` says of the Region's trails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TrailFacts {
    /// Nobody asked: a night can do without the answer.
    #[default]
    NotAsked,
    /// Whoever asks may not list them.
    Unreadable,
    /// All that log events of this Region, those of other Regions and of the organization included.
    Read(Vec<Trail>),
}

/// One trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Whether it is switched on; `None` where that is not told.
    pub is_logging: Option<bool>,
    /// What it takes; `None` where that is not told.
    pub selectors: Option<Selectors>,
}

/// What a trail takes, as `CloudTrail` says it: selectors of one kind or of the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Selectors {
    /// The older kind.
    pub event_selectors: Vec<EventSelector>,
    /// The newer kind.
    pub advanced_event_selectors: Vec<AdvancedSelector>,
}

/// A selector of the older kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write_type: String,
    /// Whether management events are among them.
    pub include_management_events: bool,
}

impl Default for EventSelector {
    fn default() -> Self {
        Self { read_write_type: "All".to_owned(), include_management_events: true }
    }
}

/// A selector of the newer kind: it takes what all of its fields take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AdvancedSelector {
    /// Its conditions.
    pub field_selectors: Vec<FieldSelector>,
}

/// A condition on one field of an event. A list that is empty asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FieldSelector {
    /// As an event spells it: `eventCategory`.
    pub field: String,
    /// One of them.
    pub equals: Vec<String>,
    /// None of them.
    pub not_equals: Vec<String>,
    /// One of these beginnings.
    pub starts_with: Vec<String>,
    /// None of these beginnings.
    pub not_starts_with: Vec<String>,
    /// One of these ends.
    pub ends_with: Vec<String>,
    /// None of these ends.
    pub not_ends_with: Vec<String>,
}

/// What S3 tells of a batch job, by the fields that selectors know.
fn told(field: &str) -> Option<&'static str> {
    match field {
        "eventCategory" => Some("Management"),
        "readOnly" => Some("false"),
        "eventSource" => Some("s3.amazonaws.com"),
        "eventName" => Some("JobStatusChanged"),
        "eventType" => Some("AwsServiceEvent"),
        _ => None,
    }
}

impl Selectors {
    /// Whether state changes of batch jobs are among what is taken.
    #[must_use]
    pub fn take_batch_jobs(&self) -> bool {
        self.event_selectors.iter().any(EventSelector::takes) || self.advanced_event_selectors.iter().any(takes_all)
    }
}

impl EventSelector {
    fn takes(&self) -> bool {
        self.include_management_events && matches!(self.read_write_type.as_str(), "All" | "WriteOnly")
    }
}

fn takes_all(selector: &AdvancedSelector) -> bool {
    let names_category = selector.field_selectors.iter().any(|field| field.field == "eventCategory");
    names_category && selector.field_selectors.iter().all(FieldSelector::takes)
}

impl FieldSelector {
    fn takes(&self) -> bool {
        let Some(value) = told(&self.field) else { return false };
        let one_of = |all: &[String], fits: fn(&str, &str) -> bool| {
            all.is_empty() || all.iter().any(|wanted| fits(value, wanted))
        };
        let none_of = |all: &[String], fits: fn(&str, &str) -> bool| !all.iter().any(|wanted| fits(value, wanted));
        let is = |value: &str, wanted: &str| value == wanted;
        let begins = |value: &str, wanted: &str| value.starts_with(wanted);
        let ends = |value: &str, wanted: &str| value.ends_with(wanted);
        one_of(&self.equals, is)
            && one_of(&self.starts_with, begins)
            && one_of(&self.ends_with, ends)
            && none_of(&self.not_equals, is)
            && none_of(&self.not_starts_with, begins)
            && none_of(&self.not_ends_with, ends)
    }
}

impl Trail {
    /// Whether it tells of batch jobs; `None` where that can't be told.
    fn tells(&self) -> Option<bool> {
        let takes = self.selectors.as_ref().map(Selectors::take_batch_jobs);
        match (self.is_logging, takes) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            (None, _) | (_, None) => None,
        }
    }
}

/// Says whether somebody tells of batch jobs. Nothing here keeps a night from working.
pub(super) fn say(facts: &TrailFacts, found: &mut Findings) {
    let trails = match facts {
        TrailFacts::NotAsked => {
            return found.note(format!(
                "events of batch jobs come through CloudTrail, if a trail logs management events; without one {SWEPT}"
            ));
        }
        TrailFacts::Unreadable => {
            return found.note(format!(
                "whether a trail logs management events is not shown to you ({ASKED}); without one {SWEPT}"
            ));
        }
        TrailFacts::Read(trails) => trails,
    };
    if let Some(trail) = trails.iter().find(|trail| trail.tells() == Some(true)) {
        let name = &trail.name;
        return found
            .seen
            .push(format!("trail {name} logs management events, so that batch jobs are heard of at once"));
    }
    match trails.iter().find(|trail| trail.tells().is_none()) {
        Some(trail) => found.note(format!(
            "whether trail {} logs management events is not shown to you ({ASKED}); if it does not, {SWEPT}",
            trail.name
        )),
        None => found.warnings.push(untold(trails.len())),
    }
}

fn untold(count: usize) -> Obstacle {
    let trails = if count == 0 {
        "There is no trail in this Region"
    } else {
        "No trail of this Region that is switched on logs management events that write"
    };
    let fix = "Deploy the stack with the parameter ManagementEventsTrail=create, or let a trail that is there log management events (write).";
    Obstacle::new(
        "batch-events-untold",
        format!("{trails}, so that EventBridge hears nothing of batch jobs: {SWEPT}"),
        fix.into(),
    )
}
