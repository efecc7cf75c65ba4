//! Tests for triggers: events made up, a client without a connection, time that a test makes pass, and a REST API that
//! knows what a test tells it.
//!
//! A test sends events and looks at what became of them:
//!
//! ```standalone_crate
//! use auraxis::{prelude::*, test::*};
//!
//! #[trigger(Death, condition = |death| death.is_headshot)]
//! fn on_headshot(_: Death) {}
//!
//! # /*
//! #[test]
//! # */
//! fn only_headshots_count() {
//!     paused(async {
//!         let bot = TestClient::start(Client::builder().registered()).await;
//!         assert_eq!(bot.send(Death::sample()).await.ran(), [] as [&str; 0]);
//!         assert_eq!(bot.send(Death::sample().with(|death| death.is_headshot = true)).await.ran(), ["on_headshot"]);
//!     });
//! }
//! # only_headshots_count();
//! ```
//!
//! # What a handler does
//!
//! What a trigger leaves in a [`State`] can be looked at with [`TestClient::state`], what it asks of REST with
//! [`Rest::asked`], what it returns as an error in the [`Report`]. What it prints cannot; so put what is worth a test
//! into a function that returns it. The program that prints level-ups then has a test of its text:
//!
//! ```standalone_crate
//! use auraxis::{prelude::*, test::*};
//! use serde_json::json;
//!
//! /// What there is to say; nothing about a player whom the API does not know yet.
//! async fn announcement(event: &BattleRankUp, client: &Client) -> auraxis::Result<Option<String>> {
//!     let Some(character) = client.get_by_id::<Character>(event.character_id).await? else { return Ok(None) };
//!     Ok(Some(format!("{} has reached BR {}!", character.name_long(client).await?, event.battle_rank)))
//! }
//!
//! #[trigger(BattleRankUp)]
//! async fn print_levelup(event: BattleRankUp, client: Client) -> auraxis::Result {
//!     println!("{}", announcement(&event, &client).await?.as_deref().unwrap_or("Skipping anonymous player"));
//!     Ok(())
//! }
//!
//! # /*
//! #[test]
//! # */
//! fn a_levelup_is_announced_with_the_title_before_the_name() {
//!     paused(async {
//!         let bot = TestClient::start(Client::builder().registered()).await;
//!         let levelup = BattleRankUp::sample().with(|event| event.character_id = CharacterId(5));
//!         assert_eq!(announcement(&levelup, &bot).await.unwrap(), None);
//!
//!         let rest = bot.rest();
//!         rest.add::<Character>(json!({ "character_id": 5, "name": { "first": "Higby" }, "title_id": 7 }));
//!         rest.add::<auraxis::ps2::Title>(json!({ "title_id": 7, "name": { "en": "Lieutenant" } }));
//!         let text = announcement(&levelup, &bot).await.unwrap();
//!         assert_eq!(text.as_deref(), Some("Lieutenant Higby has reached BR 42!"));
//!
//!         assert_eq!(bot.send(levelup).await.ran(), ["print_levelup"]);
//!     });
//! }
//! # a_levelup_is_announced_with_the_title_before_the_name();
//! ```
//!
//! # Time
//!
//! In [`paused`], as in `#[tokio::test(start_paused = true)]`, time stands while there is work to do and passes only
//! when a test says so: [`TestClient::send`] lets a millisecond pass, in which everything is done that does not have to
//! wait for longer, and [`TestClient::advance`] as much as is wanted, with each timer in its turn. No test waits really.
//!
//! [`State`]: crate::State

#[doc(inline)]
pub use auraxis_runtime::test::*;
