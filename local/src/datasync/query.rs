//! The filters of `ListLocations` and `ListTasks`.

use serde_json::Value;

use super::store::text;

/// Whether an entry passes every filter; `values` gives what the entry has under a filter's name.
pub(super) fn passes(request: &Value, values: impl Fn(&str) -> Vec<String>) -> bool {
    let filters = request.get("Filters").and_then(Value::as_array);
    filters.into_iter().flatten().all(|filter| {
        let wanted: Vec<&str> =
            filter.get("Values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        compare(text(filter, "Operator"), &values(text(filter, "Name")), &wanted)
    })
}

fn compare(operator: &str, found: &[String], wanted: &[&str]) -> bool {
    let any =
        |test: &dyn Fn(&str, &str) -> bool| found.iter().any(|found| wanted.iter().any(|wanted| test(found, wanted)));
    match operator {
        "Equals" | "In" => any(&|found, wanted| found == wanted),
        "NotEquals" => !any(&|found, wanted| found == wanted),
        "Contains" => any(&|found, wanted| found.contains(wanted)),
        "NotContains" => !any(&|found, wanted| found.contains(wanted)),
        "BeginsWith" => any(&|found, wanted| found.starts_with(wanted)),
        // Times are written so that their order is the order of their text.
        "LessThan" => any(&|found, wanted| found < wanted),
        "LessThanOrEqual" => any(&|found, wanted| found <= wanted),
        "GreaterThan" => any(&|found, wanted| found > wanted),
        "GreaterThanOrEqual" => any(&|found, wanted| found >= wanted),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_filter_has_to_pass() {
        let request = json!({"Filters": [
            {"Name": "LocationUri", "Values": ["s3://b"], "Operator": "BeginsWith"},
            {"Name": "LocationType", "Values": ["EFS"], "Operator": "NotEquals"},
        ]});
        let entry = |kind: &'static str| {
            move |name: &str| vec![if name == "LocationUri" { "s3://bucket/".to_owned() } else { kind.to_owned() }]
        };
        assert!(passes(&request, entry("S3")));
        assert!(!passes(&request, entry("EFS")));
    }
}
