// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The generated C as WebAssembly: its memory, and what is in it.
"use strict";

class Machine {
  /** Starts the module that reports/page/machine.py describes. */
  static async start(about) {
    const { instance } = await WebAssembly.instantiate(bytesOf(about.code), {});
    return new Machine(instance.exports, about.arrays);
  }

  constructor(exports, arrays) {
    this.exports = exports;
    this.arrays = arrays.map((array) => ({ ...array, size: sizeOf(array.shape) }));
    this.inputs = this.arrays.filter((array) => array.role === "input");
    this.outputs = this.arrays.filter((array) => array.role === "output");
    this.taps = this.arrays.filter((array) => array.role === "tap");
    this.reset();
  }

  reset() {
    this.exports.page_init();
    this.steps = 0;
  }

  step() {
    this.exports.page_step();
    this.steps += 1;
  }

  /** The memory of an input, an output or a tap, as the C has it. */
  memory(array) {
    return new ARRAYS[array.type](this.exports.memory.buffer, this.exports[array.symbol].value, array.size);
  }

  /** Which element of the memory is a neuron, counted as NIR does: channels first. */
  position(array, neuron) {
    if (!array.channels_last) return neuron;
    const channels = array.shape[array.shape.length - 1];
    const places = array.size / channels;
    return (neuron % places) * channels + Math.floor(neuron / places);
  }

  /** A neuron's number, in real units. */
  real(array, neuron) {
    const place = this.position(array, neuron);
    const value = this.memory(array)[place];
    if (!array.scale) return value;
    const { values, axis: along } = array.scale;
    if (values.length === 1) return value * values[0];
    const inner = sizeOf(array.shape.slice(along + 1));
    return value * values[Math.floor(place / inner) % array.shape[along]];
  }

  /** Sets the inputs of one step of a run. */
  feed(inputs, step) {
    this.inputs.forEach((array, index) => {
      this.memory(array).set(inputs[index].subarray(step * array.size, (step + 1) * array.size));
    });
  }

  /** The outputs of a whole run from the start, an array of all steps for each. */
  run(inputs, steps) {
    this.reset();
    const outputs = this.outputs.map((array) => new ARRAYS[array.type](array.size * steps));
    for (let step = 0; step < steps; step += 1) {
      this.feed(inputs, step);
      this.step();
      this.outputs.forEach((array, index) => outputs[index].set(this.memory(array), step * array.size));
    }
    return outputs;
  }
}

/** The inputs of a run as the C takes them. */
function inputsOf(run, machine) {
  return run.inputs.map((packed, index) => {
    if (packed.type !== "spikes") return numbersOf(packed);
    const array = new Uint8Array(machine.inputs[index].size * run.steps);
    for (const place of placesOf(packed)) array[place] += 1;
    return array;
  });
}

/** How many entries of a run's outputs there are, and how many differ, bit for bit. */
function compared(machine, run) {
  const found = machine.run(inputsOf(run, machine), run.steps);
  let entries = 0;
  let differing = 0;
  found.forEach((array, index) => {
    const size = array.BYTES_PER_ELEMENT;
    const ours = new Uint8Array(array.buffer);
    const theirs = bytesOf(run.outputs[index].data);
    entries += array.length;
    for (let k = 0; k < ours.length; k += size) {
      for (let byte = 0; byte < size; byte += 1) {
        if (ours[k + byte] !== theirs[k + byte]) {
          differing += 1;
          break;
        }
      }
    }
  });
  return { entries, differing };
}
