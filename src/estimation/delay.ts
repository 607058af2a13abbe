/**
 * How long operations take on UltraScale+ fabric: a stated model, not a measurement of any placed design.
 *
 * Element delays are public figures; the net delay is the term that decides and the one that nobody can know before
 * placement, so treat a frequency from this model as a ranking of designs, not as a promise. Against Vivado reports the
 * model is uncalibrated. Every parameter can be replaced. An adder of n bits takes
 *
 *   T_add(n) = net + lut + carryEntry + (n ≤ 8 ? carryShort : carryIn + carryLink + carryOut + carryStep · (⌈n/8⌉ − 2)),
 *   net = netBase + netPerSink · (sinks − 1), at most netCap.
 *
 * Sources: [R] RapidWright timing data for UltraScale+ (speed grade not stated), [F] FloPoCo target
 * VirtexUltrascalePlus (xcvu3p-2), [L] Lakeroad's routed Zynq UltraScale+ reports (grade -1), [A] our assumption.
 */
import { isSigned, operandsOf, widthOf } from '../circuit/index.ts';
import type { Circuit, Op, Wire } from '../circuit/index.ts';
import { adderWidth, castWork } from '../netlist/index.ts';
import type { DelayModel } from '../netlist/index.ts';
import type { Device, Family } from './devices.ts';
import { DSP_MINIMUM_WIDTH } from './dsp-products.ts';

/** All figures in picoseconds unless the name says otherwise. */
export interface DelayParameters {
  /** Local route to one sink [F: 180; L: 167–261]. */
  readonly netBase: number;
  /** Added per further sink [A; F has about 15]. */
  readonly netPerSink: number;
  /** Largest route of a high-fan-out net [L: 362–462 at 77 sinks, rounded up]. */
  readonly netCap: number;
  /** Through one 6-input look-up table, mean over its pins [R: 35–150]. */
  readonly lut: number;
  /** Look-up table output to carry select [R: 15; F: 11]. */
  readonly carryEntry: number;
  /** Select to sum within one CARRY8 [L: 238 to the carry output]. */
  readonly carryShort: number;
  /** Select to carry out of the first CARRY8 [R: 199]. */
  readonly carryIn: number;
  /** Carry out to the next carry in [R: 20 + 26]. */
  readonly carryLink: number;
  /** Carry in to sum in the last CARRY8 [R, F: 116]. */
  readonly carryOut: number;
  /** Through each CARRY8 between [R: 23 + 46]. */
  readonly carryStep: number;
  /** A carry output that feeds further logic [A: site pin]. */
  readonly carryToLogic: number;
  /** Through an F7 or F8 multiplexer [A]. */
  readonly wideMux: number;
  /** Through an unpipelined DSP multiplier, routing included [A]. */
  readonly dsp: number;
  /** Clock to output [R: 77], carry or look-up table to flip-flop [R: 25], margin for skew and jitter [A: 25]. */
  readonly register: number;
  /** Longest clock: 775 MHz global buffer at grade -2 and 0.85 V (DS923, as FloPoCo cites it), in MHz. */
  readonly maximumClockMHz: number;
}

/** The figures for UltraScale+ at speed grade -2. */
export const ULTRASCALE_PLUS: DelayParameters = {
  netBase: 180,
  netPerSink: 8,
  netCap: 500,
  lut: 100,
  carryEntry: 15,
  carryShort: 240,
  carryIn: 199,
  carryLink: 46,
  carryOut: 116,
  carryStep: 69,
  carryToLogic: 30,
  wideMux: 80,
  dsp: 2000,
  register: 127,
  maximumClockMHz: 775,
};

/** Slow-down of all delays against UltraScale+ at the same grade [A]: older fabrics are served only roughly. */
const FAMILY_FACTOR: Readonly<Record<Family, number>> = {
  virtexUltrascalePlus: 1,
  zynqUltrascalePlus: 1,
  kintexUltrascale: 1.25,
  zynq7000: 1.9,
};

/** Slow-down by speed grade [A], grade -2 being the reference. */
const GRADE_FACTOR: Readonly<Record<1 | 2 | 3, number>> = { 1: 1.15, 2: 1, 3: 0.9 };

/** What all delays of a device are multiplied by, for its family and speed grade. */
export function delayFactor({ family, speedGrade }: Device): number {
  return FAMILY_FACTOR[family] * GRADE_FACTOR[speedGrade];
}

/** Something that a path goes through: a look-up table, an adder of so many bits, or the register at its end. */
export type DelayElement = { readonly kind: 'lut' | 'register' } | { readonly kind: 'adder'; readonly bits: number };

/** Delay of an element in picoseconds, without the route to it and before the factor; registers have theirs apart. */
export function elementDelay(p: DelayParameters, element: DelayElement): number {
  if (element.kind !== 'adder') return element.kind === 'lut' ? p.lut : 0;
  const blocks = Math.ceil(element.bits / 8);
  const carry = blocks <= 1 ? p.carryShort : p.carryIn + p.carryLink + p.carryOut + p.carryStep * (blocks - 2);
  return p.lut + p.carryEntry + carry + p.carryToLogic;
}

/** Route to so many pins, in picoseconds before the factor. */
export function netDelay(p: Pick<DelayParameters, 'netBase' | 'netPerSink' | 'netCap'>, sinks: number): number {
  return Math.min(p.netCap, p.netBase + p.netPerSink * (sinks - 1));
}

/**
 * Give the delay model of a device.
 *
 * @param target decides the factors for older families and other speed grades
 * @param replace parameters that differ from `ULTRASCALE_PLUS`, in the same units, before those factors
 */
export function ultrascalePlusDelay(target: Device, replace: Partial<DelayParameters> = {}): DelayModel {
  const parameters = { ...ULTRASCALE_PLUS, ...replace };
  const factor = delayFactor(target);
  const sinkCounts = new WeakMap<Circuit, Int32Array>();
  const sinksOf = (circuit: Circuit): Int32Array => {
    let sinks = sinkCounts.get(circuit);
    if (sinks === undefined) {
      sinks = countSinks(circuit);
      sinkCounts.set(circuit, sinks);
    }
    return sinks;
  };
  return {
    name: `${target.die}-${target.speedGrade}`,
    registerOverheadNs: (parameters.register * factor) / 1000,
    minimumPeriodNs: (1000 / parameters.maximumClockMHz) * factor,
    delayNs: (circuit, wire) => (operationDelay(parameters, circuit, wire, sinksOf(circuit)) * factor) / 1000,
  };
}

/** Readers of each wire within its circuit; a pure renaming passes its readers on. */
function countSinks(circuit: Circuit): Int32Array {
  const sinks = new Int32Array(circuit.ops.length);
  for (let wire = circuit.ops.length - 1; wire >= 0; wire -= 1) {
    const op = circuit.ops[wire]!;
    const weight = op.kind === 'scale' ? Math.max(1, sinks[wire]!) : 1;
    for (const operand of operandsOf(op)) sinks[operand]! += weight;
  }
  return sinks;
}

/** Delay of one operation in picoseconds, the route to its inputs included. */
function operationDelay(p: DelayParameters, circuit: Circuit, wire: Wire, sinks: Int32Array): number {
  const op = circuit.ops[wire]!;
  const width = widthOf(circuit.types[wire]!);
  const bits = (operand: Wire): number => widthOf(circuit.types[operand]!);
  const isConstant = (operand: Wire): boolean => circuit.ops[operand]!.kind === 'constant';
  const fanOut = (operands: readonly Wire[]): number =>
    operands.reduce((most, operand) => (isConstant(operand) ? most : Math.max(most, sinks[operand]!)), 1);
  const extra = netDelay(p, fanOut(operandsOf(op))) - netDelay(p, 1);
  switch (op.kind) {
    case 'input':
    case 'constant':
    case 'scale':
      return 0;
    case 'add': {
      const adder = adderWidth(circuit, op, wire);
      return adder === 0 ? 0 : addDelay(p, adder) + extra;
    }
    case 'negate':
      return addDelay(p, width) + extra;
    case 'multiply':
      return multiplyDelay(p, circuit, op) + extra;
    case 'compare': {
      if (isSignTest(circuit, op)) return 0;
      const compared = Math.max(bits(op.a), bits(op.b));
      if (op.relation === 'lt' || op.relation === 'le') return addDelay(p, compared) + extra;
      return levels(isConstant(op.a) || isConstant(op.b) ? compared : 2 * compared) * level(p) + extra;
    }
    case 'select': {
      const condition = bits(op.condition);
      const test = condition > 1 ? levels(condition) * level(p) : 0;
      return test + netDelay(p, sinks[op.condition]! * width) + p.lut;
    }
    case 'bitwise':
      return level(p) + extra;
    case 'table':
      return romDelay(p, bits(op.a), width);
    case 'cast': {
      const work = castWork(circuit.types[op.a]!, op.format);
      const sticky = work.stickyBits > 0 ? levels(work.stickyBits + 2) * level(p) : 0;
      const increment = work.incrementWidth > 0 ? addDelay(p, work.incrementWidth) : 0;
      const limit = work.testBits > 0 ? levels(work.testBits) * level(p) + netDelay(p, width) + p.lut : 0;
      return sticky + increment + limit + (sticky + increment + limit > 0 ? extra : 0);
    }
    default:
      return op satisfies never;
  }
}
/** One look-up table with the route to it. */
function level(p: DelayParameters): number {
  return p.netBase + p.lut;
}

/** Levels of 6-input look-up tables for a function of so many bits that can be split at will (and, or, equality). */
function levels(inputs: number): number {
  let count = 1;
  for (let reach = 6; reach < inputs; reach *= 6) count += 1;
  return count;
}

/** Adder of so many bits at fan-out 1, its output free to feed logic. */
function addDelay(p: DelayParameters, bits: number): number {
  return p.netBase + elementDelay(p, { kind: 'adder', bits });
}

/** A sum of partial products as a tree of adders, or one DSP block; a constant factor adds its non-zero digits. */
function multiplyDelay(p: DelayParameters, circuit: Circuit, op: Extract<Op, { kind: 'multiply' }>): number {
  const widths = [widthOf(circuit.types[op.a]!), widthOf(circuit.types[op.b]!)] as const;
  const narrow = Math.min(...widths);
  const constant = [op.a, op.b].some((operand) => circuit.ops[operand]!.kind === 'constant');
  const signs = [op.a, op.b].map((operand) => isSigned(circuit.types[operand]!));
  // Beside a signed factor an unsigned one needs a sign bit of its own.
  const factors = widths.map((width, k) => width + (signs.includes(true) && !signs[k] ? 1 : 0));
  if (!constant && Math.min(...factors) >= DSP_MINIMUM_WIDTH) return p.dsp;
  // Partial products and their first sum share look-up tables; a recoded constant has a digit in every other bit at most.
  const terms = constant ? Math.ceil(narrow / 2) : narrow;
  let sums = 0;
  for (let reach = 1; reach < terms; reach *= 2) sums += 1;
  return Math.max(1, sums) * addDelay(p, widths[0] + widths[1]);
}

/** 64 entries per look-up table, two multiplexers behind it for 256, then tables as 4:1 multiplexers. */
function romDelay(p: DelayParameters, address: number, width: number): number {
  const sinks = width * 2 ** Math.max(0, Math.min(address, 20) - 6);
  const wide = Math.min(2, Math.max(0, address - 6)) * p.wideMux;
  const deep = Math.ceil(Math.max(0, address - 8) / 2) * level(p);
  return netDelay(p, sinks) + p.lut + wide + deep;
}

/** `a < 0` and `0 <= a` read the sign bit and nothing else. */
function isSignTest(circuit: Circuit, op: Extract<Op, { kind: 'compare' }>): boolean {
  const zero = (wire: Wire): boolean => {
    const { lo, hi } = circuit.types[wire]!;
    return lo === 0n && hi === 0n;
  };
  return (op.relation === 'lt' && zero(op.b)) || (op.relation === 'le' && zero(op.a));
}
