//! What libkrun and we have to say while the guest runs, on standard error.

use std::io::{self, Write};

use log::{Level, LevelFilter, Log, Metadata, Record};

struct StandardError;

impl Log for StandardError {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            say(&format!("{}: {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

/// Lets warnings and errors of libkrun through.
pub fn to_standard_error() {
    // Fails only if there is a logger already, and nobody else sets one.
    if log::set_logger(&StandardError).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}

/// Says a line. The guest's console made standard error a stream that does not wait: when its reader falls behind, words are lost rather than the guest held up.
pub fn say(words: &str) {
    if io::stderr().write_all(format!("krun: {words}\n").as_bytes()).is_err() {
        // There is nowhere left to say it.
    }
}
