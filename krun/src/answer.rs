//! The one line for whoever started this program.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{FromRawFd, RawFd};

/// Where the line goes.
pub struct Answer {
    descriptor: RawFd,
}

impl Answer {
    /// From the words of the command line.
    pub fn to(mut words: impl Iterator<Item = String>) -> Result<Answer, String> {
        let mut descriptor = libc::STDOUT_FILENO;
        while let Some(option) = words.next() {
            match (option.as_str(), words.next()) {
                ("--answer", Some(number)) => match number.parse() {
                    Ok(number) if number >= 0 && number != libc::STDERR_FILENO => descriptor = number,
                    _ => return Err(format!("{number} is no descriptor to answer on")),
                },
                ("--name", Some(_)) => {}
                _ => return Err("usage: hypr-krun [--answer DESCRIPTOR] [--name NAME]; the document is read from standard input".into()),
            }
        }
        Ok(Answer { descriptor })
    }

    /// Gives the line and ends the answer.
    pub fn give(self, line: &str) -> io::Result<()> {
        // SAFETY: the descriptor was given to us for this alone, and nothing uses it later.
        let mut file = unsafe { File::from_raw_fd(self.descriptor) };
        file.write_all(format!("{}\n", line.replace('\n', " ")).as_bytes())?;
        if self.descriptor == libc::STDOUT_FILENO {
            // Its number must not become that of another file, which what prints would write to.
            std::mem::forget(file);
            // SAFETY: both are descriptors of this process.
            if unsafe { libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO) } < 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::IntoRawFd;

    fn to(words: &[&str]) -> Result<RawFd, String> {
        Answer::to(words.iter().map(|word| word.to_string())).map(|answer| answer.descriptor)
    }

    #[test]
    fn goes_to_standard_output_or_to_the_descriptor_that_is_named() {
        assert_eq!(to(&[]), Ok(1));
        assert_eq!(to(&["--answer", "3"]), Ok(3));
        assert_eq!(to(&["--name", "01", "--answer", "3"]), Ok(3));
        assert!(to(&["--name"]).is_err());
        assert_eq!(to(&["--answer", "2"]), Err("2 is no descriptor to answer on".into()));
        assert_eq!(to(&["--answer", "x"]), Err("x is no descriptor to answer on".into()));
        assert!(to(&["--help"]).is_err());
    }

    #[test]
    fn is_one_line_and_then_the_end() {
        let (mut reader, writer) = io::pipe().unwrap();
        let answer = Answer { descriptor: writer.into_raw_fd() };
        answer.give("one\ntwo").unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one two\n");
    }
}
