/**
 * Delays of the elements of UltraScale+ fabric: a stated model, not a measurement of any placed design.
 *
 * Element delays are public figures; the net delay is the term that decides and the one that nobody can know before
 * placement, so treat a frequency from this model as a ranking of designs, not as a promise. Against Vivado reports the
 * model is uncalibrated. Every parameter can be replaced. An adder of n bits takes
 *
 *   T_add(n) = net + lut + carryEntry + (n ≤ 8 ? carryShort : carryIn + carryLink + carryOut + carryStep · (⌈n/8⌉ − 2)),
 *   net = netBase + netPerSink · (sinks − 1), at most netCap.
 *
 * `delay.ts` gives operations of circuits their time by it, `netlist-timing.ts` cells of netlists.
 *
 * Sources: [R] RapidWright timing data for UltraScale+ (speed grade not stated), [F] FloPoCo target
 * VirtexUltrascalePlus (xcvu3p-2), [L] Lakeroad's routed Zynq UltraScale+ reports (grade -1), [B] a Vivado report on an
 * xcu250 that AutoBridge quotes in its source, [A] our assumption.
 */
import type { Device, Family } from './devices.ts';

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
  /** Clock to output of a block RAM without output register, beyond that of a register [B: 830, less 77]. */
  readonly blockRam: number;
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
  blockRam: 753,
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

/** Levels of 6-input look-up tables for a function of so many bits that can be split at will (and, or, equality). */
export function tableLevels(inputs: number): number {
  let count = 1;
  for (let reach = 6; reach < inputs; reach *= 6) count += 1;
  return count;
}

/** Operand widths of a product in bits. */
export interface ProductShape {
  readonly a: number;
  readonly b: number;
  /** Whether one factor is a constant. */
  readonly constant: boolean;
  /** Whether it takes DSP blocks. */
  readonly dsp: boolean;
}

/**
 * A product in picoseconds, its first route left out: DSP blocks, or a sum of partial products as a tree of adders; a
 * constant factor adds its non-zero digits.
 */
export function productDelay(p: DelayParameters, { a, b, constant, dsp }: ProductShape): number {
  if (dsp) return p.dsp - p.netBase;
  // Partial products and their first sum share look-up tables; a recoded constant has a digit in every other bit at most.
  const terms = constant ? Math.ceil(Math.min(a, b) / 2) : Math.min(a, b);
  const sums = Math.max(1, 32 - Math.clz32(terms - 1));
  return sums * (p.netBase + elementDelay(p, { kind: 'adder', bits: a + b })) - p.netBase;
}

/**
 * An asynchronous read by an address of so many bits, in picoseconds, the route of the address left out: 64 entries per
 * look-up table, two multiplexers behind it for 256, then tables as 4:1 multiplexers.
 */
export function readDelay(p: DelayParameters, address: number): number {
  const wide = Math.min(2, Math.max(0, address - 6)) * p.wideMux;
  const deep = Math.ceil(Math.max(0, address - 8) / 2) * (p.netBase + p.lut);
  return p.lut + wide + deep;
}

/** Tables that an address bit of such a read drives. */
export function readSinks(address: number, width: number): number {
  return width * 2 ** Math.max(0, Math.min(address, 20) - 6);
}
