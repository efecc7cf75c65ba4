use auraxis::prelude::*;

#[trigger(Death, blocking)]
fn write_down(death: Death, _: Client) -> std::io::Result<()> {
    let line = format!("{:?}\n", death.character_id);
    std::fs::write(std::env::temp_dir().join("last-death"), line)
}
