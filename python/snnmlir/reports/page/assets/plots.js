// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rasters and traces over steps: uPlot draws axes and lines, and zooms.
"use strict";

const TRACES = 6; // colours of the style sheet

/** Plots that show the same steps: zooming one zooms all of them. */
class Linked {
  constructor(key) {
    this.key = key;
    this.plots = [];
    this.setting = false;
    this.range = [-0.5, 0.5];
    this.whole = [-0.5, 0.5];
  }

  clear(steps) {
    this.plots.forEach((plot) => plot.destroy());
    this.plots = [];
    this.whole = [-0.5, Math.max(steps, 1) - 0.5];
    this.range = this.whole;
  }

  show(from, to) {
    const [first, last] = this.whole;
    const width = Math.min(Math.max(to - from, 4), last - first);
    const start = Math.min(Math.max(from, first), last - width);
    this.range = [start, start + width];
    this.setting = true;
    this.plots.forEach((plot) => plot.setScale("x", { min: start, max: start + width }));
    this.setting = false;
  }

  zoom(factor) {
    const middle = (this.range[0] + this.range[1]) / 2;
    const half = ((this.range[1] - this.range[0]) / 2) * factor;
    this.show(middle - half, middle + half);
  }

  move(part) {
    const by = (this.range[1] - this.range[0]) * part;
    this.show(this.range[0] + by, this.range[1] + by);
  }

  all() {
    this.show(...this.whole);
  }

  key_pressed(event) {
    const does = {
      ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25),
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2),
      0: () => this.all(), Home: () => this.all(),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  }
}

function axis(label, size) {
  return {
    label, size, labelSize: 18, gap: 4, labelGap: 0, font: "11px system-ui, sans-serif",
    labelFont: "11px system-ui, sans-serif", stroke: () => colour("muted"),
    grid: { stroke: () => colour("grid"), width: 1 }, ticks: { stroke: () => colour("grid"), width: 1, size: 4 },
  };
}

/** A plot in a focusable frame that a screen reader can tell of. */
function plotIn(parent, linked, label, height, yLabel, more) {
  const frame = element("div", { class: "plot", tabindex: "0", role: "img", "aria-label": label });
  parent.append(frame);
  frame.addEventListener("keydown", (event) => linked.key_pressed(event));
  const { data, y, series = [], hooks = {}, legend } = more;
  const plot = new uPlot({
    width: Math.max(frame.clientWidth, 200), height, legend: { show: false },
    cursor: { sync: { key: linked.key }, y: false, points: { show: false }, drag: { x: true, y: false } },
    scales: { x: { time: false, range: (_, min, max) => [min, max], min: linked.range[0], max: linked.range[1] }, y },
    axes: [
      { ...axis(null, 22), values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick : null)) },
      axis(yLabel, 52),
    ],
    series: [{}, ...series],
    hooks: {
      ...hooks,
      ready: [(made) => made.setScale("x", { min: linked.range[0], max: linked.range[1] })],
      setScale: [(made, scale) => {
        if (scale !== "x" || linked.setting || linked.plots.indexOf(made) < 0) return;
        const { min, max } = made.scales.x;
        if (min !== linked.range[0] || max !== linked.range[1]) linked.show(min, max);
      }],
    },
  }, data, frame);
  plot.over.addEventListener("dblclick", (event) => {
    event.stopImmediatePropagation();
    linked.all();
  }, true);
  linked.plots.push(plot);
  const observer = new ResizeObserver(() => {
    if (frame.clientWidth > 0) plot.setSize({ width: frame.clientWidth, height });
  });
  observer.observe(frame);
  plot.hooks.destroy = [() => observer.disconnect()];
  if (legend) parent.append(legend);
  return plot;
}

/** The first place in an ascending array that is not below a number. */
function firstFrom(places, least) {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Spikes as marks; `spikes()` gives their places, step * rows + row. */
function rasterPlot(parent, linked, label, { rows, every = 1, steps, spikes, unit = "neuron", most = 220 }) {
  const height = 56 + Math.min(most, Math.max(36, rows * 5));
  const draw = (plot) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const { min, max } = plot.scales.x;
    const step = bbox.width / (max - min);
    const row = bbox.height / rows;
    const wide = Math.min(Math.max(step * 0.8, 1.2 * ratio), 5 * ratio);
    const high = Math.min(Math.max(row * 0.8, ratio), 7 * ratio);
    const places = spikes();
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colour("spike");
    const end = Math.ceil(max + 1) * rows;
    for (let k = firstFrom(places, Math.floor(min) * rows); k < places.length && places[k] < end; k += 1) {
      const x = bbox.left + (Math.floor(places[k] / rows) - min) * step;
      const y = bbox.top + bbox.height - ((places[k] % rows) + 0.5) * row;
      ctx.fillRect(x - wide / 2, y - high / 2, wide, high);
    }
    ctx.restore();
  };
  const xs = Array.from({ length: Math.max(steps, 2) }, (_, step) => step);
  const plot = plotIn(parent, linked, label, height, unit, {
    data: [xs, xs.map(() => null)],
    y: { range: [-0.5, rows - 0.5] },
    series: [{ show: true }],
    hooks: { draw: [draw] },
  });
  plot.axes[1].values = (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick * every : null));
  plot.redraw(false, true);
  return plot;
}

function legendOf(rows, name, unit) {
  const items = rows.map((row, index) => element("li", {}, element("span", { class: `swatch t${index % TRACES}` }), String(row)));
  return element("ul", { class: "legend", "data-unit": unit, "aria-label": `Which ${unit}s are drawn: their ${name}` }, ...items);
}

/** Values of some neurons as lines; `columns` has an array of steps for each. */
function tracePlot(parent, linked, label, { rows, columns, steps, threshold, name, unit = "neuron" }) {
  const xs = Array.from({ length: Math.max(steps, 1) }, (_, step) => step);
  const draw = (plot) => {
    if (threshold === undefined || threshold === null) return;
    const y = plot.valToPos(threshold, "y", true);
    const { left, top, width, height } = plot.bbox;
    if (y < top || y > top + height) return;
    plot.ctx.save();
    plot.ctx.strokeStyle = colour("ink");
    plot.ctx.lineWidth = devicePixelRatio;
    plot.ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(left, y);
    plot.ctx.lineTo(left + width, y);
    plot.ctx.stroke();
    plot.ctx.restore();
  };
  return plotIn(parent, linked, label, 150, name, {
    data: [xs, ...columns],
    y: {
      range: (_, min, max) => {
        const low = Math.min(min ?? 0, threshold ?? Infinity, 0);
        const high = Math.max(max ?? 1, threshold ?? -Infinity, 0);
        const pad = (high - low || 1) * 0.06;
        return [low - pad, high + pad];
      },
    },
    series: rows.map((_, index) => ({
      stroke: () => colour(`trace-${index % TRACES}`), width: 1.6, points: { show: false },
    })),
    hooks: { draw: [draw] },
    legend: legendOf(rows, name, unit),
  });
}

/** The columns of values [steps, rows]. */
function columnsOf(values, rows, steps) {
  return Array.from({ length: rows }, (_, row) => Array.from({ length: steps }, (__, step) => values[step * rows + row]));
}

function zoomButtons(bar, linked) {
  const buttons = [
    ["Earlier", "◂", () => linked.move(-0.5)], ["Later", "▸", () => linked.move(0.5)],
    ["Zoom in", "+", () => linked.zoom(0.5)], ["Zoom out", "−", () => linked.zoom(2)],
    ["All steps", "All", () => linked.all()],
  ];
  for (const [label, sign, does] of buttons) {
    const button = element("button", { type: "button", "aria-label": label, title: label }, sign);
    button.addEventListener("click", does);
    bar.append(button);
  }
}
