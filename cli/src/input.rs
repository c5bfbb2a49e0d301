//! What a command reads besides the plan: a file, or standard input for `-`.

use std::io::Read;
use std::path::Path;

use crate::exit::Failure;

/// Most bytes of one input. A request file with every policy around it is far below; whatever was named by mistake, a
/// disk image or an endless device, is not read to its end.
pub(crate) const INPUT_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Reads a file, or standard input when it is `-`.
pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    if file == Path::new("-") {
        return read_from("standard input", std::io::stdin().lock());
    }
    let name = file.display().to_string();
    let open = std::fs::File::open(file).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    read_from(&name, open)
}

fn read_from(name: &str, from: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(INPUT_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes);
    let length = read.map_err(|error| Failure::usage(format!("{name} can't be read: {error}")))?;
    if u64::try_from(length).is_ok_and(|length| length > INPUT_BYTES_MAX) {
        return Err(Failure::usage(format!("{name} is longer than {INPUT_BYTES_MAX} bytes; is it the right file?")));
    }
    // Editors on Windows put a mark before the first byte, which no parser of JSON takes.
    let text = String::from_utf8(bytes).map_err(|error| Failure::usage(format!("{name} is not UTF-8: {error}")))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn refusal(bytes: &[u8]) -> Failure {
        read_from("it", bytes).expect_err("a refusal")
    }

    #[test]
    fn what_is_read_is_whole_and_without_a_byte_order_mark() {
        assert_eq!(read_from("it", "\u{feff}{}\n".as_bytes()).unwrap(), "{}\n");
        let longest = vec![b' '; usize::try_from(INPUT_BYTES_MAX).unwrap()];
        assert_eq!(read_from("it", longest.as_slice()).unwrap().len(), longest.len());
    }

    #[test]
    fn what_cannot_be_read_is_a_mistake_in_usage_that_names_the_file() {
        let too_long = vec![b' '; usize::try_from(INPUT_BYTES_MAX).unwrap() + 1];
        for (failure, expected) in [
            (refusal(&too_long), "it is longer than 4194304 bytes"),
            (refusal(&[0xff]), "it is not UTF-8"),
            (read(Path::new("/nowhere/request.json")).expect_err("a refusal"), "/nowhere/request.json: "),
        ] {
            assert_eq!(failure.exit, Exit::Usage);
            assert!(failure.error.to_string().starts_with(expected), "{}", failure.error);
        }
    }
}
