// Asks every two seconds how the workers are, and shows it.

import { Chart } from "/chart.js";
import { WorkerRow } from "/worker.js";
import { UNKNOWN, bytes, count, duration, known, make, moment, rate, say, sayLarge, shouldRun, tone } from "/words.js";

const EVERY = 2000;
const PATIENCE = 8000;
const KEPT = 900;
const SECONDS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21600, 43200, 86400, 604800];
const BYTES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].flatMap((n) => [n * 1024]).concat(
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * 2 ** 20), [1, 2, 5, 10, 20, 50].map((n) => n * 2 ** 30));
const FILES = [10, 50, 100, 500, 1000, 5000, 10000, 50000];

const the = (id) => document.getElementById(id);
const figureOf = (name) => document.querySelector(`[data-figure="${name}"]`);
const noteOf = (name) => document.querySelector(`[data-note="${name}"]`);
const plotOf = (name) => document.querySelector(`[data-plot="${name}"]`);

const charts = {
  lag: new Chart(plotOf("lag"), { name: "Lag", format: duration, steps: SECONDS }),
  throughput: new Chart(plotOf("throughput"), { name: "Throughput", format: rate, steps: BYTES }),
  pending: new Chart(plotOf("pending"), { name: "Pending", format: count, steps: FILES, spark: true }),
};

const rows = new Map();
const samples = new Map();
let scope = "";
let paused = false;
let answered = null;
let timer = 0;
let reports = [];
let ahead = 0;

/** Returns the time by georep's clock, in seconds since 1970: this browser's may be another. */
const time = () => Date.now() / 1000 + ahead;

const keyOf = (report) => JSON.stringify([report.session, report.volume]);

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status === 401) {
    location.reload();
  }
  const theirs = Date.parse(answer.headers.get("Date")) / 1000 - Date.now() / 1000;
  ahead = Math.abs(theirs) > 2 ? theirs : 0;
  return [answer.ok, await answer.json()];
}

async function begin() {
  try {
    const [, history] = await ask("/history");
    for (const worker of history.workers) {
      samples.set(keyOf(worker), worker.time.map((at, i) => ({
        time: at,
        lag: worker.lag_seconds[i],
        bytes: worker.bytes_per_second[i],
        pending: worker.files_remaining[i],
      })));
    }
  } catch {
    // Without it the lines begin now.
  }
  await look();
}

async function look() {
  clearTimeout(timer);
  if (paused || document.hidden) {
    return;
  }
  try {
    const [ok, news] = await ask("/status");
    if (!ok || !Array.isArray(news)) {
      throw new Error("no status");
    }
    const [, health] = await ask("/health");
    reports = news;
    answered = new Date();
    document.body.classList.remove("lost");
    keep(news);
    show(news, health);
    live("live", "Live");
  } catch {
    lost();
  }
  timer = setTimeout(look, EVERY);
}

function live(state, words) {
  the("live").dataset.live = state;
  say(the("live"), words);
}

function lost() {
  document.body.classList.add("lost");
  live("lost", "No answer");
  verdict("bad", "georep does not answer",
    [answered === null
      ? "Nothing is known yet; this page goes on asking."
      : `What is below is from ${moment(answered / 1000)} and may not hold any more; this page goes on asking.`]);
  document.title = "No answer – georep";
}

function keep(news) {
  const now = time();
  for (const key of [...samples.keys()]) {
    if (!news.some((report) => keyOf(report) === key)) {
      samples.delete(key);
    }
  }
  for (const report of news) {
    const key = keyOf(report);
    const all = samples.get(key) ?? [];
    all.push({
      time: now,
      lag: report.lag_seconds,
      bytes: report.rates?.bytes_per_second ?? null,
      pending: report.files_remaining,
      wire: report.counters?.bytes?.wire ?? null,
    });
    samples.set(key, all.filter((sample) => sample.time >= now - KEPT));
  }
}

/** Returns what was sent a second since the last look but one, in bytes; contents count as published only when they are whole. */
function onTheWire(report) {
  const [before, now] = (samples.get(keyOf(report)) ?? []).slice(-2);
  const bytes = (now?.wire ?? NaN) - (before?.wire ?? NaN);
  return bytes >= 0 && now.time > before.time ? bytes / (now.time - before.time) : null;
}

/** Folds the samples of workers that were taken at the same time into one. */
function fold(keys, name, merge) {
  const times = new Map();
  for (const key of keys) {
    for (const sample of samples.get(key) ?? []) {
      const before = times.get(sample.time);
      times.set(sample.time, before === undefined ? sample[name] : merge(before, sample[name]));
    }
  }
  return [...times].sort(([one], [other]) => one - other);
}

const worst = (one, other) => (known(one) && known(other) ? Math.max(one, other) : null);
const sum = (one, other) => (known(one) && known(other) ? one + other : known(one) ? one : other);

function show(news, health) {
  const running = news.filter(shouldRun);
  const meant = scope === "" ? running : news.filter((report) => keyOf(report) === scope);
  judge(news, health);
  scopes(news);
  figures(meant);
  lines(meant);
  workers(news);
  quarantine(news);
  checkpoints(news);
  const hosts = [...new Set(news.map((report) => report.primary_node).filter(Boolean))];
  say(the("host"), hosts.length === 1 ? hosts[0] : "");
}

function judge(news, health) {
  const bad = news.filter((report) => tone(report) === "bad");
  const busy = news.filter((report) => tone(report) === "busy");
  const running = news.filter(shouldRun);
  const initial = running.filter((report) => !known(report.lag_seconds));
  const held = news.reduce((total, report) => total + (report.quarantined ?? 0), 0);
  const reasons = health.reasons ?? [];
  const which = (some) => (news.length === 1 ? "The worker" : `${some.length} of ${news.length} workers`);
  if (bad.length > 0) {
    verdict("bad", `${which(bad)} ${bad.length === 1 ? "is" : "are"} ${
      bad.every((report) => report["worker status"] === "Faulty") ? "faulty" : "not working"}`, reasons);
  } else if (running.length === 0) {
    verdict("idle", news.length === 0 ? "No session yet" : "Nothing is meant to run", reasons);
  } else if (initial.length > 0 && initial.every((report) => !report.reason)) {
    verdict("busy", "Getting in step: how far behind is not known yet", held > 0 ? reasons : []);
  } else if (health.status === "failing") {
    verdict("bad", "Something needs a look", reasons);
  } else if (held > 0) {
    verdict("warn", `Going on, without ${count(held)} ${held === 1 ? "entry" : "entries"} in quarantine`, reasons);
  } else if (busy.length > 0) {
    verdict("busy", `Replicating, ${duration(Math.max(...busy.map((report) => report.lag_seconds)))} behind`, reasons);
  } else {
    verdict("good", "In step", reasons);
  }
  document.title = `${the("headline").textContent} – georep`;
}

function verdict(colour, words, reasons) {
  the("verdict").dataset.tone = colour;
  say(the("headline"), words);
  const list = the("reasons");
  if ([...list.children].map((item) => item.textContent).join("\n") !== reasons.join("\n")) {
    list.replaceChildren(...reasons.map((reason) => make("li", {}, reason)));
  }
}

function scopes(news) {
  const select = the("scope");
  the("scopes").hidden = news.length < 2;
  const wanted = ["", ...news.map(keyOf)];
  if ([...select.options].map((option) => option.value).join() !== wanted.join()) {
    select.replaceChildren(
      make("option", { value: "" }, "all workers"),
      ...news.map((report) => make("option", { value: keyOf(report) }, `${report.session} (${report.volume})`)));
    scope = wanted.includes(scope) ? scope : "";
    select.value = scope;
  }
}

function figures(meant) {
  const lags = meant.map((report) => report.lag_seconds);
  const lag = lags.length > 0 && lags.every(known) ? Math.max(...lags) : null;
  sayLarge(figureOf("lag"), duration(lag));
  say(noteOf("lag"), lag === 0 ? "in step, proved by a heartbeat"
    : lag !== null ? "age of the oldest change not yet durable"
    : meant.length > 1 && lags.some(known) ? `of ${lags.filter((value) => !known(value)).length} of ${meant.length} workers`
    : "");
  const total = (key) => meant.map((report) => key(report)).filter(known).reduce((one, other) => one + other, 0);
  const any = (key) => meant.some((report) => known(key(report)));
  const perSecond = (report) => report.rates?.bytes_per_second;
  sayLarge(figureOf("throughput"), any(perSecond) ? rate(total(perSecond)) : UNKNOWN);
  const sent = meant.map(onTheWire).filter(known);
  say(noteOf("throughput"), [
    any(perSecond) ? `${count(Math.round(total((report) => report.rates?.files_per_second) * 10) / 10)} files a second` : "",
    sent.length > 0 ? `${rate(sent.reduce((one, other) => one + other, 0))} on the wire` : "",
  ].filter(Boolean).join(", "));
  const files = (report) => report.files_remaining;
  sayLarge(figureOf("pending"), any(files) ? `${count(total(files))} ${total(files) === 1 ? "file" : "files"}` : UNKNOWN);
  say(noteOf("pending"), any(files)
    ? `${bytes(total((report) => report.bytes_remaining))}, ${count(total((report) => report.purges_remaining))} deletions` : "");
  const stimes = meant.map((report) => report.last_synced);
  const stime = stimes.length > 0 && stimes.every(known) ? Math.min(...stimes) : null;
  say(figureOf("stime"), moment(stime));
  say(noteOf("stime"), stime === null ? "" : `all before it is durable there, ${duration(Math.max(0, time() - stime))} ago`);
  const held = (report) => report.quarantined;
  const entries = any(held) ? total(held) : null;
  sayLarge(figureOf("quarantine"), entries === null ? UNKNOWN : `${count(entries)} ${entries === 1 ? "entry" : "entries"}`);
  say(noteOf("quarantine"), entries > 0 ? "stime stays until they are applied" : "");
  the("quarantine-tile").classList.toggle("warn", entries > 0);
}

function lines(meant) {
  const keys = meant.map(keyOf);
  const now = time();
  charts.lag.set(fold(keys, "lag", worst), now);
  charts.throughput.set(fold(keys, "bytes", sum), now);
  charts.pending.set(fold(keys, "pending", sum), now);
}

function workers(news) {
  const table = document.querySelector("table.workers");
  for (const [key, row] of [...rows]) {
    if (!news.some((report) => keyOf(report) === key)) {
      row.element.remove();
      rows.delete(key);
    }
  }
  for (const report of news) {
    let row = rows.get(keyOf(report));
    if (row === undefined) {
      row = new WorkerRow();
      row.open(news.length === 1);
      rows.set(keyOf(report), row);
      table.append(row.element);
    }
    row.show(report);
  }
  table.hidden = news.length === 0;
  the("no-workers").hidden = news.length > 0;
}

/** Fills a table anew if what it shows is another thing. */
function fill(table, lines) {
  const shown = JSON.stringify(lines);
  if (table.dataset.shown !== shown) {
    table.dataset.shown = shown;
    table.querySelector("tbody").replaceChildren(...lines.map((cells) =>
      make("tr", {}, ...cells.map(([text, attributes], i) =>
        i === 0 && attributes?.["data-tone"]
          ? make("td", {}, make("span", { class: "chip", ...attributes }, text))
          : make("td", attributes ?? {}, text)))));
  }
}

function quarantine(news) {
  const lines = [];
  let all = 0;
  for (const report of news) {
    all += report.quarantined ?? 0;
    for (const entry of report.quarantine ?? []) {
      lines.push([
        [entry.path ?? UNKNOWN, { class: "name" }],
        [entry.reason ?? UNKNOWN, { class: "why" }],
        [moment(entry.first), { class: "number" }],
        [count(entry.tries), { class: "number" }],
        [moment(entry.next), { class: "number" }],
      ]);
    }
  }
  the("no-quarantine").hidden = all > 0;
  the("quarantine-table").hidden = all === 0;
  fill(the("quarantine-table"), lines);
  const names = news.filter((report) => report.quarantined > 0).map((report) => report.session);
  say(the("quarantine-more"), all === 0 ? ""
    : `${all > lines.length ? `The first ${lines.length} of ${count(all)}. ` : ""}Try now: ${
      names.map((name) => `georep quarantine retry ${name}`).join("; ")}`);
}

const STANDINGS = { "not reached yet": "busy", "is invalid": "bad", "taken back": "warn" };

function checkpoints(news) {
  const lines = [];
  for (const report of news) {
    for (const each of report.checkpoints ?? []) {
      const completed = each.checkpoint_completed === "Yes";
      lines.push([
        [each.state, { "data-tone": completed ? "good" : STANDINGS[each.state] ?? "busy" }],
        [each.label, { class: "name" }],
        [report.session ?? UNKNOWN],
        [moment(each.checkpoint_time), { class: "number" }],
        [completed ? moment(each.checkpoint_completion_time) : "–", { class: "number" }],
      ]);
    }
  }
  the("no-checkpoints").hidden = lines.length > 0;
  the("checkpoints-table").hidden = lines.length === 0;
  fill(the("checkpoints-table"), lines);
}

the("pause").addEventListener("click", () => {
  paused = !paused;
  the("pause").setAttribute("aria-pressed", String(paused));
  say(the("pause"), paused ? "Go on" : "Pause");
  if (paused) {
    live("paused", answered === null ? "Paused" : `As of ${moment(answered / 1000)}`);
  }
  look();
});

the("scope").addEventListener("change", (event) => {
  scope = event.target.value;
  const meant = scope === "" ? reports.filter(shouldRun) : reports.filter((report) => keyOf(report) === scope);
  figures(meant);
  lines(meant);
});

document.addEventListener("visibilitychange", look);

for (const choice of document.querySelectorAll('input[name="theme"]')) {
  choice.checked = choice.value === (document.documentElement.dataset.theme ?? "auto");
  choice.addEventListener("change", () => {
    if (choice.value === "auto") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = choice.value;
    }
    try {
      localStorage.setItem("georep.theme", choice.value);
    } catch {
      // Then it holds for this page only.
    }
  });
}

begin();
