//! A PostgreSQL server for a test, in a temporary folder, on a Unix socket.

use std::{
    env, fs,
    io::{self, Write as _},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Once,
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::sleep;
use tokio_postgres::NoTls;

use crate::common::within;

/// If this variable is set, tests that cannot run fail.
const NO_SKIPS: &str = "AURAXIS_NO_SKIPS";

/// A server without data. Dropping it stops it.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    server: Option<Child>,
}

impl Postgres {
    /// Starts a server. Returns `None` if PostgreSQL is not installed.
    pub(crate) async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skip();
            return None;
        };
        let folder = tempfile::Builder::new().prefix("auraxis-").tempdir().unwrap();
        if let Some((user, group)) = other_user() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let mut postgres = Self { programs, folder, server: None };
        let mut initdb = postgres.program("initdb");
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        let output = initdb.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        postgres.resume().await;
        Some(postgres)
    }

    /// Starts the server again.
    pub(crate) async fn resume(&mut self) {
        let mut server = self.program("postgres");
        server.args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"]).arg(self.folder.path());
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        self.server = Some(server.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        within(async {
            while self.connect().await.is_err() {
                sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
    }

    /// Stops the server, which closes its connections.
    pub(crate) fn pause(&mut self) {
        self.stop("-INT");
    }

    /// What a program connects to.
    pub(crate) fn url(&self) -> String {
        format!("host={} user=postgres dbname=postgres", self.folder.path().display())
    }

    /// Returns the only value of a query.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        self.connect().await.unwrap().query_one(query, &[]).await.unwrap().get(0)
    }

    async fn connect(&self) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// One of PostgreSQL's programs, which refuse to run as root.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).env("PGDATA", self.folder.path().join("data")).stdin(Stdio::null());
        if let Some((user, group)) = other_user() {
            command.uid(user).gid(group);
        }
        command
    }

    fn stop(&mut self, signal: &str) {
        if let Some(mut server) = self.server.take() {
            let _ = Command::new("kill").args([signal, &server.id().to_string()]).status();
            let _ = server.wait();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop("-QUIT");
    }
}

/// Reports once that tests are skipped.
fn skip() {
    static ONCE: Once = Once::new();

    assert!(env::var_os(NO_SKIPS).is_none(), "PostgreSQL is not installed, and `{NO_SKIPS}` is set");
    // Unlike `println!`, this is shown if the test passes.
    let mut stderr = io::stderr();
    ONCE.call_once(|| writeln!(stderr, "skipped: PostgreSQL 15 or newer is not installed").unwrap());
}

/// The folder of the programs. Debian does not put it in the path.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let mut folders = env::split_paths(&path).chain(debian);
    folders.find(|folder| is_new(folder))
}

fn is_new(folder: &Path) -> bool {
    let output = Command::new(folder.join("postgres")).arg("--version").output();
    // Such as `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
    let version = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    let number = version.as_deref().and_then(|version| version.split_whitespace().nth(2)?.split('.').next());
    number.and_then(|number| number.parse().ok()).is_some_and(|number: u32| number >= 15)
        && folder.join("initdb").exists()
}

/// The user and the group to run the server as, if this is root.
fn other_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> u32 {
        let output = Command::new("id").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().expect("a user `postgres`")
    };
    (id(&["-u"]) == 0).then(|| (id(&["-u", "postgres"]), id(&["-g", "postgres"])))
}
