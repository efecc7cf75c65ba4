//! The binary: its output and exit codes.
#![cfg(unix)]

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{self, Command, Stdio},
};

fn sim() -> Command {
    Command::new(env!("CARGO_BIN_EXE_auraxis-sim"))
}

#[test]
fn it_prints_both_addresses_and_exits_successfully_on_sigterm() {
    let mut child = sim().args(["--port", "0", "--rate", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines: Vec<_> = stdout.by_ref().take(5).map(Result::unwrap).collect();
    let text = lines.join("\n");
    let (_, after) = text.split_once("http://127.0.0.1:").unwrap();
    let port: String = after.chars().take_while(char::is_ascii_digit).collect();
    assert!(text.contains(&format!("ws://127.0.0.1:{port}/streaming")), "{text}");
    assert!(text.contains("AURAXIS_ESS_URL=ws://") && text.contains("AURAXIS_REST_URL=http://"), "{text}");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_port_in_use_is_reported() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = sim().args(["--port", &port]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr,
        format!(
            "cannot start the simulator: port {port} is in use; choose another with `--port`, or 0 for any free port\n"
        )
    );
}

#[test]
fn an_invalid_rate_is_refused() {
    let output = sim().args(["--rate", "-1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = sim().args(["--rate=-1"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("expected a number of events per second, 0 or more"));
}

#[test]
fn an_error_in_a_script_is_reported_with_its_line() {
    let path = env::temp_dir().join(format!("auraxis-sim-faults-{}.txt", process::id()));
    fs::write(&path, "at 1s reset\nat 2s silence world 40\n").unwrap();
    let output = sim().args(["--port", "0", "--faults"]).arg(&path).output().unwrap();
    fs::remove_file(&path).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr.contains("`: line 2: `silence world 40` is not a fault; write, for example, `silence world 40 for 20s`"),
        "{stderr}"
    );
}

#[test]
fn a_client_is_scored_against_the_truth() {
    let folder = env::temp_dir();
    let [truth, got] = ["truth", "got"].map(|name| folder.join(format!("auraxis-sim-{name}-{}", process::id())));
    let frame = |amount: u32| {
        let payload =
            format!(r#"{{"amount":"{amount}","event_name":"GainExperience","timestamp":"5","world_id":"1"}}"#);
        format!(r#"{{"payload":{payload},"service":"event","type":"serviceMessage"}}"#)
    };
    let event = |number: u32| {
        let frame = frame(number).replace('"', "\\\"");
        format!(r#"{{"is":"event","at_ms":0,"number":{number},"links":[0],"frame":"{frame}"}}"#)
    };
    let closed = r#"{"is":"closed","at_ms":9000,"link":0,"why":"left"}"#;
    fs::write(&truth, format!("{}\n{}\n{closed}\n", event(1), event(2))).unwrap();
    let score = |frames: &[u32]| {
        fs::write(&got, frames.iter().map(|amount| frame(*amount) + "\n").collect::<String>()).unwrap();
        let output = sim().arg("score").arg("--truth").arg(&truth).arg("--got").arg(&got).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, stdout) = score(&[1, 2]);
    assert_eq!(code, Some(0), "{stdout}");
    let (code, stdout) = score(&[1]);
    assert!(code == Some(1) && stdout.ends_with("first missing event: 2\n"), "{stdout}");
    for path in [truth, got] {
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn every_fault_is_listed() {
    let output = sim().arg("faults").output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("silence world 40 for 20s\n    No events of a world are sent, although"), "{stdout}");
}
