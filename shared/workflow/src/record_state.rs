//! record_state
