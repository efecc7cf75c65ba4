//! A fault and the links that it affects.

use std::{fmt, str::FromStr};

use super::{fault::Fault, fault_info::Scope, parse::ParseFaultError};

impl Fault {
    /// Limits the fault to these links. Faults of the whole simulator ignore it.
    #[must_use]
    pub const fn on(self, links: Links) -> Injection {
        Injection { fault: self, links }
    }
}

/// The links that a fault affects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Every open link.
    #[default]
    Every,
    /// A random open link.
    One,
    /// The nth open link, counted from 1 in the order in which the links were opened.
    Nth(u32),
}

/// A fault and the links that it affects. Created by [`Fault::on`], or from a [`Fault`] for every link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    pub(crate) fault: Fault,
    pub(crate) links: Links,
}

impl From<Fault> for Injection {
    fn from(fault: Fault) -> Self {
        fault.on(Links::Every)
    }
}

impl FromStr for Injection {
    type Err = ParseFaultError;

    /// Parses a fault, optionally followed by `on every link`, `on one link` or `on link 2`.
    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let Some((fault, links)) = text.rsplit_once(" on ") else { return Ok(text.parse::<Fault>()?.into()) };
        let nth = || links.trim().strip_prefix("link ")?.trim().parse().ok().filter(|nth| *nth > 0).map(Links::Nth);
        let links = match links.trim() {
            "every link" => Some(Links::Every),
            "one link" => Some(Links::One),
            _ => nth(),
        };
        let Some(links) = links else {
            // The reason of a close frame can contain the word `on`.
            let unknown =
                format!("unknown links in `{text}`; end it with `on every link`, `on one link` or `on link 2`");
            return text.parse::<Fault>().map(Self::from).map_err(|_| ParseFaultError(unknown));
        };
        let fault: Fault = fault.parse()?;
        if fault.scope() != Scope::Link && fault != Fault::Anything {
            return Err(ParseFaultError(format!("`{fault}` affects the whole simulator; remove `on …`")));
        }
        Ok(fault.on(links))
    }
}

impl fmt::Display for Injection {
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
    fn every_fault_is_parsed_as_it_is_displayed() {
        for info in Fault::catalog() {
            let fault: Fault = info.example.parse().unwrap();
            assert_eq!((fault.to_string().as_str(), fault.expected()), (info.example, info.expected));
        }
        assert_eq!("duplicate next 3".parse(), Ok(Fault::Duplicate { next: 3, after: 0 }));
        assert_eq!("reset on one link".parse(), Ok(Fault::Reset.on(Links::One)));
        assert_eq!(" garbage  2  on link 3 ".parse(), Ok(Fault::Garbage { frames: 2 }.on(Links::Nth(3))));
        let injection = Fault::Cut.on(Links::Nth(2));
        assert_eq!(injection.to_string().parse(), Ok(injection));
        let close = |reason: &str| Fault::CloseWithReason { code: 1012, reason: reason.to_owned() };
        assert_eq!("close 1012 because of work on node 3".parse(), Ok(Injection::from(close("of work on node 3"))));
        assert_eq!("close 1012 because of  work on one link".parse(), Ok(close("of work").on(Links::One)));
    }

    #[test]
    fn errors_suggest_what_to_write() {
        let message = |text: &str| text.parse::<Injection>().unwrap_err().to_string();
        assert_eq!(
            message("silence world 40"),
            "`silence world 40` is not a fault; write, for example, `silence world 40 for 20s` or `silence link for 20s`"
        );
        assert!(
            message("slience world 40 for 20s")
                .starts_with("no fault begins with `slience`; the first word must be one of anything, b")
        );
        assert_eq!(
            message("reset on link 0"),
            "unknown links in `reset on link 0`; end it with `on every link`, `on one link` or `on link 2`"
        );
        assert_eq!(message("unknown event on one link"), "`unknown event` affects the whole simulator; remove `on …`");
    }
}
