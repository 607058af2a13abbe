/**
 * An adder graph as operations of a circuit: y_j = Σ_i x_i · kernel[i][j] + constant_j.
 *
 * A constant is not another adder where it can be avoided. An adder has a carry input that a plain sum leaves unused:
 * with it, a + b·2^s becomes a + b·2^s + 2^s, written `a − ~b·2^s`, and a − b·2^s becomes a − b·2^s − 2^s, written
 * `a + ~b·2^s`; the complement is part of the adder's look-up tables. Adders that only one output reads offer these
 * units, and what of the constant they cannot make up is added last. A negative output is a complement plus one such unit.
 */
import type { CircuitBuilder } from '../builder.ts';
import type { Wire } from '../circuit.ts';
import type { AdderGraph } from './adder-graph.ts';

/** A constant: raw · 2^-fraction. */
export interface Constant {
  readonly raw: bigint;
  readonly fraction: number;
}

/** A unit that the carry input of an adder adds to an output. */
interface Unit {
  readonly adder: number;
  /** What it adds, in units of the output's raw sum: ± 2^exponent. */
  readonly exponent: number;
  readonly negative: boolean;
}

/**
 * Build the graph.
 *
 * @param inputs one wire per input; input i of the graph is the wire's value times 2^fraction[i]
 * @param fractions for each input, the power of two that makes its values integers
 * @param outputFraction the sum is the graph's output times 2^-outputFraction
 * @param constants one per output, or undefined
 */
export function realizeAdderGraph(
  builder: CircuitBuilder,
  graph: AdderGraph,
  inputs: readonly Wire[],
  fractions: readonly number[],
  outputFraction: number,
  constants: readonly (Constant | undefined)[],
): Wire[] {
  const chosen = constants.map((constant, output) => splitConstant(graph, output, constant, outputFraction));
  const carries = new Set(chosen.flatMap(({ adders }) => adders));
  const wires = inputs.map((wire, i) => builder.scale(wire, fractions[i]!));
  graph.adders.forEach(({ a, b, shift, subtract }, k) => {
    const [x, y] = [wires[a]!, wires[b]!];
    if (!carries.has(k)) wires.push(subtract ? builder.subtract(x, y, shift) : builder.add(x, y, shift));
    else {
      const complement = complemented(builder, y);
      wires.push(subtract ? builder.add(x, complement, shift) : builder.subtract(x, complement, shift));
    }
  });
  return graph.outputs.map(({ value, shift, negative }, output) => {
    const { rest, fraction } = chosen[output]!;
    const constant = builder.constant(rest, fraction);
    if (value < 0) return constant;
    const sum = negative ? complemented(builder, wires[value]!) : wires[value]!;
    return builder.add(builder.scale(sum, shift - outputFraction), constant);
  });
}

/** −y − 1 in units of y's lowest bit: all bits inverted. Only integers have such a unit here. */
function complemented(builder: CircuitBuilder, wire: Wire): Wire {
  const integer = builder.align(wire, 0);
  return builder.bitwise('xor', integer, builder.constant(-1n, 0));
}

/** Which adders of an output take a carry, and what is left of its constant. */
function splitConstant(
  graph: AdderGraph,
  output: number,
  constant: Constant = { raw: 0n, fraction: 0 },
  outputFraction: number,
): { readonly adders: readonly number[]; readonly rest: bigint; readonly fraction: number } {
  const { negative, shift, value } = graph.outputs[output]!;
  // Bits below the grid of the sum stand beside it; carries make up what lies on the grid.
  const fraction = Math.max(constant.fraction, outputFraction);
  const grid = BigInt(fraction - outputFraction);
  let raw = constant.raw << BigInt(fraction - constant.fraction);
  // −v = ~v + 1: a negative output is a complement, and its unit one more constant.
  if (negative && value >= 0) raw += 1n << (BigInt(shift) + grid);
  const units = privateUnits(graph, output).toSorted((p, q) => p.exponent - q.exponent);
  const adders: number[] = [];
  let rest = raw >> grid;
  for (let at = 0; rest !== 0n && at < units.length;) {
    const { exponent } = units[at]!;
    const bit = 1n << BigInt(exponent);
    // The lowest bit of the rest is below every unit that is left.
    if (rest % bit !== 0n) break;
    let end = at;
    while (end < units.length && units[end]!.exponent === exponent) end++;
    const next = units[end] === undefined ? 0n : 1n << BigInt(units[end]!.exponent - exponent);
    for (const unit of takeUnits(rest / bit, units.slice(at, end), next)) {
      adders.push(unit.adder);
      rest -= unit.negative ? -bit : bit;
    }
    at = end;
  }
  return { adders, rest: raw + ((rest - (raw >> grid)) << grid), fraction };
}

/**
 * Choose among units of one size so that the next larger ones can make up the rest.
 *
 * @param count what is wanted, counted in units
 * @param next size of the next larger unit, counted in these; 0 if there is none
 */
function takeUnits(count: bigint, units: readonly Unit[], next: bigint): readonly Unit[] {
  const wanted = units.filter(({ negative }) => negative === count < 0n);
  const others = units.filter(({ negative }) => negative !== count < 0n);
  const magnitude = count < 0n ? -count : count;
  const most = magnitude < BigInt(wanted.length) ? Number(magnitude) : wanted.length;
  const fits = (left: bigint): boolean => (next === 0n ? left === 0n : left % next === 0n);
  for (let number = most; number >= 0; number--) {
    if (fits(magnitude - BigInt(number))) return wanted.slice(0, number);
  }
  for (let number = 1; number <= others.length; number++) {
    if (fits(magnitude + BigInt(number))) return others.slice(0, number);
  }
  return wanted.slice(0, most);
}

/** Adders that only this output reads, on paths that nothing else reads, with the unit that each offers. */
function privateUnits(graph: AdderGraph, output: number): Unit[] {
  const readers = readerCounts(graph);
  const count = graph.inputs.length;
  const { value, shift, negative } = graph.outputs[output]!;
  const units: Unit[] = [];
  const visit = [{ value, shift, negative }];
  for (let term = visit.pop(); term !== undefined; term = visit.pop()) {
    if (term.value < count || readers[term.value] !== 1) continue;
    const adder = term.value - count;
    const { a, b, shift: distance, subtract } = graph.adders[adder]!;
    units.push({ adder, exponent: term.shift + distance, negative: term.negative !== subtract });
    visit.push({ value: a, shift: term.shift, negative: term.negative });
    visit.push({ value: b, shift: term.shift + distance, negative: term.negative !== subtract });
  }
  return units;
}

const countsOf = new WeakMap<AdderGraph, Int32Array>();

/** How often each value is read, by adders and outputs. */
function readerCounts(graph: AdderGraph): Int32Array {
  const known = countsOf.get(graph);
  if (known !== undefined) return known;
  const counts = new Int32Array(graph.inputs.length + graph.adders.length);
  for (const { a, b } of graph.adders) {
    counts[a]! += 1;
    counts[b]! += 1;
  }
  for (const { value } of graph.outputs) if (value >= 0) counts[value]! += 1;
  countsOf.set(graph, counts);
  return counts;
}
