//! IAM policy evaluation as AWS documents it.
