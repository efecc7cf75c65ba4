//! The server: prints its port, and serves until its standard input is closed. With a rate, single events per second.
#![allow(clippy::print_stdout, clippy::exit)]

use std::io::{Read, stdin};

use auraxis_bench::{meter::pin, traffic::serve};

fn main() -> anyhow::Result<()> {
    pin(0);
    let rate = std::env::args().nth(1).map(|rate| rate.parse()).transpose()?;
    let (port, _) = serve(rate)?;
    println!("{port}");
    let _ = stdin().read(&mut [0]);
    std::process::exit(0);
}
