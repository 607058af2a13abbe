/**
 * What an adder graph computes, worked out from the graph alone.
 *
 * The linear form of every value is summed up anew, so that a mistake of the optimiser cannot hide here.
 */
import { MismatchError } from '../../errors.ts';
import type { AdderGraph } from './adder-graph.ts';

/** Inputs whose coefficients are followed at once: memory stays small for large graphs. */
const INPUTS_AT_ONCE = 64;

/**
 * Prove that a graph is its kernel: the linear form of each output equals the column.
 *
 * @throws MismatchError naming the first coefficient that differs
 */
export function checkAdderGraph(graph: AdderGraph, kernel: readonly (readonly number[])[]): void {
  followInputs(graph, (from, count, forms) => {
    graph.outputs.forEach(({ value, shift, negative }, j) => {
      const factor = (negative ? -1 : 1) * 2 ** shift;
      for (let i = 0; i < count; i++) {
        const found = value < 0 ? 0 : factor * forms[value * count + i]!;
        const expected = kernel[from + i]![j]!;
        if (found !== expected && !(found === 0 && expected === 0)) {
          throw new MismatchError(
            `The adder graph multiplies input ${from + i} by ${found} in output ${j}; the kernel says ${expected}.`,
          );
        }
      }
    });
  });
}

/**
 * Work out the coefficients of some inputs after the others, for every value.
 *
 * @param visit is given the first input, their number, a row of coefficients per value, and which rows are not all 0
 */
function followInputs(
  { inputs, adders }: AdderGraph,
  visit: (from: number, count: number, forms: Float64Array, isTouched: Uint8Array) => void,
): void {
  const values = inputs.length + adders.length;
  const forms = new Float64Array(values * Math.min(INPUTS_AT_ONCE, inputs.length));
  const isTouched = new Uint8Array(values);
  for (let from = 0; from < inputs.length; from += INPUTS_AT_ONCE) {
    const count = Math.min(INPUTS_AT_ONCE, inputs.length - from);
    for (let i = 0; i < count; i++) {
      forms[(from + i) * count + i] = 1;
      isTouched[from + i] = 1;
    }
    adders.forEach(({ a, b, shift, subtract }, k) => {
      if (isTouched[a] === 0 && isTouched[b] === 0) return;
      const factor = (subtract ? -1 : 1) * 2 ** shift;
      const at = (inputs.length + k) * count;
      for (let i = 0; i < count; i++) forms[at + i] = forms[a * count + i]! + factor * forms[b * count + i]!;
      isTouched[inputs.length + k] = 1;
    });
    visit(from, count, forms, isTouched);
    for (let value = 0; value < values; value++) {
      if (isTouched[value] === 1) forms.fill(0, value * count, (value + 1) * count);
    }
    isTouched.fill(0);
  }
}

/** Exact range of every value, both ends inclusive. */
export function valueRanges(graph: AdderGraph): readonly { readonly lo: number; readonly hi: number }[] {
  const { inputs } = graph;
  const values = inputs.length + graph.adders.length;
  const lo = new Float64Array(values);
  const hi = new Float64Array(values);
  followInputs(graph, (from, count, forms, isTouched) => {
    for (let value = 0; value < values; value++) {
      if (isTouched[value] === 0) continue;
      for (let i = 0; i < count; i++) {
        const factor = forms[value * count + i]!;
        const input = inputs[from + i]!;
        lo[value]! += factor * (factor > 0 ? input.lo : input.hi);
        hi[value]! += factor * (factor > 0 ? input.hi : input.lo);
      }
    }
  });
  return Array.from(lo, (least, value) => ({ lo: least, hi: hi[value]! }));
}
