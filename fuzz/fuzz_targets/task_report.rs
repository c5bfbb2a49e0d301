//! Anything as a DataSync task report file.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nightferry_fuzz::task_report(input));
