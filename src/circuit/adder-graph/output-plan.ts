/**
 * Where the constant and the sign of an output go: into carry inputs, complements and adders turned round.
 *
 * A constant is not another adder where it can be avoided. An adder has a carry input that a plain sum leaves unused:
 * with it, a + b·2^s becomes a + b·2^s + 2^s, written `a − ~b·2^s`, and a − b·2^s becomes a − b·2^s − 2^s, written
 * `a + ~b·2^s`; the complement is part of the adder's look-up tables. Adders that only one output reads offer these
 * units; what of the constant they cannot make up is added where `constantPlace` says. A negative output is a complement
 * plus one such unit.
 */
import type { AdderGraph } from './adder-graph.ts';
import { type ConstantPlace, constantPlace } from './constant-place.ts';
import { graphFacts } from './graph-facts.ts';
import { operandTerms, signsOf } from './private-terms.ts';
import type { Term } from './values.ts';

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

/** How one output is made. */
export interface OutputPlan {
  /** Adders that take a carry. */
  readonly carries: readonly number[];
  /** Adders that give the negative of their value. */
  readonly negated: readonly number[];
  /** Where what is left on the grid of the sum is added; undefined for behind the sum. */
  readonly place: ConstantPlace | undefined;
  /** What is added behind the sum. */
  readonly rest: bigint;
  readonly fraction: number;
}

/**
 * Choose how an output is made.
 *
 * A negative output is a complement plus one unit. Where carries cannot make up that unit, an adder is turned round
 * instead, a − b·2^s to b·2^s − a, which is longer by the low bits of a but spares the addition of a constant.
 */
export function planOutput(
  graph: AdderGraph,
  output: number,
  constant: Constant | undefined,
  fraction: number,
): OutputPlan {
  const plain = splitConstant(graph, output, constant, fraction, []);
  const { negative, value } = graph.outputs[output]!;
  if (plain.rest === 0n || value < 0) return plain;
  const negated = negative ? turnedRound(graph, value) : [];
  if (negated.length > 0) {
    const turned = splitConstant(graph, output, constant, fraction, negated);
    if (turned.rest === 0n) return turned;
  }
  return placed(graph, output, plain, fraction);
}

/** Move what is left of a constant on the grid of the sum to a better place, if there is one. */
function placed(graph: AdderGraph, output: number, plan: OutputPlan, outputFraction: number): OutputPlan {
  const grid = BigInt(plan.fraction - outputFraction);
  const onGrid = plan.rest >> grid;
  const place = onGrid === 0n ? undefined : constantPlace(graph, output, onGrid);
  return place === undefined ? plan : { ...plan, place, rest: plan.rest - (onGrid << grid) };
}

/** Adders that, negated, negate a value that one reader has; none if there is no difference among them. */
function turnedRound(graph: AdderGraph, value: number): readonly number[] {
  const adder = value - graph.inputs.length;
  if (adder < 0 || graphFacts(graph).readers[value] !== 1) return [];
  const { a, b, subtract } = graph.adders[adder]!;
  if (subtract) return [adder];
  // −(a + b) = −a − b: one of both has to be a difference itself.
  const first = turnedRound(graph, a);
  if (first.length > 0) return [adder, ...first];
  const second = turnedRound(graph, b);
  return second.length > 0 ? [adder, ...second] : [];
}

/** Choose which adders of an output take a carry, and find what is left of its constant. */
function splitConstant(
  graph: AdderGraph,
  output: number,
  constant: Constant = { raw: 0n, fraction: 0 },
  outputFraction: number,
  negated: readonly number[],
): OutputPlan {
  const { negative, shift, value } = graph.outputs[output]!;
  // Bits below the grid of the sum stand beside it; carries make up what lies on the grid.
  const fraction = Math.max(constant.fraction, outputFraction);
  const grid = BigInt(fraction - outputFraction);
  let raw = constant.raw << BigInt(fraction - constant.fraction);
  // −v = ~v + 1: a negative output is a complement, and its unit one more constant.
  if (negative && value >= 0 && negated.length === 0) raw += 1n << (BigInt(shift) + grid);
  const units = privateUnits(graph, output, new Set(negated)).toSorted((p, q) => p.exponent - q.exponent);
  const carries: number[] = [];
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
      carries.push(unit.adder);
      rest -= unit.negative ? -bit : bit;
    }
    at = end;
  }
  return { carries, negated, place: undefined, rest: raw + ((rest - (raw >> grid)) << grid), fraction };
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
function privateUnits(graph: AdderGraph, output: number, negated: ReadonlySet<number>): Unit[] {
  const { value, shift, negative } = graph.outputs[output]!;
  const units: Unit[] = [];
  const visit: Term[] = [{ value, shift, negative: negative && negated.size === 0 }];
  for (let term = visit.pop(); term !== undefined; term = visit.pop()) {
    const [fine, coarse] = operandTerms(graph, term, negated);
    if (fine === undefined || coarse === undefined) continue;
    // The complement is that of the operand that is subtracted, or of the coarse one.
    const inverted = signsOf(graph, fine.reader, negated).first < 0 ? fine : coarse;
    units.push({ adder: fine.reader, exponent: inverted.shift, negative: inverted.negative });
    visit.push(fine, coarse);
  }
  return units;
}
