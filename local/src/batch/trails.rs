//! What `CloudTrail` says where a switch, and no trail, decides whether batch jobs are heard of: the same as what happens.

use serde_json::{Value, json};

use super::quotas::Trail;

/// The trail that stands for the switch.
const NAME: &str = "local-switch";

/// Why it has no answer.
pub(crate) struct NoTrail;

/// The answer to one of the three questions about trails; `None` where it is the emulator's to give.
pub(crate) fn answer(
    switch: Trail,
    operation: &str,
    (account, region): (&str, &str),
) -> Option<Result<Value, NoTrail>> {
    let is_on = match switch {
        Trail::AsInstalled => return None,
        Trail::On => true,
        Trail::Off => false,
    };
    let arn = format!("arn:aws:cloudtrail:{region}:{account}:trail/{NAME}");
    let selectors = json!([{"IncludeManagementEvents": true, "ReadWriteType": "All", "DataResources": [], "ExcludeManagementEventSources": []}]);
    let told = match operation {
        "DescribeTrails" => {
            let trail = json!({"Name": NAME, "TrailARN": arn, "HomeRegion": region, "IsMultiRegionTrail": false});
            return Some(Ok(json!({"trailList": if is_on { vec![trail] } else { vec![] }})));
        }
        "GetTrailStatus" => json!({"IsLogging": true}),
        "GetEventSelectors" => json!({"TrailARN": arn, "EventSelectors": selectors}),
        _ => return None,
    };
    Some(if is_on { Ok(told) } else { Err(NoTrail) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: (&str, &str) = ("111111111111", "eu-west-1");

    fn told(switch: Trail, operation: &str) -> Option<Value> {
        answer(switch, operation, PLACE).and_then(Result::ok)
    }

    #[test]
    fn a_switch_that_is_on_is_a_trail_that_logs_management_events() {
        let listed = told(Trail::On, "DescribeTrails").unwrap();
        let arn = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/local-switch";
        assert_eq!(listed["trailList"][0]["TrailARN"], arn);
        assert_eq!(told(Trail::On, "GetTrailStatus").unwrap()["IsLogging"], true);
        let selectors = told(Trail::On, "GetEventSelectors").unwrap();
        assert!(
            serde_json::from_value::<nightferry_domain::preflight::Selectors>(selectors).unwrap().take_batch_jobs()
        );
    }

    #[test]
    fn a_switch_that_is_off_is_no_trail_at_all() {
        assert_eq!(told(Trail::Off, "DescribeTrails"), Some(json!({"trailList": []})));
        for operation in ["GetTrailStatus", "GetEventSelectors"] {
            assert!(answer(Trail::Off, operation, PLACE).is_some_and(|told| told.is_err()), "{operation}");
        }
    }

    #[test]
    fn without_a_switch_and_for_every_other_call_the_emulator_answers() {
        assert!(answer(Trail::AsInstalled, "DescribeTrails", PLACE).is_none());
        assert!(answer(Trail::On, "CreateTrail", PLACE).is_none());
    }
}
