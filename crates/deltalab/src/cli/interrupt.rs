//! Ctrl-C and SIGTERM: the first ends the runs at the end of their epochs, the second ends the program at once.
//! Either way everything that was finished is in the journal.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit status of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// A flag that a signal sets.
pub fn flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    let handler = move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
        let _ = writeln!(
            std::io::stderr(),
            "\nstopping at the end of the epoch; once more to stop at once"
        );
    };
    // Without a handler the signal simply ends the program, which loses nothing that is finished.
    let _ = ctrlc::set_handler(handler);
    stop
}
