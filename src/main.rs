//! The `go-expert` binary: everything it does is in the library.

fn main() -> std::process::ExitCode {
    go_expert::cli::main()
}
