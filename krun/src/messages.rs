//! What libkrun and we have to say while the guest runs, and what the guest prints on its console, on standard error.

use std::io::{self, Write};

use log::{Level, LevelFilter, Log, Metadata, Record};

/// libkrun logs the console's lines under this name, and what is longer than a line should be in parts with these words before.
const CONSOLE: &str = "init_or_kernel";
const PART: &str = "[missing newline]";

struct StandardError;

impl Log for StandardError {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record) {
        if record.target() == CONSOLE {
            print(&as_printed(&record.args().to_string()));
        } else if self.enabled(record.metadata()) {
            say(&format!("{}: {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

fn as_printed(logged: &str) -> String {
    match logged.strip_prefix(PART) {
        Some(part) => part.into(),
        None => format!("{logged}\n"),
    }
}

/// Lets warnings and errors of libkrun through.
pub fn to_standard_error() {
    // Fails only if there is a logger already, and nobody else sets one.
    if log::set_logger(&StandardError).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}

/// Says a line.
pub fn say(words: &str) {
    print(&format!("krun: {words}\n"));
}

fn print(text: &str) {
    if io::stderr().write_all(text.as_bytes()).is_err() {
        // There is nowhere left to say it.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_is_as_the_guest_printed_it() {
        assert_eq!(as_printed("Run /init"), "Run /init\n");
        assert_eq!(as_printed("[missing newline]xxxx"), "xxxx");
    }
}
