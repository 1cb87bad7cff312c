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
