//! Anything as the payload of record-state.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nightferry_fuzz::event_envelope(input));
