// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Fills the page with what needs a script.
"use strict";

/** What tests and curious readers ask in the console. */
const snnReport = { ready: null, machine: null, data: null, linked: [] };

async function startMachine(section, data) {
  const note = section.querySelector("[data-play=compared]");
  let machine = null;
  try {
    machine = await Machine.start(data.machine);
  } catch (error) {
    note.textContent = `This browser does not run it: ${error.message}`;
    return;
  }
  snnReport.machine = machine;
  let entries = 0;
  let differing = 0;
  for (const run of data.runs) {
    const found = compared(machine, run);
    entries += found.entries;
    differing += found.differing;
  }
  snnReport.compared = { entries, differing };
  if (data.runs.length > 0) {
    note.textContent = differing === 0
      ? `On the data above it gave the same outputs as the C on the machine that made this page, bit for bit: ${plural(entries, "entry", "entries")}.`
      : `On the data above ${differing} of ${entries} outputs differ from the C on the machine that made this page.`;
    note.classList.add(differing === 0 ? "good" : "bad");
  }
  section.querySelector("[data-play=stage]").hidden = false;
  snnReport.player = new Player(section, machine, data.runs, data.thresholds);
}

async function main() {
  const data = JSON.parse(document.getElementById("data").textContent);
  snnReport.data = data;
  const drawn = document.getElementById("drawing");
  if (drawn) {
    drawGraph(drawn, data);
    let width = drawn.parentElement.clientWidth;
    new ResizeObserver(() => {
      if (drawn.parentElement.clientWidth === width) return;
      width = drawn.parentElement.clientWidth;
      drawGraph(drawn, data);
    }).observe(drawn.parentElement);
  }
  const runs = data.runs || [];
  const shown = snnReport.linked;
  if (runs.length > 0) shown.push(showActivity(document.getElementById("activity"), runs));
  if (data.machine) await startMachine(document.getElementById("run"), data);
  if (snnReport.player) shown.push(snnReport.player.linked);
  const redraw = () => {
    shown.forEach((linked) => linked.plots.forEach((plot) => plot.redraw(false, true)));
    if (snnReport.player) snnReport.player.drawCells();
  };
  for (const block of document.querySelectorAll("details")) {
    addEventListener("beforeprint", () => { block.dataset.open = block.open; block.open = block.open || block.hasAttribute("data-print"); });
    addEventListener("afterprint", () => { block.open = block.dataset.open === "true"; });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const paper = (width) => shown.forEach((linked) =>
    linked.plots.forEach((plot) => plot.setSize({ width: width || plot.root.parentElement.clientWidth, height: plot.height })));
  if (location.protocol === "about:") { // in a notebook's frame "#node-1" is an address of the notebook
    addEventListener("click", (event) => {
      const link = event.target.closest("a");
      const target = link && document.getElementById(link.getAttribute("href").slice(1));
      if (!target) return;
      event.preventDefault();
      target.scrollIntoView();
      target.focus();
    });
  }
  const root = document.documentElement;
  addEventListener("beforeprint", () => { root.dataset.print = ""; paper(660); redraw(); });
  addEventListener("afterprint", () => { delete root.dataset.print; paper(0); redraw(); });
}

snnReport.ready = main();
window.snnReport = snnReport;
