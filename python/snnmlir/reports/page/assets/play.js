// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs the network step by step, on the data given or on spikes that the reader injects.
"use strict";

const GAP = 8; // between maps of inputs
const LARGEST = { int8_t: 127, int16_t: 32767 };
const WATCHED = 4; // voltages of a layer that are drawn

/** Input elements as cells that are clicked; a map for each channel. */
class Cells {
  constructor(parent, array, onToggle) {
    const shape = array.shape.length >= 2 ? array.shape : Cells.square(array.size);
    this.columns = shape[shape.length - 1];
    this.rows = shape[shape.length - 2];
    this.size = array.size;
    this.cell = Math.max(3, Math.min(18, Math.floor(300 / this.columns)));
    this.wide = this.columns * this.cell + GAP; // of a map
    this.high = this.rows * this.cell + GAP;
    const maps = Math.ceil(array.size / (this.columns * this.rows));
    this.across = Math.min(maps, Math.max(1, Math.floor(640 / this.wide)));
    this.at = 0;
    this.values = new Uint8Array(this.size);
    this.pending = new Set();
    this.canvas = element("canvas", {
      class: "cells", tabindex: "0", role: "application",
      "aria-label": `Elements of ${array.signal}: arrow keys move, space sets a spike for the next step`,
    });
    this.canvas.width = this.across * this.wide - GAP;
    this.canvas.height = Math.ceil(maps / this.across) * this.high - GAP;
    parent.append(this.canvas);
    this.canvas.addEventListener("click", (event) => {
      const at = this.under(event);
      if (at !== null) onToggle(at);
    });
    this.canvas.addEventListener("keydown", (event) => this.key_pressed(event, onToggle));
    for (const kind of ["focus", "blur"]) this.canvas.addEventListener(kind, () => this.draw(this.values, this.pending));
  }

  static square(size) {
    const root = Math.sqrt(size);
    if (Number.isInteger(root)) return [root, root];
    const columns = Math.min(size, 16);
    return [Math.ceil(size / columns), columns];
  }

  /** The element below the pointer, or null between maps. */
  under(event) {
    const scale = this.canvas.width / this.canvas.getBoundingClientRect().width;
    const [x, y] = [event.offsetX * scale, event.offsetY * scale];
    const map = Math.floor(y / this.high) * this.across + Math.floor(x / this.wide);
    const column = Math.floor((x % this.wide) / this.cell);
    const row = Math.floor((y % this.high) / this.cell);
    const at = (map * this.rows + row) * this.columns + column;
    return column < this.columns && row < this.rows && at < this.size ? at : null;
  }

  key_pressed(event, onToggle) {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[event.key];
    if (by !== undefined) this.at = Math.min(Math.max(this.at + by, 0), this.size - 1);
    else if (event.key === " " || event.key === "Enter") onToggle(this.at);
    else return;
    event.preventDefault();
    this.draw(this.values, this.pending);
  }

  corner(at) {
    const map = Math.floor(at / (this.columns * this.rows));
    return [
      (map % this.across) * this.wide + (at % this.columns) * this.cell,
      Math.floor(map / this.across) * this.high + (Math.floor(at / this.columns) % this.rows) * this.cell,
    ];
  }

  /** Values in colours, and a frame around those that get a spike in the next step. */
  draw(values, pending) {
    this.values = values;
    this.pending = pending;
    const context = this.canvas.getContext("2d");
    const [empty, positive, negative] = [colour("cell"), colour("spike"), colour("trace-1")];
    const side = this.cell - (this.cell > 5 ? 1 : 0);
    const most = values.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0) || 1;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (let at = 0; at < this.size; at += 1) {
      const strength = Math.abs(values[at]) / most;
      context.fillStyle = empty;
      context.fillRect(...this.corner(at), side, side);
      if (strength === 0) continue;
      context.globalAlpha = 0.25 + 0.75 * strength;
      context.fillStyle = values[at] < 0 ? negative : positive;
      context.fillRect(...this.corner(at), side, side);
      context.globalAlpha = 1;
    }
    const framed = [...pending].map((at) => [at, colour("accent")]);
    if (document.activeElement === this.canvas) framed.push([this.at, colour("ink")]);
    context.lineWidth = 2;
    for (const [at, stroke] of framed) {
      const [x, y] = this.corner(at);
      context.strokeStyle = stroke;
      context.strokeRect(x + 1, y + 1, side - 2, side - 2);
    }
  }
}

/** The last steps of a layer: a raster of its spikes, and some voltages. */
class Watch {
  constructor(parent, linked, machine, name, taps, { threshold, window }) {
    this.window = window;
    this.linked = linked;
    this.machine = machine;
    this.spikes = taps.find((tap) => tap.signal === name && tap.content !== "values" && tap.content !== "integers");
    this.voltage = taps.find((tap) => tap.signal === `${name}.v`) || (this.spikes ? undefined : taps[0]);
    this.places = [];
    const block = element("section", { class: "layer-activity" });
    parent.append(block);
    this.count = element("small", {});
    block.append(element("h4", {}, name, this.count));
    if (this.spikes) {
      this.raster = rasterPlot(block, linked, `Spikes of ${name} in the last ${window} steps`, {
        rows: this.spikes.size, steps: window, spikes: () => this.places, most: 120,
      });
    }
    if (this.voltage) {
      const rows = Array.from({ length: Math.min(WATCHED, this.voltage.size) }, (_, row) =>
        Math.floor((row * this.voltage.size) / Math.min(WATCHED, this.voltage.size)));
      this.rows = rows;
      this.columns = rows.map(() => new Array(window).fill(null));
      this.trace = tracePlot(block, linked, `Voltages of ${name} in the last ${window} steps`, {
        rows, columns: this.columns, steps: window, threshold, name: "voltage",
      });
    }
    this.reset();
  }

  reset() {
    this.total = 0;
    this.places.length = 0;
    if (this.columns) this.columns.forEach((column) => column.fill(null));
  }

  /** Takes what the last step left; the oldest step goes once the window is full. */
  take(step) {
    const isFull = step >= this.window;
    const at = isFull ? this.window - 1 : step;
    if (this.spikes) {
      const { size } = this.spikes;
      if (isFull) {
        const kept = this.places.slice(firstFrom(this.places, size)).map((place) => place - size);
        this.places.splice(0, this.places.length, ...kept);
      }
      const memory = this.machine.memory(this.spikes);
      for (let neuron = 0; neuron < size; neuron += 1) {
        const count = memory[this.machine.position(this.spikes, neuron)];
        if (count) this.places.push(at * size + neuron);
        this.total += count;
      }
    }
    if (this.columns) {
      this.rows.forEach((row, index) => {
        if (isFull) this.columns[index].shift();
        this.columns[index][at] = this.machine.real(this.voltage, row);
      });
    }
  }

  draw() {
    if (this.spikes) this.count.textContent = plural(this.total, "spike");
    if (this.raster) this.raster.redraw(false);
    if (!this.trace) return;
    const [min, max] = this.linked.range;
    this.trace.setData([this.trace.data[0], ...this.columns], false);
    this.trace.setScale("x", { min, max }); // fits the voltages, too
  }
}

class Player {
  constructor(section, machine, runs, thresholds) {
    this.section = section;
    this.machine = machine;
    this.runs = runs;
    this.timer = null;
    this.seed = 1;
    this.find = (name) => section.querySelector(`[data-play="${name}"]`);
    this.pending = machine.inputs.map(() => new Set());
    this.linked = new Linked("play");
    const longest = Math.max(0, ...runs.map((run) => run.steps));
    const window = Math.min(Math.max(longest, 30), 100);
    this.linked.clear(window);
    this.cells = machine.inputs.map((array, index) =>
      new Cells(this.inputBlock(array), array, (at) => this.toggle(index, at)));
    this.watches = this.layers().map(([name, taps]) =>
      new Watch(this.find("layers"), this.linked, machine, name, taps, { threshold: thresholds[name], window }));
    this.makeOutputs();
    this.connect();
    this.reset();
  }

  inputBlock(array) {
    const block = element("div", {}, element("h4", {}, array.signal, element("small", {}, array.shape.join("×"))));
    this.find("inputs").append(block);
    return block;
  }

  /** The signals that are watched, by layer: what has a voltage, or sends spikes. */
  layers() {
    const found = new Map();
    for (const tap of this.machine.taps) {
      const name = tap.signal.replace(/\.[vi]$/, "");
      found.set(name, [...(found.get(name) || []), tap]);
    }
    return [...found].filter(([name, taps]) =>
      taps.some((tap) => tap.signal === `${name}.v` || tap.content === "spikes" || tap.content === "counts"));
  }

  makeOutputs() {
    this.bars = this.machine.outputs.map((array) => {
      const list = element("ol", { class: "bars", start: "0" });
      const items = Array.from({ length: Math.min(array.size, 32) }, (_, index) => {
        const text = element("span", { class: "number" }, "0");
        const fill = element("span", { class: "fill" });
        list.append(element("li", {}, element("span", { class: "index" }, String(index)), element("span", { class: "track" }, fill), text));
        return { text, fill };
      });
      const what = array.content === "spikes" || array.content === "counts" ? "spikes so far" : "now";
      const block = element("div", {}, element("h4", {}, array.signal, element("small", {}, what)), list);
      this.find("outputs").append(block);
      return { array, items, sums: new Float64Array(array.size) };
    });
  }

  connect() {
    const on = (name, does) => this.find(name).addEventListener("click", does);
    on("step", () => { this.pause(); this.advance(1); });
    on("play", () => (this.timer === null ? this.play() : this.pause()));
    on("reset", () => this.reset());
    this.find("source").addEventListener("change", () => this.reset());
    this.find("inject").addEventListener("submit", (event) => {
      event.preventDefault();
      const input = this.find("element");
      const at = Number(input.value);
      const sizes = this.machine.inputs.map((array) => array.size);
      let index = 0;
      let left = at;
      while (index < sizes.length && left >= sizes[index]) { left -= sizes[index]; index += 1; }
      if (index < sizes.length && left >= 0 && Number.isInteger(left)) this.toggle(index, left);
    });
  }

  toggle(index, at) {
    const pending = this.pending[index];
    if (!pending.delete(at)) pending.add(at);
    const which = `element ${at} of ${this.machine.inputs[index].signal}`;
    this.say(pending.has(at) ? `A spike is set for ${which} in the next step.` : `No spike for ${which}.`);
    this.drawCells();
  }

  say(text) {
    this.find("status").textContent = text;
  }

  reset() {
    this.pause();
    this.machine.reset();
    this.at = 0;
    this.machine.inputs.forEach((array) => this.machine.memory(array).fill(0));
    this.pending.forEach((pending) => pending.clear());
    const chosen = this.find("source").value;
    this.run = /^\d+$/.test(chosen) ? this.runs[Number(chosen)] : null;
    this.given = this.run ? inputsOf(this.run, this.machine) : null;
    this.chance = chosen.startsWith("random") ? 0.05 : 0;
    this.seed = 1;
    this.bars.forEach(({ sums }) => sums.fill(0));
    this.watches.forEach((watch) => watch.reset());
    this.draw();
    this.say("Before the first step.");
  }

  /** The same numbers each time: a page has no need of chance. */
  random() {
    this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0;
    return this.seed / 2 ** 32;
  }

  /** Fills the inputs of the next step; false if the data has ended. */
  fill() {
    if (this.run) {
      if (this.at >= this.run.steps) return false;
      this.machine.feed(this.given, this.at);
    }
    this.machine.inputs.forEach((array, index) => {
      const memory = this.machine.memory(array);
      const spike = array.scale ? Math.min(Math.round(1 / array.scale.values[0]), LARGEST[array.type]) : 1;
      if (!this.run) {
        for (let k = 0; k < array.size; k += 1) memory[k] = this.chance && this.random() < this.chance ? spike : 0;
      }
      for (const at of this.pending[index]) memory[at] = spike;
      this.pending[index].clear();
    });
    return true;
  }

  advance(steps) {
    for (let k = 0; k < steps; k += 1) {
      if (!this.fill()) {
        this.pause();
        this.say(`The data has ended after ${plural(this.at, "step")}.`);
        return;
      }
      this.machine.step();
      this.watches.forEach((watch) => watch.take(this.at));
      this.bars.forEach(({ array, sums }) => {
        const adds = array.content === "spikes" || array.content === "counts";
        for (let n = 0; n < array.size; n += 1) sums[n] = (adds ? sums[n] : 0) + this.machine.real(array, n);
      });
      this.at += 1;
    }
    this.draw();
    if (this.timer === null) this.say(`After ${plural(this.at, "step")}.`);
  }

  play() {
    this.find("play").textContent = "Pause";
    this.say("Playing.");
    const tick = () => {
      this.advance(1);
      if (this.timer !== null) this.timer = setTimeout(tick, 1000 / Number(this.find("speed").value));
    };
    this.timer = setTimeout(tick, 0);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.find("play").textContent = "Play";
  }

  drawCells() {
    this.cells.forEach((cells, index) => cells.draw(this.machine.memory(this.machine.inputs[index]), this.pending[index]));
  }

  draw() {
    this.find("at").textContent = String(this.at);
    this.drawCells();
    this.watches.forEach((watch) => watch.draw());
    this.bars.forEach(({ items, sums }) => {
      const most = Math.max(...sums.map(Math.abs), 1e-12);
      items.forEach(({ text, fill }, index) => {
        text.textContent = Number.isInteger(sums[index]) ? String(sums[index]) : sums[index].toPrecision(4);
        fill.style.width = `${(Math.abs(sums[index]) / most) * 100}%`;
      });
    });
  }
}
