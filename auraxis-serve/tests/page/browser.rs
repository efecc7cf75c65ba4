//! Headless Chromium, driven by chromedriver over the `WebDriver` protocol.
#![allow(dead_code)] // The screenshots use a part.

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, Once, PoisonError, Weak},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    sync::MutexGuard,
    time::{sleep, timeout},
};

/// If this variable is set, tests that cannot run fail.
const NO_SKIPS: &str = "AURAXIS_NO_SKIPS";

pub(crate) const TAB: char = '\u{E004}';
pub(crate) const ENTER: char = '\u{E007}';

/// What can be waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Nothing but this machine can be reached: what Chromium wants to know of its makers is not asked for.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--no-first-run",
    "--lang=en-US",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// All tests share a browser, and use it one after the other.
static BROWSER: Mutex<Weak<Browser>> = Mutex::new(Weak::new());
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A browser. It ends with the last [`Tab`], also when a test panics.
#[derive(Debug)]
struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    profile: TempDir,
}

/// The browser's only tab, for one test at a time.
pub(crate) struct Tab {
    http: reqwest::Client,
    browser: Arc<Browser>,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    /// Returns the browser that runs, or starts one; `None` if it is not installed.
    fn get() -> Option<Arc<Self>> {
        let mut shared = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(browser) = shared.upgrade() {
            return Some(browser);
        }
        let Some(program) = program("chromedriver").filter(|_| program("chromium").is_some()) else {
            skip();
            return None;
        };
        let browser = Arc::new(Self::start(program));
        *shared = Arc::downgrade(&browser);
        Some(browser)
    }

    fn start(program: PathBuf) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let profile = tempfile::Builder::new().prefix("auraxis-chromium-").tempdir().expect("a folder");
        let mut command = Command::new(program);
        command.arg(format!("--port={}", address.port())).stdin(Stdio::null()).stdout(Stdio::null());
        let driver = command.stderr(Stdio::null()).spawn().expect("chromedriver");
        let mut browser = Self { driver, address, session: String::new(), profile };
        browser.open_session();
        browser
    }

    /// Blocks, because the caller holds the lock.
    fn open_session(&mut self) {
        let folder = self.profile.path().display();
        let arguments: Vec<_> =
            ARGUMENTS.iter().map(ToString::to_string).chain([format!("--user-data-dir={folder}")]).collect();
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": { "args": arguments },
        } } });
        let deadline = std::time::Instant::now() + PATIENCE;
        let reply = loop {
            match self.request("POST", "/session", &wanted.to_string()) {
                Ok(reply) => break reply,
                Err(error) => assert!(std::time::Instant::now() < deadline, "no chromedriver: {error}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        self.session = reply["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {reply}")).into();
    }

    /// Sends a request without an executor, as is needed in `drop`.
    fn request(&self, method: &str, path: &str, body: &str) -> io::Result<Value> {
        let mut tcp = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        let (host, length) = (self.address, body.len());
        write!(tcp, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}")?;
        let (mut reply, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let count = tcp.read(&mut buffer)?;
            reply.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&reply);
            // The driver leaves the connection open.
            match text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body)) {
                Some(Ok(json)) => return Ok(json),
                _ if count == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.request("DELETE", &format!("/session/{}", self.session), "");
        // In case that it did not listen. Chromium's lock of its profile names its process.
        let lock = fs::read_link(self.profile.path().join("SingletonLock"));
        if let Some((_, pid)) = lock.unwrap_or_default().to_string_lossy().rsplit_once('-') {
            let _ = Command::new("kill").args(["-KILL", pid]).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Tab {
    /// Waits for the browser; `None` if it is not installed. The tab is empty, and like that of a desktop computer.
    pub(crate) async fn open() -> Option<Self> {
        let browser = tokio::task::spawn_blocking(Browser::get).await.expect("a browser")?;
        let turn = TURN.lock().await;
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        let tab = Self { http, browser, _turn: turn };
        tab.screen(1280, 800, "light").await;
        tab.go("about:blank").await;
        tab.messages().await;
        tab.requests().await;
        Some(tab)
    }

    /// Sends a command to the driver.
    async fn command(&self, path: &str, body: Value) -> Value {
        let Browser { address, session, .. } = &*self.browser;
        let url = format!("http://{address}/session/{session}{path}");
        let reply = self.http.post(url).body(body.to_string()).send().await.expect("chromedriver");
        let (status, text) = (reply.status(), reply.text().await.expect("text"));
        assert!(status.is_success(), "{path} {body}: {text}");
        serde_json::from_str::<Value>(&text).expect("JSON")["value"].take()
    }

    /// Sends a command of the Chrome `DevTools` Protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.command("/goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    pub(crate) async fn go(&self, url: &str) {
        self.command("/url", json!({ "url": url })).await;
    }

    /// Sets the size of the screen in CSS pixels, and the preferred colours, `dark` or `light`.
    pub(crate) async fn screen(&self, width: u32, height: u32, scheme: &str) {
        let scale = if width < 600 { 2 } else { 1 };
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        // What scrolls smoothly cannot be clicked yet.
        let features = [feature("prefers-color-scheme", scheme), feature("prefers-reduced-motion", "reduce")];
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Runs the body of a function, and returns what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.command("/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Waits until an expression is true. `what` is told if it never is.
    pub(crate) async fn until(&self, what: &str, expression: &str) {
        let script = format!("return !!({expression})");
        let wait = async {
            while self.run(&script).await != true {
                sleep(Duration::from_millis(50)).await;
            }
        };
        let is_in_time = timeout(PATIENCE, wait).await.is_ok();
        assert!(is_in_time, "waited too long: {what}\n{}", self.run("return document.body.innerText").await);
    }

    /// Presses a key as a person would.
    pub(crate) async fn press(&self, key: char) {
        let presses = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let action = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] });
        self.command("/actions", action).await;
    }

    /// Writes text into the focused field, and presses Enter.
    pub(crate) async fn enter(&self, text: &str) {
        for key in text.chars().chain([ENTER]) {
            self.press(key).await;
        }
    }

    /// Clicks on the first element that matches, as a person would: something in front of it fails the test.
    pub(crate) async fn click(&self, selector: &str) {
        let found = self.command("/element", json!({ "using": "css selector", "value": selector })).await;
        let element = found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str);
        self.command(&format!("/element/{}/click", element.expect("an element")), json!({})).await;
    }

    /// Returns the messages of the console since the last call.
    pub(crate) async fn messages(&self) -> Vec<String> {
        let log = self.command("/se/log", json!({ "type": "browser" })).await;
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        log.as_array().expect("entries").iter().map(text).collect()
    }

    /// Returns the URLs of the requests since the last call.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let log = self.command("/se/log", json!({ "type": "performance" })).await;
        let url = |entry: &Value| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &event["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            is_request.then(|| message["params"]["request"]["url"].as_str().map(String::from)).flatten()
        };
        log.as_array().expect("entries").iter().filter_map(url).collect()
    }
}

fn program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Reports once that tests are skipped.
fn skip() {
    static ONCE: Once = Once::new();
    assert!(env::var_os(NO_SKIPS).is_none(), "chromium or chromedriver is not installed, and `{NO_SKIPS}` is set");
    // Unlike `println!`, this is shown if the test passes.
    let mut stderr = io::stderr();
    ONCE.call_once(|| writeln!(stderr, "skipped: chromium and chromedriver are not in the path").expect("stderr"));
}
