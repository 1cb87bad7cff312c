//! No panic reaches a user: a bug ends in one honest line.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::process::ExitCode;

/// Runs the program. A panic in it, or in one of its threads that is waited for, ends with status 1.
pub fn catch(program: impl FnOnce() -> ExitCode) -> ExitCode {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        let place = panic.location().map(|at| format!(" at {at}")).unwrap_or_default();
        let payload = panic.payload();
        let words = payload.downcast_ref::<String>().map(String::as_str);
        let words =
            words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        let version = env!("CARGO_PKG_VERSION");
        let line = words.replace('\n', " ");
        let _ = writeln!(
            std::io::stderr(),
            "deltalab {version} has a bug{place}: {line}; finished runs are kept. Please report this line, with the spec, to the authors",
        );
        if std::env::var_os("RUST_BACKTRACE").is_some() {
            usual(panic);
        }
    }));
    catch_unwind(AssertUnwindSafe(program)).unwrap_or(ExitCode::from(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Output};

    #[test]
    #[ignore = "the process that the next test starts: its panic hook is its own"]
    fn a_program_that_panics() {
        let exit = catch(|| match std::env::var("DELTALAB_TEST_PANIC").as_deref() {
            Ok("thread") => {
                let thread = std::thread::spawn(|| assert_eq!(2 + 2, 5, "a sum"));
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                ExitCode::SUCCESS
            }
            _ => panic!("words of\ntwo lines"),
        });
        std::process::exit(if exit == ExitCode::from(1) { 1 } else { 99 });
    }

    fn panicking(kind: &str, backtrace: Option<&str>) -> Output {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args([
            "--exact",
            "cli::panic::tests::a_program_that_panics",
            "--ignored",
            "--nocapture",
        ]);
        program.env("DELTALAB_TEST_PANIC", kind).env_remove("RUST_BACKTRACE");
        program.envs(backtrace.map(|value| ("RUST_BACKTRACE", value)));
        program.output().unwrap()
    }

    #[test]
    fn a_panic_ends_in_one_line_that_says_what_is_kept_and_status_1() {
        for (kind, words) in [("here", "words of two lines"), ("thread", "a sum")] {
            let output = panicking(kind, None);
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{kind}: {stderr}");
            assert_eq!(stderr.lines().count(), 1, "{kind}: {stderr}");
            for part in [
                "deltalab ",
                " has a bug at ",
                "panic.rs:",
                words,
                "finished runs are kept",
                "Please report this line",
            ] {
                assert!(stderr.contains(part), "{kind}: no {part:?} in {stderr}");
            }
            assert!(!stderr.contains("thread '") && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
        }
    }

    #[test]
    fn whoever_asks_for_a_backtrace_gets_it_too() {
        let stderr = String::from_utf8_lossy(&panicking("here", Some("1")).stderr).into_owned();
        assert!(stderr.contains("has a bug") && stderr.contains("panicked at"), "{stderr}");
    }
}
