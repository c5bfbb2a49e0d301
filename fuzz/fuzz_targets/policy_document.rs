//! Anything as an IAM policy document.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nightferry_fuzz::policy_document(input));
