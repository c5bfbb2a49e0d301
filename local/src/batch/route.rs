//! Which operation a path of S3 Control names, and which job.

use hyper::Method;

/// Where S3 Control's paths begin.
pub(crate) const PREFIX: &str = "/v20180820/jobs";

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// The operation as its API names it.
    pub(crate) operation: &'static str,
    /// The job's id, where the path has one.
    pub(crate) job: Option<String>,
}

/// Whether a path is one of jobs.
pub(crate) fn is_of_jobs(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Reads method and path; `None` when they are no operation of jobs.
pub(crate) fn route(method: &Method, path: &str) -> Option<Route> {
    let rest = path.strip_prefix(PREFIX)?.trim_matches('/');
    let mut parts = rest.split('/').filter(|part| !part.is_empty());
    let (job, what) = (parts.next(), parts.next());
    let operation = match (method, job, what) {
        (&Method::POST, None, None) => "CreateJob",
        (&Method::GET, None, None) => "ListJobs",
        (&Method::GET, Some(_), None) => "DescribeJob",
        (&Method::POST, Some(_), Some("status")) => "UpdateJobStatus",
        (&Method::POST, Some(_), Some("priority")) => "UpdateJobPriority",
        (&Method::PUT, Some(_), Some("tagging")) => "PutJobTagging",
        (&Method::GET, Some(_), Some("tagging")) => "GetJobTagging",
        (&Method::DELETE, Some(_), Some("tagging")) => "DeleteJobTagging",
        _ => return None,
    };
    Some(Route { operation, job: job.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_and_path_name_the_operation_and_the_job() {
        let told = |method, path| route(&method, path).map(|route| (route.operation, route.job.unwrap_or_default()));
        assert_eq!(told(Method::POST, "/v20180820/jobs"), Some(("CreateJob", String::new())));
        assert_eq!(told(Method::GET, "/v20180820/jobs/j-1"), Some(("DescribeJob", "j-1".to_owned())));
        assert_eq!(told(Method::POST, "/v20180820/jobs/j-1/status"), Some(("UpdateJobStatus", "j-1".to_owned())));
        assert_eq!(told(Method::PUT, "/v20180820/jobs/j-1/status"), None);
        assert!(is_of_jobs("/v20180820/jobs/j") && !is_of_jobs("/v20180820/jobstore") && !is_of_jobs("/bucket/key"));
    }
}
