//! Exponential backoff.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Delays between attempts: each is twice as long as the previous one, plus random jitter of up to the same length, so
/// that many programs do not retry at the same time.
#[derive(Debug)]
pub(crate) struct Backoff {
    delays: ExponentialBackoff,
    max: Duration,
}

impl Backoff {
    /// Creates delays from `min` to `max`, without the jitter.
    pub(crate) fn between(min: Duration, max: Duration) -> Self {
        let delays = ExponentialBuilder::new().with_min_delay(min).with_max_delay(max).with_factor(2.0).with_jitter();
        Self { delays: delays.without_max_times().build(), max }
    }

    pub(crate) fn next(&mut self) -> Duration {
        self.delays.next().unwrap_or(self.max)
    }
}

#[cfg(test)]
mod tests {
    use std::{env, process::Command};

    use super::*;

    #[test]
    fn delays_grow_to_a_maximum_and_have_jitter() {
        let mut backoff = Backoff::between(Duration::from_secs(1), Duration::from_mins(1));
        let delays: Vec<_> = (0..200).map(|_| backoff.next()).collect();
        assert!(delays[0] >= Duration::from_secs(1) && delays[0] <= Duration::from_secs(2), "{:?}", delays[0]);
        assert!(delays[5] >= Duration::from_secs(32));
        assert!(delays.iter().all(|&delay| delay <= Duration::from_mins(2)));
        assert!(delays[100..].windows(2).any(|pair| pair[0] != pair[1]));
    }

    /// Run by the next test, in separate processes.
    #[test]
    fn some_delays() {
        let mut backoff = Backoff::between(Duration::from_secs(1), Duration::from_mins(1));
        println!("<{:?}>", [(); 3].map(|()| backoff.next()));
    }

    #[test]
    fn delays_differ_between_processes() {
        let delays = || {
            let mut command = Command::new(env::current_exe().unwrap());
            let output = command.args(["--exact", "backoff::tests::some_delays", "--nocapture"]).output().unwrap();
            let output = String::from_utf8(output.stdout).unwrap();
            let (_, delays) = output.split_once('<').expect("some delays");
            delays.split_once('>').expect("the end of the delays").0.to_owned()
        };
        assert_ne!(delays(), delays());
    }
}
