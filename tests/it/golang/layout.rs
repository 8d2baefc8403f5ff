//! Sizes and alignments of generated structs are those that the compiler gives them.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use go_expert::golang;
use go_expert::golang::types::TypeInfo;
use go_expert::model::SourceFile;

use super::has_go;

/// Types of fields, of every size and alignment there is.
const FIELDS: [&str; 24] = [
    "bool",
    "int8",
    "uint16",
    "int32",
    "float32",
    "int64",
    "uint64",
    "float64",
    "complex64",
    "complex128",
    "int",
    "uintptr",
    "string",
    "[]byte",
    "map[string]int",
    "chan int",
    "func()",
    "any",
    "error",
    "*int",
    "[3]byte",
    "[0]int64",
    "struct{}",
    "unsafe.Pointer",
];

const FOREIGN: [&str; 6] =
    ["sync.Mutex", "sync.WaitGroup", "atomic.Int64", "time.Time", "atomic.Bool", "time.Duration"];

/// How many structs there are.
const COUNT: usize = 150;

#[test]
fn structs_are_laid_out_as_the_compiler_does() {
    if !has_go("structs_are_laid_out_as_the_compiler_does") {
        return;
    }
    let (declarations, probes) = structs();
    let head = "package main\n\nimport (\n\t\"sync\"\n\t\"sync/atomic\"\n\t\"time\"\n\t\"unsafe\"\n)\n\n\
        type _ struct {\n\ta sync.Mutex\n\tb atomic.Int64\n\tc time.Time\n\td unsafe.Pointer\n}\n\n";
    let source =
        SourceFile::from_bytes("main.go", None, format!("{head}{declarations}").as_bytes());
    let code = golang::read(&[source], None, &|_| false);
    let types = TypeInfo::new(&code.packages()[0]);
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("go.mod"), "module layout\n\ngo 1.21\n").unwrap();
    let main = format!("{head}{declarations}func main() {{\n{probes}}}\n");
    fs::write(directory.path().join("main.go"), main).unwrap();
    // Linux on x86-64 runs programs for 386 as well.
    let both = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    for wide in [true, false].into_iter().take(if both { 2 } else { 1 }) {
        let theirs = sizes(directory.path(), wide);
        assert_eq!(theirs.len(), COUNT);
        for (at, theirs) in theirs.into_iter().enumerate() {
            let of = types.declared_type(&format!("S{at}"));
            let ours = types.layout(&of, wide).map(|it| (it.size, it.align));
            assert_eq!(ours, Some(theirs), "S{at}, 64 bit: {wide}\n{declarations}");
        }
    }
}

/// The sizes and alignments that the compiled program prints.
fn sizes(directory: &Path, wide: bool) -> Vec<(u64, u64)> {
    let mut command = Command::new("go");
    command.args(["run", "."]).current_dir(directory).env("CGO_ENABLED", "0").env("GOFLAGS", "");
    if !wide {
        command.env("GOARCH", "386");
    }
    // `println` writes to the standard error.
    let text = String::from_utf8(command.output().unwrap().stderr).unwrap();
    let pair = |line: &str| {
        let (size, align) = line.split_once(' ')?;
        Some((size.parse().ok()?, align.parse().ok()?))
    };
    text.lines().map(|it| pair(it).unwrap_or_else(|| panic!("{text}"))).collect()
}

fn structs() -> (String, String) {
    let mut random = 1_u64;
    let mut next = |below: usize| {
        // The constants of Knuth's MMIX.
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let (mut declarations, mut probes) = (String::new(), String::new());
    for at in 0..COUNT {
        let _ = writeln!(declarations, "type S{at} struct {{");
        for field in 0..next(7) {
            let of = match next(10) {
                0 => FOREIGN[next(FOREIGN.len())].to_owned(),
                1 if at > 0 => format!("S{}", next(at)),
                2 if at > 0 => format!("[{}]S{}", next(4), next(at)),
                _ => FIELDS[next(FIELDS.len())].to_owned(),
            };
            let _ = writeln!(declarations, "\tf{field} {of}");
        }
        let _ = writeln!(declarations, "}}\n");
        let _ = writeln!(probes, "\tprintln(unsafe.Sizeof(S{at}{{}}), unsafe.Alignof(S{at}{{}}))");
    }
    (declarations, probes)
}
