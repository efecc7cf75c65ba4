//! Bots for the tests of the command line: `BOT` names one, `GRACE` its grace period in seconds.

use std::{env, thread, time::Duration};

/// Prints forever.
mod chatty {
    use auraxis::prelude::*;

    #[trigger(Event)]
    fn chat(event: Event) {
        println!("{}", event.name());
    }
}

/// Its handler never returns.
mod stuck {
    use std::{thread, time::Duration};

    use auraxis::prelude::*;

    #[trigger(GainExperience)]
    fn never_returns(_: GainExperience) {
        println!("stuck");
        loop {
            thread::sleep(Duration::from_hours(1));
        }
    }
}

/// Not even its first handler returns.
mod stuck_at_once {
    use std::{thread, time::Duration};

    use auraxis::prelude::*;

    #[trigger(Started)]
    fn never_returns(_: Started) {
        println!("stuck");
        loop {
            thread::sleep(Duration::from_hours(1));
        }
    }
}

/// Panics, and stops.
mod panicking {
    use auraxis::prelude::*;

    #[trigger(Started)]
    fn panic(_: Started, client: Client) {
        client.shutdown();
        panic!("out of cheese");
    }
}

/// Returns an error, and stops.
mod unlucky {
    use auraxis::prelude::*;

    #[trigger]
    fn fail(_: Started, client: Client) -> std::io::Result<()> {
        client.shutdown();
        Err(std::io::Error::other("no luck"))
    }
}

/// Does nothing that needs a connection.
mod periodic {
    use auraxis::prelude::*;

    #[every("1h")]
    fn rarely() {}
}

/// Continues after its run.
mod lingering {
    use auraxis::prelude::*;

    #[trigger(Started)]
    fn end(_: Started, client: Client) {
        client.shutdown();
    }
}

/// Cleans up when it is dropped.
mod tidy {
    use auraxis::prelude::*;

    pub(crate) struct Tidy;

    impl Drop for Tidy {
        fn drop(&mut self) {
            println!("tidied up");
        }
    }

    #[trigger(Started)]
    fn end(_: Started, _: State<Tidy>, client: Client) {
        client.shutdown();
    }
}

fn main() -> auraxis::Result {
    let bot = env::var("BOT").expect("the name of a bot");
    let grace = env::var("GRACE").expect("a grace period").parse().expect("a number of seconds");
    let result = auraxis::run!(
        registered_in = format!("{}::{bot}", module_path!()),
        grace = Duration::from_secs(grace),
        state = tidy::Tidy,
    );
    if bot == "lingering" {
        println!("over");
        thread::sleep(Duration::from_hours(1));
    }
    result
}
