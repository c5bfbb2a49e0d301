//! Rules of IAM, one table each.
