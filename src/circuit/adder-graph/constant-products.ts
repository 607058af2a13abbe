/**
 * Constant matrix times vectors of wires, with all outputs in one adder graph.
 *
 * Several vectors (the positions of a convolution) take the same graph, made for ranges that hold all of them.
 */
import { UnsupportedError } from '../../errors.ts';
import type { CircuitBuilder } from '../builder.ts';
import type { Wire, WireType } from '../circuit.ts';
import { alignType } from '../wire-type.ts';
import type { AdderGraph, InputRange } from './adder-graph.ts';
import { optimizeAdders } from './optimize.ts';
import type { Constant } from './output-plan.ts';
import { realizeAdderGraph } from './realize.ts';

/** Makes an adder graph for a kernel (one row per input) and the ranges of the inputs. */
export type AdderOptimizer = (kernel: readonly (readonly number[])[], inputs: readonly InputRange[]) => AdderGraph;

/**
 * Compute Σ_i kernel[i][j] · 2^-fraction · row[i] + constants[j], exactly, for every row.
 *
 * @param kernel raw integers, one list per input
 * @returns for each row one wire per output; null if the numbers are too large for adder graphs
 */
export function constantProducts(
  builder: CircuitBuilder,
  rows: readonly (readonly Wire[])[],
  kernel: readonly (readonly bigint[])[],
  fraction: number,
  constants: readonly (Constant | undefined)[],
  optimizer: AdderOptimizer = optimizeAdders,
): Wire[][] | null {
  const common = kernel.map((_, i) => hull(rows.map((row) => builder.typeOf(row[i]!))));
  const finest = Math.max(...common.map((type) => type.fraction));
  const exact = (value: bigint): number => (BigInt.asIntN(53, value) === value ? Number(value) : NaN);
  const ranges = common.map(({ lo, hi }) => ({ lo: exact(lo), hi: exact(hi) }));
  // Coarser inputs count in larger units.
  const scaled = kernel.map((weights, i) =>
    weights.map((weight) => exact(weight << BigInt(finest - common[i]!.fraction))),
  );
  if (ranges.some(({ lo, hi }) => Number.isNaN(lo + hi)) || scaled.some((row) => row.some(Number.isNaN))) return null;
  let graph: AdderGraph;
  try {
    graph = optimizer(scaled, ranges);
  } catch (error) {
    if (error instanceof UnsupportedError) return null;
    throw error;
  }
  const fractions = common.map((type) => type.fraction);
  return rows.map((row) => realizeAdderGraph(builder, graph, row, fractions, finest + fraction, constants));
}

/** The smallest type that holds all values of some types. */
function hull(types: readonly WireType[]): WireType {
  const fraction = Math.max(...types.map((type) => type.fraction));
  const aligned = types.map((type) => alignType(type, fraction));
  return {
    lo: aligned.reduce((least, { lo }) => (lo < least ? lo : least), aligned[0]!.lo),
    hi: aligned.reduce((most, { hi }) => (hi > most ? hi : most), aligned[0]!.hi),
    fraction,
  };
}
