//! The program `kpi`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kpi_dashboard::cli::main()
}
