// One worker in the table: a line, and all that is known of it below when that is asked for.

import { UNKNOWN, bytes, count, duration, known, make, moment, rate, say, share, tone } from "/words.js";

/** All that is known, by subject: the words before a figure, its key, and how it is written. */
const DETAILS = [
  ["Contents", [
    ["Files sent", "files_syncd", count],
    ["Files pending", "files_remaining", count],
    ["Bytes pending", "bytes_remaining", bytes],
    ["Deletions pending", "purges_remaining", count],
    ["Files per second", "rates.files_per_second", (value) => (known(value) ? value.toFixed(1) : UNKNOWN)],
    ["Bytes per second", "rates.bytes_per_second", rate],
  ]],
  ["In flight", [
    ["Entries", "entry", count],
    ["Metadata", "meta", count],
    ["Data", "data", count],
    ["In limbo", "limbo", count],
    ["Failures", "failures", count],
    ["Turns", "turns", count],
  ]],
  ["Capture and journal", [
    ["Capture", "capture", String],
    ["Coverage", "capture_coverage", share],
    ["Records pending", "journal_records_pending", count],
    ["Journal on disk", "journal_bytes", bytes],
    ["Last heartbeat", "heartbeat_age_seconds", (value) => (known(value) ? `${duration(value)} ago` : UNKNOWN)],
    ["Events lost", "counters.capture_overflows", (value) => (known(value) ? `${count(value)} times` : UNKNOWN)],
  ]],
  ["Crawl and verify", [
    ["Crawls", "crawls", count],
    ["Last crawl took", "crawl_time_seconds", duration],
    ["Entries seen", "crawl.entries_seen", count],
    ["Entries changed", "crawl.entries_changed", count],
    ["Differences", "verify_differences", count],
    ["Last verify without", "verify_last_success", moment],
  ]],
  ["Where", [
    ["Volume", "volume", String],
    ["Primary's host", "primary_node", String],
    ["Secondary", "remote_node", String],
    ["Process", "pid", String],
    ["In step up to", "last_synced", moment],
    ["Reported", "updated", moment],
  ]],
];

/** Returns the figure of a key such as rates.files_per_second. */
export function figure(report, key) {
  return key.split(".").reduce((value, part) => value?.[part] ?? null, report);
}

let number = 0;

export class WorkerRow {
  #line;
  #more;
  #cells = {};
  #fields = [];
  #button;
  #mounts;

  constructor() {
    const id = `details-${number++}`;
    const cell = (name, ...classes) => {
      this.#cells[name] = make("td", { class: classes.join(" "), "data-cell": name });
      return this.#cells[name];
    };
    this.#button = make("button", { type: "button", class: "expand", "aria-expanded": "false", "aria-controls": id });
    this.#button.addEventListener("click", () => this.open(!this.isOpen));
    this.#line = make("tr", {},
      cell("state"), cell("session"), cell("work"), cell("lag", "number"), cell("pending", "number"),
      cell("rate", "number"), cell("quarantine", "number"), make("td", { class: "expander" }, this.#button));
    this.#line.addEventListener("click", (event) => {
      if (!event.target.closest("button") && String(getSelection()) === "") {
        this.open(!this.isOpen);
      }
    });
    this.#cells.state.append(make("span", { class: "chip" }));
    this.#cells.session.append(make("strong"), make("span", { class: "path" }));
    this.#cells.work.append(make("span"), make("progress", { max: "1", hidden: "" }), make("span", { class: "aside" }));
    this.#more = make("tr", { class: "details", id, hidden: "" }, this.#details());
    this.element = make("tbody", {}, this.#line, this.#more);
  }

  #details() {
    const groups = DETAILS.map(([subject, fields]) => {
      const list = make("dl");
      for (const [words, key, format] of fields) {
        const value = make("dd", { "data-field": key });
        this.#fields.push([value, key, format]);
        list.append(make("div", {}, make("dt", {}, words), value));
      }
      return make("section", {}, make("h3", {}, subject), list);
    });
    this.#mounts = make("p", { class: "aside" });
    return make("td", { colspan: "8" },
      make("p", { class: "reason" }), make("div", { class: "groups" }, ...groups), this.#mounts);
  }

  get isOpen() {
    return !this.#more.hidden;
  }

  /** Shows or hides all that is known. */
  open(shown) {
    this.#more.hidden = !shown;
    this.#button.setAttribute("aria-expanded", String(shown));
  }

  /** Shows a report. */
  show(report) {
    const chip = this.#cells.state.firstChild;
    chip.dataset.tone = tone(report);
    say(chip, report["worker status"] ?? UNKNOWN);
    const [name, path] = this.#cells.session.children;
    say(name, report.session ?? UNKNOWN);
    say(path, `${report.primary_node ?? ""}::${report.volume ?? ""} → ${report.remote_node ?? UNKNOWN}`);
    this.#button.setAttribute("aria-label", `Details of ${report.session}`);
    this.#work(report);
    say(this.#cells.lag, duration(report.lag_seconds));
    this.#cells.lag.classList.toggle("dim", !known(report.lag_seconds));
    say(this.#cells.pending, known(report.files_remaining)
      ? report.files_remaining === 0 ? "0" : `${count(report.files_remaining)} · ${bytes(report.bytes_remaining)}` : UNKNOWN);
    this.#cells.pending.classList.toggle("dim", !known(report.files_remaining));
    say(this.#cells.rate, rate(report.rates?.bytes_per_second));
    this.#cells.rate.classList.toggle("dim", !known(report.rates?.bytes_per_second));
    say(this.#cells.quarantine, count(report.quarantined));
    this.#cells.quarantine.classList.toggle("warn", report.quarantined > 0);
    for (const [element, key, format] of this.#fields) {
      const value = figure(report, key);
      say(element, value === null ? UNKNOWN : format(value));
      element.classList.toggle("dim", value === null);
    }
    const reason = this.#more.querySelector(".reason");
    say(reason, report.reason ?? "");
    reason.hidden = !report.reason;
    reason.dataset.tone = tone(report);
    const mounts = report.mounts_left_out ?? [];
    say(this.#mounts, mounts.length === 0 ? "" : `Mount points left out: ${mounts.join(", ")}`);
  }

  #work(report) {
    const [name, bar, aside] = this.#cells.work.children;
    const { entries_seen: seen, eta_seconds: eta } = report.crawl ?? {};
    const crawling = report["crawl status"] === "Hybrid Crawl";
    const took = report.crawl_time_seconds;
    say(name, report["crawl status"] === "N/A" ? "–" : report["crawl status"] ?? UNKNOWN);
    bar.hidden = !crawling;
    bar.removeAttribute("value");
    bar.setAttribute("aria-label", "Crawl");
    say(aside,
      crawling
        ? `${count(seen)} entries seen, ${known(eta) ? `about ${duration(eta)} left` : "no estimate"}`
        : known(took) && report["crawl status"] !== "N/A" ? `last crawl took ${duration(took)}` : "");
  }
}
