//! What libkrun and we have to say while the guest runs, and what the guest prints on its console, on standard error.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::sync::Mutex;

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
    // SAFETY: standard error is open as long as the process lives, and is not closed here.
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(libc::STDERR_FILENO) });
    let mut end = END.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if end.append(&file, text.as_bytes()).is_err() {
        // There is nowhere left to say it.
    }
}

/// Octets that a file grows to, whatever the guest prints.
const MOST: u64 = 1 << 20;
/// Octets of its end that are kept when it has.
const KEPT: usize = 64 << 10;

static END: Mutex<End> = Mutex::new(End(VecDeque::new()));

/// The last that was said. hypr-start keeps the log in limits where it gives us a pipe; where standard error is a file, opened to append, that is up to us.
struct End(VecDeque<u8>);

impl End {
    fn append(&mut self, mut file: &File, text: &[u8]) -> io::Result<()> {
        let about = file.metadata()?;
        if about.is_file() {
            if about.len() + text.len() as u64 > MOST {
                file.set_len(0)?;
                file.write_all(self.0.make_contiguous())?;
            }
            self.0.extend(text);
            self.0.drain(..self.0.len().saturating_sub(KEPT));
        }
        file.write_all(text)
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

    #[test]
    fn a_file_stays_within_its_limit_and_holds_the_end() {
        let path = std::env::temp_dir().join(format!("krun-log-{}", std::process::id()));
        let file = File::options().append(true).create_new(true).open(&path).unwrap();
        let (mut end, line) = (End(VecDeque::new()), [b'x'; 100]);
        for _ in 0..3 * MOST / 100 {
            end.append(&file, &line).unwrap();
            assert!(file.metadata().unwrap().len() <= MOST);
        }
        end.append(&file, b"last words").unwrap();
        let text = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(text.len() > KEPT && text.ends_with(b"xlast words"), "{} octets", text.len());
    }
}
