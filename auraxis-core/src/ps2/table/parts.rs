//! Objects within the rows of characters.

use crate::{id::*, ps2::define::object, time::Timestamp};

object! {
    /// The name of a character. [`Display`](std::fmt::Display) writes it.
    Name {
        /// The name.
        first: Box<str> = OrEmpty,
        /// `first` in lower case; search this one.
        first_lower: Box<str> = OrEmpty,
    }

    /// A battle rank.
    BattleRank {
        /// The progress to the next rank, in percent.
        percent_to_next: Option<f64>,
        /// The rank.
        value: Option<u32>,
    }

    /// Certification points.
    Certs {
        /// Points that were earned.
        earned_points: Option<i64>,
        /// Points that were granted.
        gifted_points: Option<i64>,
        /// Points that were spent.
        spent_points: Option<i64>,
        /// Points that can be spent.
        available_points: Option<i64>,
        /// The progress to the next point, from 0 to 1.
        percent_to_next: Option<f64>,
    }

    /// The bonus for ribbons earned today.
    DailyRibbon {
        /// The number of ribbons.
        count: Option<u32>,
        /// When they were earned.
        time: Option<Timestamp> = OrZero,
        /// `time` as text, in UTC.
        date: Option<Box<str>>,
    }

    /// When a character was created, saved and played.
    Times {
        /// When it was created.
        creation: Option<Timestamp> = OrZero,
        /// `creation` as text, in UTC.
        creation_date: Option<Box<str>>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
        /// When it last logged in.
        last_login: Option<Timestamp> = OrZero,
        /// `last_login` as text, in UTC.
        last_login_date: Option<Box<str>>,
        /// The number of logins.
        login_count: Option<u32>,
        /// The play time, in minutes.
        minutes_played: Option<u32>,
    }

    /// A friend of a character.
    Friend {
        /// The friend.
        character_id: Option<CharacterId> = OrZero,
        /// When it last logged in.
        last_login_time: Option<Timestamp> = OrZero,
        /// 0 if offline, otherwise the world.
        online: Option<u32>,
    }

    /// An item of a character.
    OwnedItem {
        /// The character.
        character_id: Option<CharacterId> = OrZero,
        /// The item.
        item_id: Option<ItemId> = OrZero,
    }

    /// The amount of a currency that a character owns.
    CurrencyAmount {
        /// The currency.
        currency_id: Option<CurrencyId>,
        /// The name of the currency.
        currency_name: Option<Box<str>>,
        /// The amount.
        quantity: Option<i64>,
        /// The number of A.S.P. tokens.
        prestige_currency: Option<i64>,
    }
}
