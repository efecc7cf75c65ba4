//! Bots for the cases that have to be programs: `BOT` names one.

use std::{env, time::Duration};

macro_rules! fails {
    ($($name:ident($event:ident): $($reason:expr),*;)*) => {$(
        mod $name {
            use auraxis::prelude::*;

            #[trigger]
            fn fail(_: $event, client: Client) {
                $( client.fail($reason); )*
            }

            #[trigger]
            fn end(_: Stopping) {
                println!("put in order");
            }
        }
    )*};
}

/// An error with its cause.
fn because(message: &'static str, cause: std::io::ErrorKind) -> anyhow::Error {
    anyhow::Error::from(std::io::Error::from(cause)).context(message)
}

fails! {
    at_start(Started): crate::because("the scores are not there", std::io::ErrorKind::NotFound);
    at_event(GainExperience): anyhow::anyhow!("the disk is full").context("no room for 7");
    twice(Started): anyhow::anyhow!("the first reason"), anyhow::anyhow!("the second reason");
    at_end(Stopping): anyhow::anyhow!("the scores were not saved");
}

/// A condition that does not return.
mod stuck_condition {
    use auraxis::prelude::*;

    fn never(_: &Started) -> bool {
        super::get_stuck()
    }

    #[trigger(Started, condition = never)]
    fn stuck_condition(_: Started) {}
}

/// Blocks the only worker of the runtime in its second poll.
mod stuck_later {
    use auraxis::prelude::*;

    #[trigger]
    async fn stuck_later(_: Started) {
        std::future::ready(()).await;
        tokio::task::yield_now().await;
        super::get_stuck();
    }
}

fn get_stuck() -> bool {
    println!("stuck");
    loop {
        std::thread::sleep(Duration::from_hours(1));
    }
}

mod chatty {
    use auraxis::prelude::*;

    #[trigger(Event)]
    fn chat(event: Event) {
        println!("{}", format!("{} ", event.name()).repeat(1_000));
    }
}

fn main() -> auraxis::Result {
    let bot = env::var("BOT").expect("the name of a bot");
    auraxis::run!(registered_in = format!("{}::{bot}", module_path!()), grace = Duration::from_secs(1))
}
