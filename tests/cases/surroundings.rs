//! Programs that are started where little is there.

use tokio::process::Command;

use crate::process::{VARIABLES, example, run};

/// Runs a bot for a second by a shell, as `setup` has it, and with few words of its own.
fn within(setup: &str) -> Command {
    let bot = example("tally");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{setup} exec \"$0\" --sim --for 1s")]).arg(bot.as_std().get_program());
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).kill_on_drop(true);
    command
}

#[cfg(unix)]
#[tokio::test]
async fn a_bot_needs_little_around_it() {
    for (case, setup) in [
        ("an empty environment", ""),
        ("no standard input", "exec <&-;"),
        ("no standard input and no log", "exec <&- 2>&-;"),
        ("a directory that is gone", "d=$(mktemp -d); cd \"$d\"; rmdir \"$d\";"),
        ("few file descriptors", "ulimit -n 24;"),
        ("no HOME and no PATH", "unset HOME PATH TMPDIR;"),
    ] {
        let mut command = within(setup);
        if case == "an empty environment" {
            command.env_clear();
        }
        let end = run(command).await;
        assert_eq!(end.status.code(), Some(0), "{case}: {end:?}");
        assert!(end.stdout.contains("total "), "{case}: {end:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn too_few_file_descriptors_are_an_error_in_words() {
    let end = run(within("ulimit -n 5;")).await;
    assert_ne!(end.status.code(), Some(0), "{end:?}");
    assert!(!end.stderr.contains("panicked"), "{end:?}");
    assert!(end.stderr.contains("open files"), "{end:?}");
}
