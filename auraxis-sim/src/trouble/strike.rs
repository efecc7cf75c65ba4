//! A fault, and whom it hits.

use std::{fmt, str::FromStr};

use super::{
    fault::{Fault, Reach},
    form::Misread,
};

impl Fault {
    /// The same, for these links only. Faults that are not about links are the same for all of them.
    #[must_use]
    pub const fn on(self, links: Links) -> Strike {
        Strike { fault: self, links }
    }
}

/// Which links a fault hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// All that are open.
    #[default]
    Every,
    /// One of those that are open, by chance.
    One,
    /// The one that has been open for the longest, for 1; the next for 2, and so on.
    Nth(u32),
}

/// A fault and whom it hits. Made by [`Fault::on`]; a fault alone hits every link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    pub(crate) fault: Fault,
    pub(crate) links: Links,
}

impl From<Fault> for Strike {
    fn from(fault: Fault) -> Self {
        fault.on(Links::Every)
    }
}

impl FromStr for Strike {
    type Err = Misread;

    /// Reads a fault, perhaps with `on every link`, `on one link` or `on link 2` after it.
    fn from_str(text: &str) -> Result<Self, Misread> {
        let Some((fault, links)) = text.rsplit_once(" on ") else { return Ok(text.parse::<Fault>()?.into()) };
        let fault: Fault = fault.parse()?;
        let nth = || links.trim().strip_prefix("link ")?.trim().parse().ok().filter(|nth| *nth > 0).map(Links::Nth);
        let links = match links.trim() {
            "every link" => Links::Every,
            "one link" => Links::One,
            _ => nth().ok_or_else(|| {
                Misread(format!("`on {links}` is no place; write `on every link`, `on one link` or `on link 2`"))
            })?,
        };
        if fault.reach() != Reach::Link && fault != Fault::Anything {
            return Err(Misread(format!("`{fault}` is the same for all links; leave `on …` out")));
        }
        Ok(fault.on(links))
    }
}

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.links {
            Links::Every => self.fault.fmt(f),
            Links::One => write!(f, "{} on one link", self.fault),
            Links::Nth(nth) => write!(f, "{} on link {nth}", self.fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_as_it_is_written() {
        for form in Fault::forms() {
            let fault: Fault = form.example.parse().unwrap();
            assert_eq!((fault.to_string().as_str(), fault.expected()), (form.example, form.expected));
        }
        assert_eq!("duplicate next 3".parse(), Ok(Fault::Duplicate { next: 3, after: 0 }));
        assert_eq!("reset on one link".parse(), Ok(Fault::Reset.on(Links::One)));
        assert_eq!(" garbage  2  on link 3 ".parse(), Ok(Fault::Garbage { frames: 2 }.on(Links::Nth(3))));
        let strike = Fault::Cut.on(Links::Nth(2));
        assert_eq!(strike.to_string().parse(), Ok(strike));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_to_write() {
        let said = |text: &str| text.parse::<Strike>().unwrap_err().to_string();
        assert_eq!(
            said("silence world 40"),
            "`silence world 40` is no fault; write it like `silence world 40 for 20s` or `silence link for 20s`"
        );
        assert!(said("slience world 40 for 20s").starts_with("no fault begins with `slience`; there are: anything, c"));
        assert_eq!(
            said("reset on link 0"),
            "`on link 0` is no place; write `on every link`, `on one link` or `on link 2`"
        );
        assert_eq!(said("unknown event on one link"), "`unknown event` is the same for all links; leave `on …` out");
    }
}
