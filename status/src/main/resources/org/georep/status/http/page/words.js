// Figures as words. What is not known says so.

export const UNKNOWN = "unknown";

const counts = new Intl.NumberFormat("en");
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

export function known(value) {
  return typeof value === "number" && Number.isFinite(value);
}

export function count(value) {
  return known(value) ? counts.format(value) : UNKNOWN;
}

/** Seconds as "0 s", "0.4 s", "42 s", "3 min 20 s", "5 h 2 min", "2 d 7 h". */
export function duration(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  if (value < 9.95) {
    return value === 0 ? "0 s" : `${value.toFixed(1)} s`;
  }
  const whole = Math.round(value);
  const [large, small, first, second] =
    whole < 60 ? [whole, 0, "s", ""]
    : whole < 3600 ? [Math.floor(whole / 60), whole % 60, "min", "s"]
    : whole < 86400 ? [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, "h", "min"]
    : [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, "d", "h"];
  return small === 0 ? `${large} ${first}` : `${large} ${first} ${small} ${second}`;
}

export function bytes(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  let unit = 0;
  let scaled = value;
  while (scaled >= 1024 && unit < UNITS.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${unit === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[unit]}`;
}

export function rate(value) {
  return known(value) ? `${bytes(value)}/s` : UNKNOWN;
}

export function share(value) {
  return known(value) ? `${Math.floor(value * 1000) / 10} %` : UNKNOWN;
}

/** A moment, in seconds since 1970, as a time of day, with the date unless it is today. */
export function moment(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  const then = new Date(value * 1000);
  const two = (part) => String(part).padStart(2, "0");
  const time = `${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
  return then.toDateString() === new Date().toDateString()
    ? time
    : `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${time}`;
}

/** Which colour a worker's state has; the words say the same. */
export function tone(report) {
  switch (report["worker status"]) {
    case "Active":
      return !known(report.lag_seconds) || report.lag_seconds > 0 ? "busy" : "good";
    case "Passive":
      return "good";
    case "Initializing":
      return "busy";
    case "Faulty":
      return "bad";
    case "Stopped":
      return report.reason ? "bad" : "idle";
    default:
      return "idle";
  }
}

export function shouldRun(report) {
  return tone(report) !== "idle";
}

/** Makes an element. Text goes in as text: names of files are whatever somebody called them. */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
}

/** Sets a text only if it is another one, so that a selection or a screen reader is not disturbed. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** As say, with the numbers larger than their units. */
export function sayLarge(element, text) {
  if (element.textContent !== text) {
    element.replaceChildren(
      ...text.split(/(\s*[A-Za-z/]+)/).filter(Boolean)
        .map((part) => (/^\s*[A-Za-z/]+$/.test(part) && /\d/.test(text) ? make("small", {}, part) : part)));
  }
}
