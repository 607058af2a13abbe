/**
 * An adder graph as operations of a circuit: y_j = Σ_i x_i · kernel[i][j] + constant_j.
 *
 * A constant is not another adder where it can be avoided. An adder has a carry input that a plain sum leaves unused:
 * with it, a + b·2^s becomes a + b·2^s + 2^s, written `a − ~b·2^s`, and a − b·2^s becomes a − b·2^s − 2^s, written
 * `a + ~b·2^s`; the complement is part of the adder's look-up tables. Adders that only one output reads offer these
 * units. A constant that they cannot make up is added to the operand where that is the narrowest adder and no path becomes
 * longer. A negative output is a complement plus one unit.
 */
import type { CircuitBuilder } from '../builder.ts';
import type { Wire } from '../circuit.ts';
import type { AdderGraph } from './adder-graph.ts';
import { valueRanges } from './check.ts';

/** A constant: raw · 2^-fraction. */
export interface Constant {
  readonly raw: bigint;
  readonly fraction: number;
}

/** ± value·2^shift on the way to an output, where only that output reads it. */
interface PrivateTerm {
  /** The adder that reads the term; −1 for the output itself. */
  readonly reader: number;
  readonly operand: 'a' | 'b';
  readonly value: number;
  readonly shift: number;
  readonly negative: boolean;
  /** Adders between the term and the output. */
  readonly above: number;
}

/** A unit that the carry input of an adder adds to an output. */
interface Unit {
  readonly adder: number;
  /** What it adds, in units of the output's raw sum: ± 2^exponent. */
  readonly exponent: number;
  readonly negative: boolean;
}

/** How an output gets its constant. */
interface Plan {
  /** Adders that take a carry. */
  readonly carries: readonly number[];
  /** Where the rest on the grid of the sum is added, and what is added there. */
  readonly place: PrivateTerm | undefined;
  readonly summand: bigint;
  /** What lies below the grid, raw · 2^-fraction: bits that stand beside the sum. */
  readonly below: Constant;
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
  const facts = factsOf(graph);
  const plans = constants.map((constant, output) => planConstant(graph, facts, output, constant, outputFraction));
  const carries = new Set(plans.flatMap((plan) => plan.carries));
  const summands = new Map(plans.flatMap(({ place, summand }) => (place ? [[placeKey(place), summand] as const] : [])));
  const wires = inputs.map((wire, i) => builder.scale(wire, fractions[i]!));
  const read = (value: number, reader: number, operand: 'a' | 'b'): Wire => {
    const summand = summands.get(placeKey({ reader, operand }));
    return summand === undefined ? wires[value]! : builder.add(wires[value]!, builder.constant(summand, 0));
  };
  graph.adders.forEach(({ a, b, shift, subtract }, k) => {
    const [x, y] = [read(a, k, 'a'), read(b, k, 'b')];
    if (!carries.has(k)) wires.push(subtract ? builder.subtract(x, y, shift) : builder.add(x, y, shift));
    else {
      const complement = complemented(builder, y);
      wires.push(subtract ? builder.add(x, complement, shift) : builder.subtract(x, complement, shift));
    }
  });
  return graph.outputs.map(({ value, shift, negative }, output) => {
    const { place, summand, below } = plans[output]!;
    const beside = builder.constant(below.raw, below.fraction);
    const onGrid = builder.constant(place === undefined ? summand : 0n, outputFraction);
    if (value < 0) return builder.add(onGrid, beside);
    const sum = negative ? complemented(builder, wires[value]!) : wires[value]!;
    return builder.add(builder.add(builder.scale(sum, shift - outputFraction), onGrid), beside);
  });
}

const placeKey = ({ reader, operand }: Pick<PrivateTerm, 'reader' | 'operand'>): string => `${reader}${operand}`;

/** −y − 1 in units of y's lowest bit: all bits inverted. Only integers have such a unit here. */
function complemented(builder: CircuitBuilder, wire: Wire): Wire {
  const integer = builder.align(wire, 0);
  return builder.bitwise('xor', integer, builder.constant(-1n, 0));
}

/** Decide which adders of an output take a carry, and where the rest of its constant is added. */
function planConstant(
  graph: AdderGraph,
  facts: Facts,
  output: number,
  constant: Constant = { raw: 0n, fraction: 0 },
  outputFraction: number,
): Plan {
  const { negative, shift, value } = graph.outputs[output]!;
  const finer = BigInt(Math.max(0, constant.fraction - outputFraction));
  const coarser = BigInt(Math.max(0, outputFraction - constant.fraction));
  const raw = constant.raw << coarser;
  const onGrid = raw >> finer;
  const below = { raw: raw - (onGrid << finer), fraction: constant.fraction };
  const terms = privateTerms(graph, facts, output);
  // −v = ~v + 1: a negative output is a complement, and its unit one more constant.
  let rest = negative && value >= 0 ? onGrid + (1n << BigInt(shift)) : onGrid;
  const units = carryUnits(terms);
  const carries: number[] = [];
  for (let at = 0; rest !== 0n && at < units.length;) {
    const { exponent } = units[at]!;
    const bit = 1n << BigInt(exponent);
    // The lowest bit of the rest is below every unit that is left.
    if (rest % bit !== 0n) break;
    let end = at;
    while (end < units.length && units[end]!.exponent === exponent) end++;
    const next = units[end] === undefined ? 0n : 1n << BigInt(units[end]!.exponent - exponent);
    for (const unit of takeUnits(rest / bit, units.slice(at, end), next)) {
      carries.push(unit.adder);
      rest -= unit.negative ? -bit : bit;
    }
    at = end;
  }
  // Carries that leave a rest save nothing.
  if (rest !== 0n) {
    carries.length = 0;
    rest = negative && value >= 0 ? onGrid + (1n << BigInt(shift)) : onGrid;
  }
  const place = rest === 0n ? undefined : bestPlace(facts, terms, rest);
  if (place === undefined) return { carries, place, summand: rest, below };
  const atTerm = rest >> BigInt(place.shift);
  return { carries, place, summand: place.negative ? -atTerm : atTerm, below };
}

/**
 * Find the operand that a constant is best added to: first none that makes the graph deeper, then the narrowest adder.
 * Undefined where that is the output itself.
 */
function bestPlace(
  { depth, tops, deepest }: Facts,
  terms: readonly PrivateTerm[],
  rest: bigint,
): PrivateTerm | undefined {
  const magnitude = rest < 0n ? -rest : rest;
  const zeros = lowZeros(magnitude);
  const reach = magnitude.toString(2).length;
  let best: PrivateTerm | undefined;
  let least = Infinity;
  for (const term of terms) {
    if (term.shift > zeros) continue;
    const isDeeper = depth[term.value]! + 1 + term.above > deepest;
    const bits = Math.max(reach, tops[term.value]! + term.shift) - zeros;
    const cost = bits + (isDeeper ? 1000 : 0) - term.above / 1000;
    if (cost < least) [best, least] = [term, cost];
  }
  return best?.reader === -1 ? undefined : best;
}

function lowZeros(value: bigint): number {
  let zeros = 0;
  while (((value >> BigInt(zeros)) & 1n) === 0n) zeros += 1;
  return zeros;
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

/** The output and all operands on paths to it that nothing else reads. */
function privateTerms(graph: AdderGraph, { readers }: Facts, output: number): PrivateTerm[] {
  const count = graph.inputs.length;
  const { value, shift, negative } = graph.outputs[output]!;
  if (value < 0 || readers[value] !== 1) return [];
  const terms: PrivateTerm[] = [{ reader: -1, operand: 'a', value, shift, negative, above: 0 }];
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at]!;
    if (term.value < count || readers[term.value] !== 1) continue;
    const reader = term.value - count;
    const { a, b, shift: distance, subtract } = graph.adders[reader]!;
    const above = term.above + 1;
    terms.push(
      { reader, operand: 'a', value: a, shift: term.shift, negative: term.negative, above },
      { reader, operand: 'b', value: b, shift: term.shift + distance, negative: term.negative !== subtract, above },
    );
  }
  return terms;
}

/** The units that the adders among some terms offer, the smallest first: each is that of its second operand. */
function carryUnits(terms: readonly PrivateTerm[]): Unit[] {
  return terms
    .filter(({ operand }) => operand === 'b')
    .map(({ reader, shift, negative }) => ({ adder: reader, exponent: shift, negative }))
    .toSorted((p, q) => p.exponent - q.exponent);
}

/** What placing constants needs to know of a graph. */
interface Facts {
  /** How often each value is read, by adders and outputs. */
  readonly readers: Int32Array;
  readonly depth: Int32Array;
  /** Bits of each value. */
  readonly tops: Int32Array;
  /** Depth of the deepest output. */
  readonly deepest: number;
}

function factsOf(graph: AdderGraph): Facts {
  const { inputs, adders, outputs } = graph;
  const count = inputs.length + adders.length;
  const readers = new Int32Array(count);
  const depth = new Int32Array(count);
  adders.forEach(({ a, b }, k) => {
    readers[a]! += 1;
    readers[b]! += 1;
    depth[inputs.length + k] = Math.max(depth[a]!, depth[b]!) + 1;
  });
  let deepest = 0;
  for (const { value } of outputs) {
    if (value < 0) continue;
    readers[value]! += 1;
    deepest = Math.max(deepest, depth[value]!);
  }
  const tops = Int32Array.from(
    valueRanges(graph),
    ({ lo, hi }) => Math.ceil(Math.log2(Math.max(hi + 1, -lo, 1))) + (lo < 0 ? 1 : 0),
  );
  return { readers, depth, tops, deepest };
}
