// A line over the last quarter of an hour, drawn as SVG. Where nothing is known there is no line, but a hatched field.

import { known, moment } from "/words.js";

const SVG = "http://www.w3.org/2000/svg";
const SPAN = 900;
const GAP = 20;
let number = 0;

function svg(tag, attributes = {}, ...content) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
}

/** The least round number that is not less. */
function roundUp(value, steps) {
  const fixed = steps.find((step) => step >= value);
  if (fixed !== undefined) {
    return fixed;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

export class Chart {
  #host;
  #format;
  #steps;
  #name;
  #spark;
  #points = [];
  #now = 0;
  #at = null;
  #id = `hatch-${number++}`;
  #readout = document.createElement("output");

  /**
   * @param host the element to draw in
   * @param name what is drawn, for those who do not see it
   * @param format a figure as words
   * @param steps round numbers for the top of the scale, ascending
   * @param spark whether it is a small line without a scale
   */
  constructor(host, { name, format, steps, spark = false }) {
    this.#host = host;
    this.#name = name;
    this.#format = format;
    this.#steps = steps;
    this.#spark = spark;
    new ResizeObserver(() => this.#draw()).observe(host);
    if (!spark) {
      host.tabIndex = 0;
      host.setAttribute("role", "group");
      this.#readout.className = "readout";
      host.addEventListener("pointermove", (event) => this.#point(event));
      host.addEventListener("pointerleave", () => this.#show(null));
      host.addEventListener("blur", () => this.#show(null));
      host.addEventListener("keydown", (event) => this.#key(event));
    }
  }

  /** Draws points [seconds since 1970, figure or null], ascending. */
  set(points, now) {
    this.#points = points.filter(([time]) => time >= now - SPAN);
    this.#now = now;
    this.#draw();
  }

  #key(event) {
    const last = this.#points.length - 1;
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step !== undefined && last >= 0) {
      event.preventDefault();
      this.#show(Math.max(0, Math.min(last, (this.#at ?? last + (step < 0 ? 1 : 0)) + step)));
    }
  }

  #point(event) {
    const box = this.#host.getBoundingClientRect();
    const time = this.#now - SPAN * (1 - (event.clientX - box.left) / box.width);
    let best = null;
    this.#points.forEach(([at], i) => {
      if (best === null || Math.abs(at - time) < Math.abs(this.#points[best][0] - time)) {
        best = i;
      }
    });
    this.#show(best);
  }

  #show(at) {
    this.#at = at;
    this.#draw();
  }

  #draw() {
    const width = this.#host.clientWidth;
    const height = this.#host.clientHeight;
    if (width === 0 || height === 0) {
      return;
    }
    const foot = this.#spark ? 0 : 20;
    const head = this.#spark ? 3 : 14;
    const values = this.#points.map(([, value]) => value).filter(known);
    const top = roundUp(Math.max(...values, this.#steps[0]), this.#steps);
    const x = (time) => width * (1 - (this.#now - time) / SPAN);
    const y = (value) => head + (height - head - foot) * (1 - value / top);
    const picture = svg("svg", { width, height, "aria-hidden": "true", focusable: "false" });
    if (!this.#spark) {
      this.#grid(picture, width, top, y);
      this.#unknown(picture, x, head, height - foot);
    }
    this.#lines(picture, x, y, height - foot);
    if (!this.#spark) {
      this.#marks(picture, width, height, top, y);
    }
    this.#cursor(picture, x, y, head, height - foot);
    this.#host.replaceChildren(picture, ...(this.#spark ? [] : [this.#readout]));
    this.#describe(values);
  }

  #grid(picture, width, top, y) {
    for (const value of [0, top / 2, top]) {
      const at = Math.round(y(value)) + 0.5;
      picture.append(svg("line", { class: "grid", x1: 0, x2: width, y1: at, y2: at }));
    }
  }

  /** The scale's words, over the line. */
  #marks(picture, width, height, top, y) {
    for (const value of [top / 2, top]) {
      picture.append(svg("text", { class: "mark", x: 0, y: Math.round(y(value)) - 3.5 }, this.#format(value)));
    }
    for (const [minutes, anchor] of [[15, "start"], [10, "middle"], [5, "middle"], [0, "end"]]) {
      const at = width * (1 - minutes / 15);
      picture.append(
        svg("text", { class: "mark", x: at, y: height - 4, "text-anchor": anchor },
          minutes === 0 ? "now" : minutes === 15 ? "15 min ago" : String(minutes)));
    }
  }

  #unknown(picture, x, top, bottom) {
    const from = [];
    let begun = null;
    let before = null;
    for (const [time, value] of this.#points) {
      if (!known(value) && begun === null) {
        begun = before ?? time;
      } else if (known(value) && begun !== null) {
        from.push([begun, time]);
        begun = null;
      }
      before = time;
    }
    if (begun !== null) {
      from.push([begun, this.#now]);
    }
    if (from.length === 0) {
      return;
    }
    picture.append(
      svg("defs", {},
        svg("pattern", { id: this.#id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          svg("line", { class: "hatch", x1: 0, y1: 0, x2: 0, y2: 6 }))));
    for (const [begin, end] of from) {
      const left = Math.max(0, x(begin));
      picture.append(
        svg("rect", { x: left, y: top, width: Math.max(1, x(end) - left), height: bottom - top, fill: `url(#${this.#id})` }));
    }
  }

  #lines(picture, x, y, bottom) {
    let run = [];
    const flush = () => {
      if (run.length > 0) {
        const line = run.map(([at, up], i) => `${i === 0 ? "M" : "L"}${at.toFixed(1)} ${up.toFixed(1)}`).join("");
        const [first] = run[0];
        const [last] = run[run.length - 1];
        picture.append(
          svg("path", { class: "area", d: `${line}L${last.toFixed(1)} ${bottom}L${first.toFixed(1)} ${bottom}Z` }),
          svg("path", { class: "line", d: run.length === 1 ? `${line}h1` : line }));
      }
      run = [];
    };
    let before = null;
    for (const [time, value] of this.#points) {
      if (!known(value) || (before !== null && time - before > GAP)) {
        flush();
      }
      if (known(value)) {
        run.push([x(time), y(value)]);
      }
      before = time;
    }
    const end = run[run.length - 1];
    flush();
    if (end) {
      picture.append(svg("circle", { class: "dot", cx: Math.min(end[0], this.#host.clientWidth - 3), cy: end[1], r: 3 }));
    }
  }

  #cursor(picture, x, y, top, bottom) {
    const point = this.#at === null ? undefined : this.#points[this.#at];
    this.#readout.hidden = point === undefined;
    if (point === undefined) {
      return;
    }
    const at = x(point[0]);
    picture.append(svg("line", { class: "cursor", x1: at, x2: at, y1: top, y2: bottom }));
    if (known(point[1])) {
      picture.append(svg("circle", { class: "dot", cx: at, cy: y(point[1]), r: 4 }));
    }
    this.#readout.textContent = `${moment(point[0])}  ${this.#format(point[1])}`;
  }

  #describe(values) {
    if (this.#spark) {
      return;
    }
    const now = this.#points.length === 0 ? null : this.#points[this.#points.length - 1][1];
    this.#host.setAttribute(
      "aria-label",
      `${this.#name} over the last 15 minutes: now ${this.#format(now)}, at most ` +
        `${this.#format(values.length === 0 ? null : Math.max(...values))}. Arrow keys go through it.`);
  }
}
