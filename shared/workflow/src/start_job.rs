//! start_job
