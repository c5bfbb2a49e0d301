//! cancel_run
