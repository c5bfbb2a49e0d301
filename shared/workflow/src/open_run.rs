//! open_run
