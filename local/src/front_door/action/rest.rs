//! Services with resources in their paths: Lambda and EventBridge Scheduler.

use hyper::{Method, http::request::Parts};
use percent_encoding::percent_decode_str;

use super::{Asked, Need, Place, plain};
use crate::front_door::heading::query_value;

/// Lambda.
pub(super) fn lambda(parts: &Parts, place: &Place) -> Asked {
    let segments = segments(parts);
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (operation, action, function) = match (&parts.method, segments.as_slice()) {
        (&Method::POST, [_, "functions", name, "invocations"]) => ("Invoke", "InvokeFunction", *name),
        (&Method::GET, [_, "functions", name]) => ("GetFunction", "GetFunction", *name),
        (&Method::GET, [_, "functions", name, "configuration"]) => {
            ("GetFunctionConfiguration", "GetFunctionConfiguration", *name)
        }
        (&Method::GET, [_, "functions", name, "policy"]) => ("GetPolicy", "GetPolicy", *name),
        _ => return unknown("lambda", parts),
    };
    asked(operation, format!("lambda:{action}"), function_arn(function, place))
}

fn function_arn(name: &str, place: &Place) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { place.arn("lambda", &format!("function:{name}")) }
}

/// EventBridge Scheduler.
pub(super) fn scheduler(parts: &Parts, place: &Place) -> Asked {
    let segments = segments(parts);
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let group = query_value(&parts.uri, "groupName").unwrap_or_else(|| "default".to_owned());
    let (operation, resource) = match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["schedules"]) => ("ListSchedules", "*".to_owned()),
        (&Method::GET, ["schedule-groups"]) => ("ListScheduleGroups", "*".to_owned()),
        (&Method::GET, ["schedules", name]) => {
            ("GetSchedule", place.arn("scheduler", &format!("schedule/{group}/{name}")))
        }
        (&Method::POST, ["schedules", name]) => {
            ("CreateSchedule", place.arn("scheduler", &format!("schedule/{group}/{name}")))
        }
        (&Method::PUT, ["schedules", name]) => {
            ("UpdateSchedule", place.arn("scheduler", &format!("schedule/{group}/{name}")))
        }
        (&Method::DELETE, ["schedules", name]) => {
            ("DeleteSchedule", place.arn("scheduler", &format!("schedule/{group}/{name}")))
        }
        (&Method::GET, ["schedule-groups", name]) => {
            ("GetScheduleGroup", place.arn("scheduler", &format!("schedule-group/{name}")))
        }
        _ => return unknown("scheduler", parts),
    };
    asked(operation, format!("scheduler:{operation}"), resource)
}

fn asked(operation: &str, action: String, resource: String) -> Asked {
    Asked { operation: operation.to_owned(), needs: vec![Need::new(action, resource)] }
}

fn unknown(service: &str, parts: &Parts) -> Asked {
    let operation = format!("{} {}", parts.method, parts.uri.path());
    Asked { needs: vec![plain(service, &operation)], operation }
}

fn segments(parts: &Parts) -> Vec<String> {
    let path = parts.uri.path().trim_matches('/');
    path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}
