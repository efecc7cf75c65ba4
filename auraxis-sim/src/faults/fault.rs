//! The table of all faults.

use std::{fmt, time::Duration};

use auraxis_core::id::{CharacterId, WorldId};

use super::{
    fault_info::{FaultInfo, Scope},
    odd_value::OddValue,
    script_value::ScriptValue,
};
use crate::rest_fault::RestFault;

faults! {
    /// Each of the next experience events happens twice in the same second: two equal frames for two events.
    Server Twin {
        /// The number of events.
        next: u32
    } = ["twin next" next];
        "twin next 3";
        "delivers both, since both happened";

    /// The next events have timestamps in the future.
    Server Future {
        /// The number of events.
        next: u32,
        /// The distance from the correct timestamp.
        by: Duration
    } = ["future next" next "by" by];
        "future next 2 by 5s";
        "delivers them, and does not adjust its clock to them";

    /// An event of an unknown kind happens. It names no character.
    Server UnknownEvent = ["unknown event"];
        "unknown event";
        "delivers it as an unknown event";

    /// The next events have an unknown field.
    Server UnknownField {
        /// The number of events.
        next: u32
    } = ["unknown field next" next];
        "unknown field next 3";
        "delivers them, including the field";

    /// The next events have an odd value in one numeric field, a different field each time. The value is `-1`, `empty`,
    /// `float`, `huge`, `null` or `doubled` (the key occurs twice).
    Server OddValue {
        /// The value.
        value: OddValue,
        /// The number of events.
        next: u32
    } = ["odd value" value "next" next];
        "odd value null next 3";
        "delivers each, at least as an unknown event, and counts the odd values";

    /// Events and heartbeats look like those on PlayStation: some team ids are missing, and one endpoint serves five
    /// worlds.
    Server Ps4 {
        /// How long.
        duration: Duration
    } = ["ps4 for" duration];
        "ps4 for 20s";
        "delivers events without team ids, and parses all five ids of the endpoint";

    /// No events of a world are sent, although the world is reported online.
    Server SilenceWorld {
        /// The world.
        world: WorldId,
        /// How long.
        duration: Duration
    } = ["silence world" world "for" duration];
        "silence world 40 for 20s";
        "notices that one world is silent, and reports a gap of this world";

    /// A world goes down and comes up again. Both are announced and shown in heartbeats, and no events are sent in
    /// between.
    Server Down {
        /// The world.
        world: WorldId,
        /// How long.
        duration: Duration
    } = ["down world" world "for" duration];
        "down world 10 for 20s";
        "reports the world as down, then as up, and reports no gap";

    /// New connections are refused with this HTTP status.
    Server Refuse {
        /// The HTTP status, such as 403 or 503.
        status: u16,
        /// How long.
        duration: Duration
    } = ["refuse" status "for" duration];
        "refuse 503 for 10s";
        "reports the status, and retries with increasing delays; after 403 only if it was connected before";

    /// Only the next new connection is refused with this HTTP status.
    Server RefuseNext {
        /// The HTTP status.
        status: u16
    } = ["refuse next" status];
        "refuse next 403";
        "reports the status, and retries; after 403 only if it was connected before";

    /// New connections are refused with HTTP status 503 and a `Retry-After` header.
    Server Busy {
        /// How long.
        duration: Duration,
        /// The delay in the header, in whole seconds, rounded up.
        retry_after: Duration
    } = ["busy for" duration "retry after" retry_after];
        "busy for 10s retry after 3s";
        "reports the status, and retries after the delay in the header";

    /// New connections are answered with HTTP status 302 and this `Location` header.
    Server Redirect {
        /// How long.
        duration: Duration,
        /// The value of the header.
        location: String
    } = ["redirect for" duration "to" location];
        "redirect for 10s to http://127.0.0.1:9/elsewhere";
        "reports the redirect and its location, and retries";

    /// New connections are accepted and immediately closed, before the first frame.
    Server Flap {
        /// How long.
        duration: Duration
    } = ["flap for" duration];
        "flap for 10s";
        "does not report itself as connected, and retries with increasing delays";

    /// The next events are sent twice, the second time after some others; `after …` is optional.
    Link Duplicate {
        /// The number of events.
        next: u32,
        /// The number of events in between.
        after: u32
    } = ["duplicate next" next "after" after] or "after 0";
        "duplicate next 3 after 2";
        "delivers each of them once";

    /// The next events are sent after events that happened later; `by …` is optional. Of two consecutive events only
    /// the first is moved.
    Link Reorder {
        /// The number of events.
        next: u32,
        /// The number of later events that are sent first.
        by: u32
    } = ["reorder next" next "by" by] or "by 1";
        "reorder next 3 by 2";
        "delivers all of them, and can restore their order";

    /// The next events are sent late, after others with later timestamps.
    Link Late {
        /// The number of events.
        next: u32,
        /// The delay.
        by: Duration
    } = ["late next" next "by" by];
        "late next 3 by 1s";
        "delivers all of them";

    /// All frames are delayed, in order.
    Link Delay {
        /// The delay.
        by: Duration,
        /// How long.
        duration: Duration
    } = ["delay by" by "for" duration];
        "delay by 3s for 20s";
        "delivers everything, and reports the lag";

    /// Nothing is sent over an open connection: no events, echoes or heartbeats. Pings are answered.
    Link Silence {
        /// How long.
        duration: Duration
    } = ["silence link for" duration];
        "silence link for 20s";
        "notices, reconnects, and reports the gap";

    /// No heartbeats are sent. Everything else is sent as usual.
    Link StopHeartbeats {
        /// How long.
        duration: Duration
    } = ["stop heartbeats for" duration];
        "stop heartbeats for 1m";
        "delivers every event";

    /// The server forgets one event name of the subscription.
    Link ForgetEvent {
        /// The name, as it was subscribed.
        name: String
    } = ["forget event" name];
        "forget event Death";
        "notices when it verifies its subscription, restores it, and reports the gap";

    /// The server forgets one world of the subscription.
    Link ForgetWorld {
        /// The world.
        world: WorldId
    } = ["forget world" world];
        "forget world 40";
        "notices when it verifies its subscription, restores it, and reports the gap";

    /// The server forgets one character of the subscription.
    Link ForgetCharacter {
        /// The character.
        character: CharacterId
    } = ["forget character" character];
        "forget character 5428010618015189713";
        "notices when it verifies its subscription, restores it, and reports the gap";

    /// The server forgets the whole subscription.
    Link ForgetEverything = ["forget everything"];
        "forget everything";
        "notices when it verifies its subscription, restores it, and reports the gap";

    /// Invalid frames are sent: half a frame, text that is not JSON, JSON that is not an object, binary.
    Link Garbage {
        /// The number of frames.
        frames: u32
    } = ["garbage" frames];
        "garbage 5";
        "reports them, and continues";

    /// Bytes are sent slowly, so frames arrive in pieces.
    Link Slow {
        /// Bytes per second.
        bytes_per_second: u32,
        /// How long.
        duration: Duration
    } = ["slow to" bytes_per_second "bytes/s for" duration];
        "slow to 2000 bytes/s for 10s";
        "delivers everything, and reports the lag";

    /// The server reads nothing, and sends events as usual. Its receive buffer is small, so large commands block.
    Link Deaf {
        /// How long.
        duration: Duration
    } = ["deaf for" duration];
        "deaf for 10s";
        "delivers every event even while its commands are blocked, and verifies its subscription later";

    /// The connection is half open: the server neither reads nor sends anything, not even answers to pings.
    Link Freeze {
        /// How long.
        duration: Duration
    } = ["freeze for" duration];
        "freeze for 30s";
        "notices even while its commands are blocked, reconnects, and reports the gap";

    /// The connection is reset. Data in flight is lost.
    Link Reset = ["reset"];
        "reset";
        "reconnects, subscribes again, and reports the gap";

    /// The connection is closed without a close frame.
    Link Cut = ["cut"];
        "cut";
        "reconnects, subscribes again, and reports the gap";

    /// The connection is closed with a close frame.
    Link Close {
        /// The code of the close frame.
        code: u16
    } = ["close" code];
        "close 1001";
        "reconnects, subscribes again, and reports the gap";

    /// The connection is closed with a close frame that contains a reason of at most 123 bytes.
    Link CloseWithReason {
        /// The code of the close frame.
        code: u16,
        /// The reason in the close frame.
        reason: String
    } = ["close" code "because" (reason)];
        "close 1012 because service restart";
        "reports the reason, reconnects, subscribes again, and reports the gap";

    /// All REST requests fail in this way: `service-unavailable`, `status:503`, `not-json`, `wrong-type`,
    /// `maintenance`, `bad-request`, `no-data`, `hang:5s`, `stall:5s`, `half-body` or `reset`.
    Server Rest {
        /// How the requests fail.
        fault: RestFault,
        /// How long.
        duration: Duration
    } = ["rest" fault "for" duration];
        "rest status:503 for 20s";
        "retries, times out, and reports the response";

    /// The next REST requests fail in this way.
    Server RestNext {
        /// How the requests fail.
        fault: RestFault,
        /// The number of requests.
        next: u32
    } = ["rest" fault "next" next];
        "rest hang:5s next 2";
        "retries, times out, and reports the response";

    /// Any other fault, chosen at random.
    Server Anything = ["anything"];
        "anything";
        "does what that fault requires";
}
