use auraxis::prelude::*;

async fn rank_up(event: BattleRankUp) -> auraxis::Result {
    println!("{:?} has reached BR {}!", event.character_id, event.battle_rank);
    Ok(())
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<BattleRankUp>::NEW.__kind(),
            )
            .on::<BattleRankUp>()
            .named("rank_up")
            .__action(|_| {
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
