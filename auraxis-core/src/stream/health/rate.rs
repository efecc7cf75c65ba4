//! The rate of one class of events on one world, learned from counts.

/// The time constant with which expectations rise: a lull of the last hour can come again.
const RISE_MS: f64 = 3_600_000.0;

/// The mean covers the time of about this many seconds with events: it follows a fight that ends within 20 of
/// them, and its error stays near 1 in 6 at any rate.
const MEAN_ARRIVALS: f64 = 30.0;
const SHORTEST_MEAN_MS: f64 = 30_000.0;
const LONGEST_MEAN_MS: f64 = 900_000.0;

/// The mean starts as if nothing had arrived for this long.
const EMPTY_START_MS: f64 = 2_000.0;

/// With fewer seconds with events than this, the rate is discounted by more than half.
const CREDIBLE_SECONDS: f64 = 8.0;

/// Bursts last seconds; a window must contain several of them.
const WINDOW_MS: f64 = 20_000.0;

/// The dispersion that is assumed before it is measured, and the number of windows as which it counts.
const FIRST_DISPERSION: f64 = 1.5;
const FIRST_WINDOWS: f64 = 3.0;

/// Before this time, the mean is too uncertain to measure dispersion.
const SETTLED_MS: f64 = 120_000.0;

/// Windows in an hour.
const DISPERSION_WINDOWS: f64 = RISE_MS / WINDOW_MS;

/// Added to a variance that can be arbitrarily small: one busy window that lacks a second is not yet a pattern.
const LEAST_VARIANCE: f64 = 0.1;

/// A larger share of seconds with events contains no more information about the rate.
const LARGEST_SHARE: f64 = 0.98;

/// An exponentially weighted mean that is right from the first value on.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    fn add(&mut self, value: f64, gain: f64) {
        self.sum += gain * (value - self.sum);
        self.weight += gain * (1.0 - self.weight);
    }

    fn value(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

/// How often events arrive.
///
/// Seconds with at least one event are counted, not events: simultaneous events are one arrival. The share of such
/// seconds gives the rate of the Poisson process that would have it. This rate is divided by the index of dispersion
/// (squared deviation over expected variance) of windows of 20 s, which bursts of several seconds increase.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    /// The share of seconds with events.
    share: Mean,
    /// The recent minimum of the share.
    floor: f64,
    events: Mean,
    dispersion: Mean,
    window_ms: f64,
    window_seconds: f64,
    window_expected: f64,
    window_variance: f64,
    /// The number of seconds with events, and the time in which they were counted.
    seconds: f64,
    observed_ms: f64,
}

impl Rate {
    pub(super) fn new() -> Self {
        let mut rate = Self {
            share: Mean::default(),
            floor: 0.0,
            events: Mean::default(),
            dispersion: Mean::default(),
            window_ms: 0.0,
            window_seconds: 0.0,
            window_expected: 0.0,
            window_variance: 0.0,
            seconds: 0.0,
            observed_ms: 0.0,
        };
        rate.share.add(0.0, gain(EMPTY_START_MS, SHORTEST_MEAN_MS));
        rate.dispersion.add(FIRST_DISPERSION, FIRST_WINDOWS / DISPERSION_WINDOWS);
        rate
    }

    /// Learns from `passed_ms` of listening, in which this number of events arrived in this number of distinct seconds.
    pub(super) fn observe(&mut self, events: f64, seconds: f64, passed_ms: f64) {
        // After a stall of the loop, the events of many seconds arrive in one.
        let seconds = seconds.min(passed_ms / 1000.0 + 1.0);
        let share = self.share.value().min(LARGEST_SHARE);
        self.window_ms += passed_ms;
        self.window_seconds += seconds;
        self.window_expected += share * passed_ms / 1000.0;
        self.window_variance += share * (1.0 - share) * passed_ms / 1000.0;
        if self.window_ms >= WINDOW_MS {
            let surplus = self.window_seconds - self.window_expected;
            let index = surplus * surplus / (self.window_variance + LEAST_VARIANCE);
            if self.observed_ms >= SETTLED_MS {
                self.dispersion.add(index, 1.0 / DISPERSION_WINDOWS);
            }
            (self.window_ms, self.window_seconds) = (0.0, 0.0);
            (self.window_expected, self.window_variance) = (0.0, 0.0);
        }
        let gain_of_mean = gain(passed_ms, self.mean_ms());
        self.seconds += seconds;
        self.observed_ms += passed_ms;
        self.share.add(seconds * 1000.0 / passed_ms, gain_of_mean);
        self.events.add(events * 1000.0 / passed_ms, gain_of_mean);
        // The first value is found within the first minutes.
        let rise = gain(passed_ms, (self.observed_ms / 4.0).min(RISE_MS));
        let share = self.share.value();
        self.floor = share.min(self.floor + rise * (share - self.floor));
    }

    /// Returns the number of seconds with events since the start.
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Returns the recent number of events per second.
    pub(super) fn events(&self) -> f64 {
        self.events.value()
    }

    /// Returns the recent number of independent arrivals per second.
    pub(super) fn arrivals(&self) -> f64 {
        self.independent(self.share.value())
    }

    /// Returns the number of independent arrivals per second in the deepest recent lull.
    pub(super) fn arrivals_in_a_lull(&self) -> f64 {
        self.independent(self.floor)
    }

    fn independent(&self, share: f64) -> f64 {
        // Steep, because a single burst must prove nothing, and a quarter of a minute is enough.
        let seconds = (self.seconds / CREDIBLE_SECONDS).powi(4);
        let credible = seconds / (seconds + 1.0);
        credible * per_second(share.min(LARGEST_SHARE)) / self.dispersion.value().max(1.0)
    }

    /// Returns the time that the mean covers. It is at most the time since the start, so that a rate is known soon.
    fn mean_ms(&self) -> f64 {
        let rate = per_second(self.share.value().min(LARGEST_SHARE));
        let longest = (self.observed_ms + EMPTY_START_MS).clamp(SHORTEST_MEAN_MS, LONGEST_MEAN_MS);
        (MEAN_ARRIVALS * 1000.0 / rate.max(f64::MIN_POSITIVE)).clamp(SHORTEST_MEAN_MS, longest)
    }
}

/// Returns the rate at which a Poisson process has events in this share of all seconds.
fn per_second(share: f64) -> f64 {
    (1.0 - share).recip().ln()
}

fn gain(passed_ms: f64, constant_ms: f64) -> f64 {
    -(-passed_ms / constant_ms).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pattern: impl Fn(u32) -> f64, seconds: u32) -> Rate {
        let mut rate = Rate::new();
        for second in 0..seconds {
            let events = pattern(second);
            rate.observe(events, events.min(1.0), 1000.0);
        }
        rate
    }

    /// 0 or 1 with the given chance in 1000, the same in every run.
    fn coin(second: u32, per_mille: u64) -> f64 {
        let mixed = (u64::from(second) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        if (mixed >> 33) % 1000 < per_mille { 1.0 } else { 0.0 }
    }

    #[test]
    fn events_of_one_second_are_one_arrival() {
        let single = after(|second| coin(second, 200), 7200);
        assert!((0.1..0.3).contains(&single.arrivals()), "{}", single.arrivals());
        let many = after(|second| 9.0 * coin(second, 200), 7200);
        assert!((many.arrivals() - single.arrivals()).abs() < 1e-9);
        assert!((many.events() / single.events() - 9.0).abs() < 0.1);
    }

    #[test]
    fn bursts_of_many_seconds_are_discounted() {
        let clustered = after(|second| coin(second / 8, 200), 7200);
        let single = after(|second| coin(second, 200), 7200);
        assert!(clustered.dispersion.value() > 3.0 && single.dispersion.value() < 1.5, "{clustered:?} {single:?}");
    }

    #[test]
    fn a_falling_rate_is_followed_and_a_rising_one_believed_slowly() {
        let mut rate = after(|second| coin(second, 900), 3600);
        let busy = rate.arrivals_in_a_lull();
        for second in 0..300 {
            rate.observe(coin(second, 50), coin(second, 50), 1000.0);
        }
        let quiet = rate.arrivals_in_a_lull();
        assert!(quiet < 0.12 && busy > 0.8, "{busy} {quiet}");
        for second in 0..120 {
            rate.observe(1.0, 1.0, 1000.0);
            assert!(rate.arrivals_in_a_lull() <= busy, "{second}");
        }
        assert!(rate.arrivals() > rate.arrivals_in_a_lull());
    }

    #[test]
    fn little_data_proves_little() {
        assert_eq!(Rate::new().arrivals().to_bits(), 0f64.to_bits());
        assert!(after(|_| 1.0, 2).arrivals() < 0.05);
        assert!(after(|_| 1.0, 120).arrivals_in_a_lull() > 1.0);
    }
}
