//! Traces on standard error, when asked for.

use std::io;

use tracing_subscriber::filter::LevelFilter;

/// `-v` shows what is done, `-vv` everything.
pub(crate) fn install(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).with_target(verbose > 1).init();
}
