use auraxis::prelude::*;

async fn rank_up(event: BattleRankUp) -> auraxis::Result {
    println!("{:?} has reached BR {}!", event.character_id, event.battle_rank);
    Ok(())
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(
                ::auraxis::__private::First::<BattleRankUp>::NEW.__look(),
            )
            .on::<BattleRankUp>()
            .named("rank_up")
            .action_with(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<
                        auraxis::Result,
                        _,
                    >(rank_up(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("rank_up", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
