//! check_job
