//! Anything as a plan file.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nightferry_fuzz::plan_file(input));
