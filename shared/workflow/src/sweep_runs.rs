//! sweep_runs
