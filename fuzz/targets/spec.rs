#![no_main]

#[path = "../attempts.rs"]
mod attempts;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| attempts::spec(bytes));
