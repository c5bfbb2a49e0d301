//! verify_job
