/**
 * Functions of 7 to 9 bits: 6-input tables joined by the fabric's multiplexers (F7, F8, F9), which are free.
 *
 * A table whose part of the function is constant is none: the conjunction of eight bits takes one table, not four.
 */
import type { BitNetwork } from './bit-network.ts';

/** Inputs of one look-up table. */
const LUT_INPUTS = 6;

/**
 * Count the 6-input tables that a node takes as a function of some other nodes.
 *
 * Which of its inputs choose between the tables is the mapper's whim; of the two orders the dearer one counts, which
 * came nearer to Yosys on every design where they differ.
 */
export function countWideTables(network: BitNetwork, node: number, leaves: readonly number[]): number {
  if (leaves.length <= LUT_INPUTS) return 1;
  const orders = [leaves, leaves.toReversed()].map((order) =>
    varyingParts(truthOf(network, node, order), order.length),
  );
  return Math.max(1, ...orders);
}

/** Count the parts of a truth table, 6 inputs each, that are not constant. */
function varyingParts(truth: bigint, inputs: number): number {
  const rows = BigInt(2 ** LUT_INPUTS);
  const ones = (1n << rows) - 1n;
  let parts = 0;
  for (let part = 0n; part < 2n ** BigInt(inputs - LUT_INPUTS); part += 1n) {
    const values = (truth >> (part * rows)) & ones;
    if (values !== 0n && values !== ones) parts += 1;
  }
  return parts;
}

/** The truth table of a node over some leaves; row k has leaf i at bit i of k. */
function truthOf(network: BitNetwork, node: number, leaves: readonly number[]): bigint {
  const rows = 2 ** leaves.length;
  const all = (1n << BigInt(rows)) - 1n;
  const known = new Map<number, bigint>([[0, 0n]]);
  leaves.forEach((leaf, k) => known.set(leaf, inputPattern(k, rows)));
  const value = (at: number): bigint => {
    const found = known.get(at);
    if (found !== undefined) return found;
    const { inputs, truth } = network.gate(at)!;
    const words = inputs.map((bit) => {
      const resolved = network.resolve(bit);
      const word = value(resolved >> 1);
      return resolved & 1 ? word ^ all : word;
    });
    const result = compose(truth, words, all);
    known.set(at, result);
    return result;
  };
  return value(node);
}

/** All rows of a gate's function of words that hold all rows of its inputs. */
function compose(truth: bigint, words: readonly bigint[], all: bigint): bigint {
  if (words.length === 0) return truth & 1n ? all : 0n;
  const half = 1n << BigInt(words.length - 1);
  const low = compose(truth & ((1n << half) - 1n), words.slice(0, -1), all);
  const high = compose(truth >> half, words.slice(0, -1), all);
  const select = words.at(-1)!;
  return (select & high) | ((select ^ all) & low);
}

/** 2^k zeros and 2^k ones in turn. */
function inputPattern(k: number, rows: number): bigint {
  const run = 2n ** BigInt(k);
  let pattern = ((1n << run) - 1n) << run;
  for (let length = 2n * run; length < BigInt(rows); length *= 2n) pattern |= pattern << length;
  return pattern;
}
