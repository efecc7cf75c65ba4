//! The server: prints its port, and serves until its standard input is closed. The argument is the load, `flood` by default.
#![allow(clippy::print_stdout, clippy::exit)]

use std::io::{Read, stdin};

use auraxis_bench::{Load, meter::pin, traffic::serve};
use serde_json::{Value, from_value};

fn main() -> anyhow::Result<()> {
    pin(0);
    let load = std::env::args().nth(1).map_or(Ok(Load::Flood), |load| from_value(Value::String(load)))?;
    let (port, _) = serve(load)?;
    println!("{port}");
    let _ = stdin().read(&mut [0]);
    std::process::exit(0);
}
