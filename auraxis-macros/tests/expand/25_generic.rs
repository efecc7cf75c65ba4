use auraxis::prelude::*;

#[trigger(Death, VehicleDestroy, condition = |event| event.world_id() == Some(WorldId::SOLTECH))]
async fn log<E: std::fmt::Debug>(event: E, _: Client)
where
    E: Send,
{
    println!("{event:?}");
}
