// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rasters and voltages of the data given, layer by layer.
"use strict";

function plural(count, word, words = `${word}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? word : words}`;
}

function drawLayer(parent, linked, layer, steps) {
  const block = element("section", { class: "layer-activity" });
  parent.append(block);
  const about = [];
  const unit = layer.input ? "element" : "neuron";
  if (layer.neurons) about.push(plural(layer.neurons, unit));
  if (layer.count !== undefined) about.push(plural(layer.count, "spike"));
  block.append(element("h3", {}, layer.node, element("small", {}, about.join(", "))));
  if (layer.spikes) {
    const note = layer.every > 1 ? `, one in ${layer.every} is drawn` : "";
    const places = placesOf(layer.spikes);
    rasterPlot(block, linked, `Raster of ${layer.node}: ${about.join(", ")} in ${steps} steps${note}`, {
      rows: layer.shown, every: layer.every, steps, spikes: () => places, unit,
    });
  }
  for (const [key, name] of [["values", "value"], ["v", "voltage"], ["i", "current"]]) {
    if (!layer[key]) continue;
    const columns = columnsOf(numbersOf(layer[key]), layer.rows.length, steps);
    const label = `The ${name}s of ${unit}s ${layer.rows.join(", ")} of ${layer.node} in ${steps} steps`;
    const threshold = key === "v" ? layer.threshold : null;
    tracePlot(block, linked, label, { rows: layer.rows, columns, steps, threshold, name, unit });
  }
}

function showActivity(section, runs) {
  const linked = new Linked("activity");
  const plots = section.querySelector(".plots");
  const bar = section.querySelector(".toolbar");
  const draw = (index) => {
    const run = runs[index];
    linked.clear(run.steps);
    plots.replaceChildren();
    run.layers.forEach((layer) => drawLayer(plots, linked, layer, run.steps));
  };
  const choice = section.querySelector("select");
  if (choice) choice.addEventListener("change", () => draw(Number(choice.value)));
  zoomButtons(bar, linked);
  draw(0);
  return linked;
}
