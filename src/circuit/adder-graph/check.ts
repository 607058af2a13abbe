/**
 * What an adder graph computes and costs, worked out from the graph alone.
 *
 * The linear form of every value is summed up anew, so that a mistake of the optimiser cannot hide here.
 */
import { MismatchError } from '../../errors.ts';
import type { AdderGraph, AdderGraphCost } from './adder-graph.ts';

/** Inputs whose coefficients are followed at once: memory stays small for large graphs. */
const INPUTS_AT_ONCE = 64;

/**
 * Prove that a graph is its kernel: the linear form of each output equals the column.
 *
 * @throws MismatchError naming the first coefficient that differs
 */
export function checkAdderGraph(graph: AdderGraph, kernel: readonly (readonly number[])[]): void {
  for (let from = 0; from < graph.inputs.length; from += INPUTS_AT_ONCE) {
    const count = Math.min(INPUTS_AT_ONCE, graph.inputs.length - from);
    const forms = linearForms(graph, from, count);
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
  }
}

/** Coefficients of `count` inputs from `from` on, for every value. */
function linearForms({ inputs, adders }: AdderGraph, from: number, count: number): Float64Array {
  const forms = new Float64Array((inputs.length + adders.length) * count);
  for (let i = 0; i < count; i++) forms[(from + i) * count + i] = 1;
  adders.forEach(({ a, b, shift, subtract }, k) => {
    const factor = (subtract ? -1 : 1) * 2 ** shift;
    const at = (inputs.length + k) * count;
    for (let i = 0; i < count; i++) forms[at + i] = forms[a * count + i]! + factor * forms[b * count + i]!;
  });
  return forms;
}

/** Exact range of every value, both ends inclusive. */
export function valueRanges(graph: AdderGraph): readonly { readonly lo: number; readonly hi: number }[] {
  const count = graph.inputs.length + graph.adders.length;
  const lo = new Float64Array(count);
  const hi = new Float64Array(count);
  for (let from = 0; from < graph.inputs.length; from += INPUTS_AT_ONCE) {
    const width = Math.min(INPUTS_AT_ONCE, graph.inputs.length - from);
    const forms = linearForms(graph, from, width);
    for (let value = 0; value < count; value++) {
      for (let i = 0; i < width; i++) {
        const factor = forms[value * width + i]!;
        const input = graph.inputs[from + i]!;
        lo[value]! += factor * (factor > 0 ? input.lo : input.hi);
        hi[value]! += factor * (factor > 0 ? input.hi : input.lo);
      }
    }
  }
  return Array.from(lo, (least, value) => ({ lo: least, hi: hi[value]! }));
}

/** Bits of each adder: those of its result above the lowest bit of the shifted operand. */
export function adderWidths(graph: AdderGraph): readonly number[] {
  const ranges = valueRanges(graph);
  return graph.adders.map(({ shift }, k) => {
    const range = ranges[graph.inputs.length + k]!;
    return magnitudeBits(range) + (range.lo < 0 ? 1 : 0) - shift;
  });
}

/** Count what a graph costs. */
export function adderGraphCost(graph: AdderGraph): AdderGraphCost {
  const ranges = valueRanges(graph);
  const depth = new Int32Array(ranges.length);
  let adderBits = 0;
  let lutBits = 0;
  graph.adders.forEach(({ a, b, shift }, k) => {
    const value = graph.inputs.length + k;
    depth[value] = Math.max(depth[a]!, depth[b]!) + 1;
    const [p, q] = [ranges[a]!, ranges[b]!];
    adderBits += Math.max(magnitudeBits(p) - shift, magnitudeBits(q)) + (p.lo < 0 || q.lo < 0 ? 1 : 0);
    lutBits += magnitudeBits(ranges[value]!) + (ranges[value]!.lo < 0 ? 1 : 0) - shift;
  });
  return {
    adders: graph.adders.length,
    adderBits,
    lutBits,
    depth: graph.outputs.reduce((most, { value }) => (value < 0 ? most : Math.max(most, depth[value]!)), 0),
    negatedOutputs: graph.outputs.filter(({ negative }) => negative).length,
  };
}

/** Bits of a range without its sign. */
function magnitudeBits({ lo, hi }: { readonly lo: number; readonly hi: number }): number {
  let bits = 0;
  for (let reach = Math.max(hi, -lo - 1); reach >= 1; reach = Math.floor(reach / 2)) bits += 1;
  return bits;
}
