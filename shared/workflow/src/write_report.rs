//! write_report
