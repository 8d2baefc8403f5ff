//! How code scanning tells that two results are the same: by a hash of the line and what follows.
//!
//! This is the value that GitHub's own upload action computes where a log lacks it, and warns about
//! where it differs, so it must be the same to the last bit. A rolling polynomial hash with the
//! base 37 in 64 bits over the next 100 UTF-16 code units of the text, without blanks and tabs, any
//! line break as one line feed, the end of the text as 0xFFFF and zeros after it.
//!
//! Source: <https://github.com/github/codeql-action/blob/main/src/fingerprints.ts>.

use std::collections::HashMap;

/// How many code units count.
const WINDOW: usize = 100;

const BASE: u64 = 37;

/// Stands behind the last code unit.
const END: u16 = 0xFFFF;

/// The hash of every line, the first one's first: sixteen hexadecimal digits at most and how often
/// they have come so far.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    // What counts, and where in it each line starts.
    let (mut units, mut starts) = (Vec::new(), Vec::new());
    let (mut at_start, mut after_cr) = (true, false);
    for unit in text.encode_utf16().chain([END]) {
        let unit = match unit {
            0x20 | 0x09 => {
                after_cr = false;
                continue;
            }
            // The second half of a line break.
            0x0A if after_cr => {
                after_cr = false;
                continue;
            }
            0x0D => {
                after_cr = true;
                0x0A
            }
            other => {
                after_cr = false;
                other
            }
        };
        if at_start {
            starts.push(units.len());
        }
        at_start = unit == 0x0A;
        units.push(unit);
    }
    units.resize(units.len() + WINDOW, 0);

    let power = (0..WINDOW).fold(1_u64, |it, _| it.wrapping_mul(BASE));
    let mut hash = 0_u64;
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut hashes = Vec::with_capacity(starts.len());
    let mut starts = starts.into_iter().peekable();
    for (at, &unit) in units.iter().enumerate() {
        let gone = at.checked_sub(WINDOW).map_or(0, |it| units[it]);
        hash = hash.wrapping_mul(BASE).wrapping_add(unit.into());
        hash = hash.wrapping_sub(power.wrapping_mul(gone.into()));
        // The window is full of what begins where it does.
        if starts.next_if(|start| start + WINDOW == at + 1).is_some() {
            let times = seen.entry(hash).or_default();
            *times += 1;
            hashes.push(format!("{hash:x}:{times}"));
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values are facts of the action's own tests.
    #[test]
    fn hashes_are_those_of_the_upload_action() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        let spaced = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1"];
        let spaced = spaced.into_iter().chain(["a23a3dc5e078b07b:1"]).collect::<Vec<_>>();
        assert_eq!(line_hashes(" a\nb\n  \t\tc\n d"), spaced);
        let greeting = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n";
        let expected = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for line_break in ["\n", "\r", "\r\n"] {
            assert_eq!(line_hashes(&greeting.replace('\n', line_break)), expected);
        }
        let repeated = line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(repeated[..2], ["a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2"]);
        assert_eq!(
            repeated[5..8],
            ["a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1"]
        );
        assert_eq!(repeated.len(), 11);
    }
}
