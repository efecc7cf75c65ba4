//! Objects within the rows of characters.

use crate::{id::*, ps2::define::object, time::Timestamp};

object! {
    /// What a character is called. [`Display`](std::fmt::Display) writes it.
    Name {
        /// The name.
        first: Box<str> = OrEmpty,
        /// `first` in lower case; search this one.
        first_lower: Box<str> = OrEmpty,
    }

    /// A battle rank.
    BattleRank {
        /// How far it is to the next one, in percent.
        percent_to_next: Option<f64>,
        /// The rank.
        value: Option<u32>,
    }

    /// Certification points.
    Certs {
        /// Points that were earned.
        earned_points: Option<i64>,
        /// Points that were given.
        gifted_points: Option<i64>,
        /// Points that were spent.
        spent_points: Option<i64>,
        /// Points that can be spent.
        available_points: Option<i64>,
        /// How far it is to the next point, as a share of 1.
        percent_to_next: Option<f64>,
    }

    /// The bonus for ribbons earned today.
    DailyRibbon {
        /// How many ribbons count.
        count: Option<u32>,
        /// When that was.
        time: Option<Timestamp> = OrZero,
        /// `time` as a text, in UTC.
        date: Option<Box<str>>,
    }

    /// When a character was made, saved and played.
    Times {
        /// When it was made.
        creation: Option<Timestamp> = OrZero,
        /// `creation` as a text, in UTC.
        creation_date: Option<Box<str>>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as a text, in UTC.
        last_save_date: Option<Box<str>>,
        /// When it last logged in.
        last_login: Option<Timestamp> = OrZero,
        /// `last_login` as a text, in UTC.
        last_login_date: Option<Box<str>>,
        /// How often it logged in.
        login_count: Option<u32>,
        /// How long it played, in minutes.
        minutes_played: Option<u32>,
    }

    /// A friend of a character.
    Friend {
        /// Who it is.
        character_id: Option<CharacterId> = OrZero,
        /// When it last logged in.
        last_login_time: Option<Timestamp> = OrZero,
        /// 0 while offline, else the world.
        online: Option<u32>,
    }

    /// An item of a character.
    OwnedItem {
        /// The character.
        character_id: Option<CharacterId> = OrZero,
        /// The item.
        item_id: Option<ItemId> = OrZero,
    }

    /// How much of a currency a character has.
    CurrencyAmount {
        /// The currency.
        currency_id: Option<CurrencyId>,
        /// The name of the currency.
        currency_name: Option<Box<str>>,
        /// How much there is.
        quantity: Option<i64>,
        /// How many A.S.P. tokens there are.
        prestige_currency: Option<i64>,
    }
}
