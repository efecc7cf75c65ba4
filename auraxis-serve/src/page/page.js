// The live page. It asks for the state once per second, and changes only what differs.
// Text from the bot is only ever set as text.
"use strict";

const POLL_MS = 1000;
const HIDDEN_POLL_MS = 15000;
const MAX_BACKOFF_MS = 8000;
const ANSWER_TIMEOUT_MS = 5000;
const FEW_GAPS = 6;
const WINDOWS = [900, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400];

const $ = (id) => document.getElementById(id);
let state = null; // the last answer
let skew = 0; // seconds that the bot's clock is ahead of this one
let lost = null; // since when there is no answer
let failures = 0;
let timer = 0;
let asking = false;

// --- Changing only what differs

function text(node, value) {
  value = String(value);
  if (node.shown !== value) {
    node.shown = value;
    if (node.firstChild && value) node.firstChild.data = value;
    else node.textContent = value;
  }
}

function attribute(node, name, value) {
  if (value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

const hidden = (node, is) => attribute(node, "hidden", is ? "" : null);
const title = (node, value) => attribute(node, "title", value || null);

/** A copy of a template, whose parts are found by name. */
function copy(id) {
  const root = $(id).content.firstElementChild.cloneNode(true);
  const parts = { root };
  root.isCopy = true;
  for (const part of root.querySelectorAll("[data-f]")) parts[part.dataset.f] = part;
  return parts;
}

const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TH: "rowheader", TD: "cell" };

/** On a phone, rows are shown as cards: roles say that they are still a table, and labels take the headers' place. */
function dress(root, table) {
  const labels = [...table.tHead.rows[0].cells].map((header) => header.textContent);
  for (const node of [root, ...root.querySelectorAll("thead, tbody, tr, th, td")]) {
    node.setAttribute("role", node.scope === "col" ? "columnheader" : ROLES[node.tagName]);
    if (node.cellIndex >= 0) node.dataset.label = labels[node.cellIndex];
  }
}

/** Keeps one copy of a template per item, in order. Copies are kept by key, so they stay open and focused. */
function list(parent, template, items, key, show, mayMove = true) {
  const known = (parent.copies ??= new Map());
  const left = new Set(known.keys());
  const order = items.map((item) => {
    const id = String(key(item));
    let parts = known.get(id);
    if (!parts) {
      parts = copy(template);
      known.set(id, parts);
      if (parts.root.matches("tr, tbody")) dress(parts.root, parent.closest("table"));
      parent.append(parts.root);
    }
    left.delete(id);
    show(parts, item);
    return parts.root;
  });
  for (const id of left) {
    known.get(id).root.remove();
    known.delete(id);
  }
  if (!mayMove) return;
  let next = parent.firstElementChild;
  while (next && !next.isCopy) next = next.nextElementSibling;
  for (const root of order) {
    if (root === next) next = next.nextElementSibling;
    else parent.insertBefore(root, next);
  }
}

// --- Words

const whole = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", minimumFractionDigits: 2 });
const number = (value) => (value === undefined || value === null ? "–" : whole.format(value));
const rate = (value) => (value >= 100 ? whole.format(Math.round(value)) : (Math.round(value * 10) / 10).toString());
const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
const now = () => Date.now() / 1000 + skew;
const utc = (at) => new Date(at * 1000).toISOString().replace("T", " ").replace(/(\.000)?Z$/, " UTC");
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function clock(at) {
  const date = new Date(at * 1000);
  const today = date.toDateString() === new Date().toDateString();
  return (today ? clockFormat : dateFormat).format(date);
}

function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86400)];
  if (s < 60) return `${s} s`;
  if (h < 1) return `${m} min`;
  if (d < 1) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
  return h % 24 ? `${d} d ${h % 24} h` : `${d} d`;
}

const seconds = (value) => (value < 10 ? `${value.toFixed(value < 1 ? 2 : 1)} s` : span(value));

/** Shows how long ago something was, and goes on counting. */
function ago(node, at) {
  node.at = at ?? null;
  attribute(node, "datetime", at ? new Date(at * 1000).toISOString() : null);
  title(node, at ? utc(at) : null);
  tick(node);
}

function tick(node) {
  if (node.at === undefined) return;
  const passed = now() - node.at;
  text(node, node.at === null ? "never" : passed < 3 ? "just now" : `${span(passed)} ago`);
}

/** Times in messages are written as those of this clock. */
const local = (message) =>
  message.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (at) => clock(Date.parse(at) / 1000));

// --- Plots

/** Means of whole steps of some seconds. Steps begin at multiples, so that the plot does not flicker. */
function steps(values, until, size) {
  const means = [];
  let sum = 0;
  let count = 0;
  const first = until - values.length + 1;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    count += 1;
    if ((first + i + 1) % size === 0) {
      if (count === size) means.push(sum / size);
      sum = count = 0;
    }
  }
  return means;
}

function plot(svg, means, length, highest) {
  const step = 100 / Math.max(1, length - 1);
  const start = 100 - (means.length - 1) * step;
  const round = (value) => Math.round(value * 10) / 10;
  const points = means.map((value, i) => `${round(start + i * step)} ${round(98 - (value / highest) * 96)}`);
  const path = points.length > 1 ? `M${points.join("L")}` : "";
  attribute(svg.querySelector(".line"), "d", path);
  attribute(svg.querySelector(".area"), "d", path && `${path}V100H${round(start)}Z`);
}

function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((round) => round >= value);
}

function describe(name, values, means) {
  if (!values.length) return `${name}: no data yet`;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${name} of the last ${span(values.length)}: now ${rate(means.at(-1) ?? values.at(-1))}, mean ${rate(mean)}, at most ${rate(Math.max(...values))}`;
}

// --- The sections

const SIGNS = {
  ok: ["✓", "M6.5 12.5l3.8 3.8 7.2-8"],
  bad: ["⚠", "M12 5.5v8M12 17.5v.4"],
  wait: ["…", "M12 6.5v6l3.5 2.5"],
  gone: ["✕", "M7 7l10 10M17 7l-10 10"],
};

function showVerdict() {
  // Several gaps can read the same.
  const problems = [...new Map((state?.problems ?? []).map((problem) => [problem.message, problem])).values()];
  let [verdict, said] = ["wait", "Asking the bot …"];
  if (lost) [verdict, said] = ["gone", `No answer since ${clock(lost)}, retrying`];
  else if (state?.state === "starting" && !state.healthy) [verdict, said] = ["wait", "Starting"];
  else if (state?.state === "stopping") [verdict, said] = ["wait", "Stopping"];
  else if (state?.healthy) [verdict, said] = ["ok", "Data flows"];
  else if (state) [verdict, said] = ["bad", plural(problems.length, "problem")];
  attribute(document.body, "data-verdict", verdict);
  const [sign, path] = SIGNS[verdict];
  attribute($("sign"), "d", path);
  text($("said"), said);
  text(document.querySelector("title"), `${sign} ${state?.bot.name ?? "auraxis"}: ${said}`);
  list($("problems"), "t-text", lost ? [] : problems, (p) => `${p.kind} ${p.subject}`, ({ root }, { message }) => {
    text(root, local(message));
    title(root, message);
  });
}

function showHeader() {
  const { bot, health } = state;
  text($("bot"), bot.name);
  const about = [bot.version && `version ${bot.version}`, bot.environment, bot.auraxis && `auraxis ${bot.auraxis}`];
  text($("about"), about.filter(Boolean).join(" · "));
  text($("uptime"), span(health.uptime_seconds));
  text($("rate"), rate(health.events_per_second));
  text($("events"), number(health.events));
  ago($("last"), Math.max(0, ...[...health.worlds, ...health.links].map((of) => of.last_event)) || null);
}

function showRates() {
  const { total, until, interval_seconds: interval } = state.rates;
  const means = steps(total, until, 3);
  const highest = ceiling(Math.max(...means, 1));
  plot($("total"), means, 99, highest);
  text($("top"), `${whole.format(highest)}/s`);
  attribute($("total"), "aria-label", describe("Events per second", total, means));
  text($("span"), `${span(300 * interval)} ago`);
}

function showLag() {
  for (const part of ["p50", "p90", "p99", "max"]) {
    const value = state.health.lag?.[`${part}_seconds`];
    text($(part), value === undefined ? "–" : seconds(value));
  }
}

function showLinks() {
  const links = state.health.links;
  list($("link-rows"), "t-link", links, (link) => link.number, (parts, link) => {
    text(parts.name, link.number);
    text(parts.address, link.address ?? "");
    text(parts.state, link.state);
    attribute(parts.state, "data-mark", { up: "ok", down: "bad", connecting: "wait" }[link.state] ?? "off");
    ago(parts.since, link.since);
    ago(parts.frame, link.last_frame);
    text(parts.connections, number(link.connections));
    text(parts.drift, link.is_drifting ? "not as requested" : link.state === "up" ? "as requested" : "–");
    attribute(parts.drift, "class", link.is_drifting ? "bad" : null);
  });
  empty("links", links.length);
}

function showWorlds() {
  const { worlds } = state.health;
  const { until } = state.rates;
  const plots = new Map(worlds.map((world) => [world.world, steps(state.rates.worlds[world.world] ?? [], until, 6)]));
  const highest = Math.max(1, ...[...plots.values()].flat());
  list($("world-rows"), "t-world", worlds, (world) => world.world, (parts, world) => {
    const name = world.name ?? `World ${world.world}`;
    const values = state.rates.worlds[world.world] ?? [];
    const means = plots.get(world.world);
    const [mark, said] =
      world.online === false ? ["off", "offline"]
      : world.is_silent ? ["bad", "silent"]
      : world.online ? ["ok", "online"]
      : ["off", "not reported"];
    text(parts.name, name);
    title(parts.name, `World ${world.world}`);
    text(parts.state, said);
    attribute(parts.state, "data-mark", mark);
    plot(parts.plot, means, 49, highest);
    attribute(parts.plot, "aria-label", describe(`Events per second of ${name}`, values, means));
    text(parts.now, rate(means.at(-1) ?? values.at(-1) ?? 0));
    text(parts.events, number(world.events));
    ago(parts.last, world.last_event);
  });
  empty("worlds", worlds.length);
}

let allGaps = false;

function worldNames(worlds) {
  if (!Array.isArray(worlds)) return worlds === "all" ? "all" : String(worlds);
  const name = (id) => state.health.worlds.find((world) => world.world === id)?.name ?? id;
  return worlds.map(name).join(", ");
}

function showGaps() {
  const isOpen = (gap) => gap.to === null;
  const gaps = [...state.gaps].sort((a, b) => isOpen(b) - isOpen(a));
  const open = gaps.filter(isOpen).length;
  const lostEvents = gaps.reduce((all, gap) => all + (gap.estimated_lost ?? 0), 0);
  const total = Math.max(Object.values(state.health.gaps).reduce((all, count) => all + count, 0), gaps.length);
  const counts = [plural(total, "gap"), open && `${open} open`, lostEvents && `about ${number(lostEvents)} events lost`];
  text($("gap-sum"), gaps.length ? counts.filter(Boolean).join(", ") : "");
  hidden($("time-line"), !gaps.length);
  if (gaps.length) showTimeLine(gaps, open);
  list($("gap-rows"), "t-gap", allGaps ? gaps : gaps.slice(0, FEW_GAPS), (gap) => gap.id, (parts, gap) => {
    text(parts.from, clock(gap.from));
    title(parts.from, utc(gap.from));
    text(parts.to, isOpen(gap) ? "open" : `${clock(gap.to)} (${span(gap.to - gap.from + 1)})`);
    title(parts.to, isOpen(gap) ? null : utc(gap.to));
    attribute(parts.to, "class", isOpen(gap) ? "bad" : null);
    text(parts.worlds, worldNames(gap.worlds));
    const kinds = Array.isArray(gap.kinds) ? gap.kinds : [gap.kinds];
    text(parts.kinds, kinds.length > 4 ? `${kinds.slice(0, 3).join(", ")} and ${kinds.length - 3} more` : kinds.join(", "));
    title(parts.kinds, kinds.length > 4 ? kinds.join(", ") : null);
    text(parts.cause, gap.cause);
    attribute(parts.cause, "data-cause", gap.cause);
    text(parts.lost, gap.estimated_lost === null ? "unknown" : number(gap.estimated_lost));
  });
  hidden($("all-gaps"), gaps.length <= FEW_GAPS);
  text($("all-gaps"), allGaps ? "Show fewer" : `Show all ${gaps.length}`);
  empty("gaps", gaps.length);
}

function showTimeLine(gaps, open) {
  const end = now();
  const oldest = Math.min(...gaps.map((gap) => gap.from));
  const length = WINDOWS.find((window) => oldest >= end - window) ?? WINDOWS.at(-1);
  const x = (at) => Math.max(0, Math.min(1000, Math.round(((at - end + length) / length) * 1000)));
  const causes = [...new Set(gaps.map((gap) => gap.cause))].sort();
  list($("lanes"), "t-lane", causes, (cause) => cause, (parts, cause) => {
    text(parts.name, cause);
    attribute(parts.bars, "data-cause", cause);
    const bars = gaps.filter((gap) => gap.cause === cause);
    while (parts.bars.childElementCount > bars.length) parts.bars.lastElementChild.remove();
    bars.forEach((gap, i) => {
      let bar = parts.bars.children[i];
      if (!bar) {
        bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        attribute(bar, "height", 10);
        parts.bars.append(bar);
      }
      const width = Math.max(5, x(gap.to ?? end) - x(gap.from));
      attribute(bar, "x", Math.min(x(gap.from), 1000 - width));
      attribute(bar, "width", width);
    });
  });
  text($("gap-span"), `${span(length)} ago`);
  const counts = causes.map((cause) => `${gaps.filter((gap) => gap.cause === cause).length} ${cause}`);
  attribute($("lanes"), "aria-label", `${plural(gaps.length, "gap")} of the last ${span(length)}, ${open} open: ${counts.join(", ")}`);
}

const COUNTERS = [
  ["duplicates", "Duplicates", "the same event again, not delivered", false],
  ["late_events", "Late", "received more than a minute after they happened", true],
  ["early_events", "Early", "with a time more than ten seconds ahead", true],
  ["ambiguous", "Ambiguous", "equal events or repeated frames, delivered", false],
  ["evicted", "Evicted", "forgotten early, because too many arrived", true],
  ["parse_errors", "Parse errors", "frames and fields that could not be read", true],
  ["unknown_events", "Unknown", "events of kinds that this version does not know", false],
  ["dropped_events", "Dropped", "by triggers whose queue was full", true],
];

function showCounters() {
  list($("counter-list"), "t-counter", COUNTERS, ([field]) => field, (parts, [field, name, meaning, isBad]) => {
    const value = state.health[field];
    text(parts.name, name);
    text(parts.value, number(value));
    attribute(parts.value, "class", isBad && value > 0 ? "bad" : null);
    text(parts.meaning, meaning);
  });
}

function empty(section, count) {
  hidden($(section).querySelector(".empty"), count);
  hidden($(section).querySelector("table"), !count);
}

// --- Triggers

const sum = (stats, ...fields) => fields.reduce((total, field) => total + (stats[field] ?? 0), 0);

const columns = ({ stats, waiting }) => ({
  received: stats.received,
  filtered: sum(stats, "filtered_by_world", "filtered_by_character", "filtered_by_zone"),
  rejected: sum(stats, "rejected", "rejected_by_check", "cooled_down"),
  ran: stats.started,
  failed: sum(stats, "failed", "panicked", "timed_out", "aborted"),
  dropped: stats.dropped,
  waiting,
});

const by = (value) => (a, b) => value(b) - value(a) || a.name.localeCompare(b.name);
const SORTS = {
  name: (a, b) => a.name.localeCompare(b.name),
  problems: by((t) => columns(t).failed + columns(t).dropped + sum(t.stats, "late", "skipped", "stalls", "condition_panics")),
  received: by((t) => t.stats.received),
  ran: by((t) => t.stats.started),
  last: by((t) => t.last_run ?? 0),
};

const waits = new Set(); // names of triggers for which a request is on its way

function showTriggers(mayMove) {
  const table = $("trigger-table");
  const { triggers } = state;
  const wanted = $("search").value.trim().toLowerCase();
  const matches = (t) => !wanted || `${t.name} ${t.events} ${t.location}`.toLowerCase().includes(wanted);
  const sorted = [...triggers].sort(SORTS[$("sort").value]);
  const shown = new Set(sorted.filter(matches));
  // Nothing moves under a pointer or the keyboard's focus.
  mayMove ||= $("sort").value === "name" || !(table.matches(":hover") || table.contains(document.activeElement));
  const show = (parts, trigger) => {
    hidden(parts.root, !shown.has(trigger));
    showTrigger(parts, trigger);
  };
  list(table, "t-trigger", sorted, (t) => t.name, show, mayMove);
  const paused = triggers.filter((t) => t.is_paused).length;
  const count = shown.size < triggers.length ? `${shown.size} of ${triggers.length}` : triggers.length;
  text($("trigger-count"), paused ? `${count}, ${paused} paused` : count);
  hidden($("read-only"), state.can_change);
  empty("triggers", shown.size);
  text($("triggers").querySelector(".empty"), triggers.length ? "No trigger matches the search." : "No trigger.");
}

function showTrigger(parts, trigger) {
  if (!parts.trigger) {
    parts.button.addEventListener("click", () => change(parts.trigger));
    parts.details.addEventListener("toggle", () => showDetails(parts, parts.trigger));
    text(parts.name, trigger.name);
    attribute(parts.summary, "aria-label", `Why did ${trigger.name} not fire?`);
  }
  parts.trigger = trigger;
  const counts = columns(trigger);
  for (const column in counts) {
    const count = counts[column];
    text(parts[column], count >= 1e6 ? short.format(count) : number(count));
    title(parts[column], count >= 1e6 ? number(count) : null);
    attribute(parts[column], "data-zero", count ? null : "");
  }
  parts.failed.classList.toggle("bad", counts.failed > 0);
  parts.dropped.classList.toggle("bad", counts.dropped > 0);
  ago(parts.last, trigger.last_run);
  text(parts.listens, [trigger.events || "periodic", trigger.filters].filter(Boolean).join(" · "));
  hidden(parts.paused, !trigger.is_paused);
  hidden(parts.button, !state.can_change);
  text(parts.button, trigger.is_paused ? "Resume" : "Pause");
  attribute(parts.button, "aria-label", `${trigger.is_paused ? "Resume" : "Pause"} ${trigger.name}`);
  attribute(parts.button, "aria-busy", waits.has(trigger.name) ? "true" : null);
  showDetails(parts, trigger);
}

function showDetails(parts, trigger) {
  if (!parts.details.open) return;
  const why = trigger.why.length ? trigger.why : ["Nothing is odd: it runs as it should."];
  list(parts.why, "t-text", why, (reason) => why.indexOf(reason), ({ root }, reason) => text(root, local(reason)));
  const facts = [["declared in", trigger.location]];
  for (const [field, value] of Object.entries(trigger.stats)) facts.push([field.replaceAll("_", " "), number(value)]);
  list(parts.stats, "t-fact", facts, ([name]) => name, (part, [name, value]) => {
    text(part.name, name);
    text(part.value, value ?? "–");
    attribute(part.value, "data-zero", value === "0" ? "" : null);
  });
}

// --- Pause and resume

async function change(trigger) {
  if (waits.has(trigger.name)) return;
  const action = trigger.is_paused ? "resume" : "pause";
  waits.add(trigger.name);
  try {
    let error = "";
    let token = sessionStorage.token;
    for (;;) {
      if (!token || error) token = await ask(`Needed to ${action} ${trigger.name}.`, error);
      if (!token) return;
      const answer = await fetch(`api/triggers/${encodeURIComponent(trigger.name)}/${action}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      if (answer.ok) {
        sessionStorage.token = token;
        break;
      }
      error = await answer.json().then((json) => json.error, () => "") || `the bot answered ${answer.status}`;
      if (answer.status !== 401) throw new Error(error);
      delete sessionStorage.token;
    }
    toast("");
  } catch (error) {
    toast(`Cannot ${action} ${trigger.name}: ${error.message}`);
  } finally {
    waits.delete(trigger.name);
    poll();
  }
}

/** Asks for the token. Returns nothing if the dialog is canceled. */
function ask(why, error) {
  const dialog = $("ask");
  text($("ask-why"), why);
  text($("ask-error"), error);
  attribute($("token"), "aria-invalid", error ? "true" : null);
  $("token").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  $("token").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "send" ? $("token").value.trim() : ""), { once: true });
  });
}

let toasts = 0;
function toast(message) {
  clearTimeout(toasts);
  text($("toast"), message);
  if (message) toasts = setTimeout(() => text($("toast"), ""), 12000);
}

// --- Asking the bot

function show() {
  if (state) {
    showHeader();
    showRates();
    showLag();
    showLinks();
    showWorlds();
    showGaps();
    showTriggers(false);
    showCounters();
  }
  showVerdict();
}

async function poll() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  try {
    const answer = await fetch("api/state", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`the bot answered ${answer.status}`);
    const next = await answer.json();
    const ahead = Date.parse(answer.headers.get("Date")) / 1000 - Date.now() / 1000;
    if (Math.abs(ahead - skew) > 2) skew = ahead;
    // Another version has its own page.
    if (state && state.bot.auraxis !== next.bot.auraxis) location.reload();
    [state, lost, failures] = [next, null, 0];
  } catch {
    lost ??= Date.now() / 1000;
    failures += 1;
  }
  asking = false;
  const wait = document.hidden ? HIDDEN_POLL_MS : Math.min(POLL_MS * 2 ** Math.max(0, failures - 1), MAX_BACKOFF_MS);
  timer = setTimeout(poll, wait);
  show();
}

$("search").addEventListener("input", () => state && showTriggers(true));
$("sort").addEventListener("change", () => state && showTriggers(true));
$("all-gaps").addEventListener("click", () => {
  allGaps = !allGaps;
  showGaps();
});
$("cancel").addEventListener("click", () => $("ask").close(""));
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  $("ask").close("send");
});
document.querySelectorAll("table").forEach((table) => dress(table, table));
document.addEventListener("visibilitychange", () => document.hidden || poll());
setInterval(() => document.hidden || document.querySelectorAll("time").forEach(tick), 1000);
poll();
