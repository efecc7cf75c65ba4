//! Tests for triggers: sample events, a client without a connection, paused time, and a fake REST API.
//!
//! A test sends events, and checks what the triggers did with them:
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
//! # Checking what a handler does
//!
//! - [`TestClient::state`] returns a [`State`] that handlers change.
//! - [`Rest::asked`] returns the requests that they send to the REST API.
//! - [`Report::failures`] returns their errors and panics.
//!
//! What a handler prints cannot be checked: move it into a function that returns the text. For example, a program that
//! prints level-ups, and a test of its text:
//!
//! ```standalone_crate
//! use auraxis::{prelude::*, test::*};
//! use serde_json::json;
//!
//! /// Returns `None` for a player that the API does not know yet.
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
//! In [`paused`], as in `#[tokio::test(start_paused = true)]`, time stands still while there is work to do, and jumps
//! to the next timer when all tasks are waiting. [`TestClient::send`] waits for a millisecond, in which handlers run
//! unless they wait for longer. [`TestClient::advance`] waits for any time, and timers fire in order meanwhile. No test
//! really waits.
//!
//! [`State`]: crate::State

#[doc(inline)]
pub use auraxis_runtime::test::*;
