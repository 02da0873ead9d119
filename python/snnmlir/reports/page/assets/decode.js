// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the arrays that reports/page/packing.py wrote.
"use strict";

const ARRAYS = {
  float32: Float32Array, float64: Float64Array, uint8: Uint8Array,
  int8: Int8Array, int16: Int16Array, int32: Int32Array,
  float: Float32Array, double: Float64Array, uint8_t: Uint8Array,
  int8_t: Int8Array, int16_t: Int16Array, int32_t: Int32Array,
};

function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Numbers as they were packed. */
function numbersOf(packed) {
  return new ARRAYS[packed.type](bytesOf(packed.data).buffer);
}

/** Where spikes are: step * neurons + neuron, in ascending order; counts are repeated. */
function placesOf(packed) {
  const places = [];
  let place = 0;
  let gap = 0;
  let shift = 0;
  for (const byte of bytesOf(packed.data)) {
    gap += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) {
      place += gap;
      places.push(place);
      gap = 0;
      shift = 0;
    }
  }
  return places;
}

function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/** An element of the page, its attributes and children; texts are never markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A colour of the style sheet, as it is now: light or dark. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
