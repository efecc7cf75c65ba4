//! The table of everything that can go wrong with the stream.

use std::{fmt, time::Duration};

use auraxis_core::id::{CharacterId, WorldId};

use super::{Form, word::Word};

/// What a fault is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To what happens in the war; so everybody gets it, and it is true.
    Tale,
    /// To all links alike.
    Stream,
    /// To single links.
    Link,
}

/// Reads, writes or skips one part of a phrase: some words, or a field.
macro_rules! part {
    (read $words:ident $literal:literal) => {
        for word in $literal.split(' ') {
            if $words.next() != Some(word) {
                return None;
            }
        }
    };
    (read $words:ident $field:ident) => {
        let $field = Word::read($words.next()?)?;
    };
    (write $words:ident $literal:literal) => {
        $words.push($literal.to_owned());
    };
    (write $words:ident $field:ident) => {
        $words.push(Word::write($field));
    };
}

macro_rules! faults {
    ($(
        $(#[doc = $doc:literal])+
        $reach:ident $name:ident $({ $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty),+ })?
            = [$($part:tt)+] $(or $tail:literal)?;
            $example:literal;
            $expected:literal;
    )+) => {
        /// Something that goes wrong with the stream.
        ///
        /// Each has its words in a [`Script`](super::Script); [`Display`](fmt::Display) writes them and
        /// [`FromStr`](std::str::FromStr) reads them.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Fault {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\n`", $example, "`")]
                $name $({ $($(#[doc = $field_doc])+ $field: $type),+ })?,
            )+
        }

        impl Fault {
            pub(crate) const fn reach(&self) -> Reach {
                match self {
                    $( Self::$name { .. } => Reach::$reach, )+
                }
            }

            /// What a perfect client makes of it.
            #[must_use]
            pub const fn expected(&self) -> &'static str {
                match self {
                    $( Self::$name { .. } => $expected, )+
                }
            }
        }

        pub(super) const FORMS: &[Form] = &[
            $( Form {
                example: $example,
                about: concat!($($doc),+),
                expected: $expected,
                tail: concat!($($tail)?),
                read: |text| {
                    let mut words = text.split_whitespace();
                    $( part!(read words $part); )+
                    words.next().is_none().then_some(Fault::$name $({ $($field),+ })?)
                },
            }, )+
        ];

        impl fmt::Display for Fault {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut words = Vec::new();
                match self {
                    $( Self::$name $({ $($field),+ })? => { $( part!(write words $part); )+ } )+
                }
                f.write_str(&words.join(" "))
            }
        }
    };
}

faults! {
    /// Of the next experience events, each happens twice within its second: two equal frames that are two events.
    Tale Twin {
        /// So many events.
        next: u32
    } = ["twin next" next];
        "twin next 3";
        "delivers both: they are equal, and both happened";

    /// The next events carry timestamps from the future.
    Tale Future {
        /// So many events.
        next: u32,
        /// So far from now.
        by: Duration
    } = ["future next" next "by" by];
        "future next 2 by 5s";
        "delivers them, and takes their timestamps for no clock";

    /// An event happens that no client knows yet, without a character.
    Tale UnknownEvent = ["unknown event"];
        "unknown event";
        "delivers it as an event that it does not know";

    /// The next events have a field that no client knows yet.
    Tale UnknownField {
        /// So many events.
        next: u32
    } = ["unknown field next" next];
        "unknown field next 3";
        "delivers them, the field included";

    /// Events look as they do on the PlayStation: some team ids are missing. Heartbeats name an endpoint with five ids.
    Tale Ps4 {
        /// How long.
        lasting: Duration
    } = ["ps4 for" lasting];
        "ps4 for 20s";
        "delivers the events without team ids, and reads all five ids of the endpoint";

    /// Nothing of a world is sent to anybody, while it is reported online.
    Stream SilenceWorld {
        /// Which.
        world: WorldId,
        /// How long.
        lasting: Duration
    } = ["silence world" world "for" lasting];
        "silence world 40 for 20s";
        "notices that the world is silent although others are not, and reports a gap of this world";

    /// A world goes down and comes up again: this is announced, heartbeats say it, and in between there are no events.
    Stream Down {
        /// Which.
        world: WorldId,
        /// How long.
        lasting: Duration
    } = ["down world" world "for" lasting];
        "down world 10 for 20s";
        "reports the world as down, then as up, and takes it for no gap of its own";

    /// Whoever wants to connect is answered with this status of HTTP.
    Stream Refuse {
        /// The status: 403, 503, …
        status: u16,
        /// How long.
        lasting: Duration
    } = ["refuse" status "for" lasting];
        "refuse 503 for 10s";
        "says what was answered; tries again later and later, unless it was 403";

    /// The next events are sent twice, the second time after some others; `after …` may be left out.
    Link Duplicate {
        /// So many events.
        next: u32,
        /// So many others come in between.
        after: u32
    } = ["duplicate next" next "after" after] or "after 0";
        "duplicate next 3 after 2";
        "delivers each of them once";

    /// The next events come after events that happened later; `by …` may be left out. Of two neighbours only the first
    /// is moved.
    Link Reorder {
        /// So many events.
        next: u32,
        /// So many later events come first.
        by: u32
    } = ["reorder next" next "by" by] or "by 1";
        "reorder next 3 by 2";
        "delivers all of them, and may restore their order";

    /// The next events come late, with timestamps older than those of their neighbours.
    Link Late {
        /// So many events.
        next: u32,
        /// So late.
        by: Duration
    } = ["late next" next "by" by];
        "late next 3 by 1s";
        "delivers all of them, late or not";

    /// Everything comes late, in order.
    Link Delay {
        /// So late.
        by: Duration,
        /// How long.
        lasting: Duration
    } = ["delay by" by "for" lasting];
        "delay by 3s for 20s";
        "delivers everything, and reports that the stream lags";

    /// The connection stays up, and nothing is sent: no event, no echo, no heartbeat. Pings are answered.
    Link Silence {
        /// How long.
        lasting: Duration
    } = ["silence link for" lasting];
        "silence link for 20s";
        "notices, connects anew, and reports the gap";

    /// Heartbeats stop. Everything else goes on.
    Link StopHeartbeats {
        /// How long.
        lasting: Duration
    } = ["stop heartbeats for" lasting];
        "stop heartbeats for 1m";
        "delivers every event";

    /// One name is taken from the subscription behind the client's back.
    Link ForgetEvent {
        /// The name, as it was subscribed.
        name: String
    } = ["forget event" name];
        "forget event Death";
        "finds by asking that its subscription is another, restores it, and reports the gap";

    /// One world is taken from the subscription behind the client's back.
    Link ForgetWorld {
        /// Which.
        world: WorldId
    } = ["forget world" world];
        "forget world 40";
        "finds by asking that its subscription is another, restores it, and reports the gap";

    /// One character is taken from the subscription behind the client's back.
    Link ForgetCharacter {
        /// Which.
        character: CharacterId
    } = ["forget character" character];
        "forget character 5428010618015189713";
        "finds by asking that its subscription is another, restores it, and reports the gap";

    /// The whole subscription is forgotten behind the client's back.
    Link ForgetEverything = ["forget everything"];
        "forget everything";
        "finds by asking that its subscription is empty, restores it, and reports the gap";

    /// Frames are sent that are none: half a frame, no JSON, no object, binary.
    Link Garbage {
        /// So many frames.
        frames: u32
    } = ["garbage" frames];
        "garbage 5";
        "reports them, and goes on";

    /// Bytes trickle, so frames come in pieces.
    Link Slow {
        /// So many bytes a second.
        bytes: u32,
        /// How long.
        lasting: Duration
    } = ["slow to" bytes "bytes/s for" lasting];
        "slow to 2000 bytes/s for 10s";
        "delivers everything, later";

    /// Commands are not read. Events come as before.
    Link Deaf {
        /// How long.
        lasting: Duration
    } = ["deaf for" lasting];
        "deaf for 10s";
        "delivers every event, and asks again for an echo that does not come";

    /// The link is half open: nothing is read and nothing is written, not even answers to pings.
    Link Freeze {
        /// How long.
        lasting: Duration
    } = ["freeze for" lasting];
        "freeze for 30s";
        "notices, connects anew, and reports the gap";

    /// The connection is reset. What was under way is lost.
    Link Reset = ["reset"];
        "reset";
        "connects anew, subscribes again, and reports the gap";

    /// The connection ends without a close frame.
    Link Cut = ["cut"];
        "cut";
        "connects anew, subscribes again, and reports the gap";

    /// The connection is closed in good order.
    Link Close {
        /// The code of the close frame.
        code: u16
    } = ["close" code];
        "close 1001";
        "connects anew, subscribes again, and reports the gap";

    /// Some other fault, by chance.
    Stream Anything = ["anything"];
        "anything";
        "as of the fault that it turns out to be";
}
