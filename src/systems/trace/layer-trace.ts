/** What a trace holds: plain data, one entry per input and layer, values included. */
import type { CastStatistics } from './cast-statistics.ts';
import type { Codes } from './observed-circuit.ts';

/** Bits of what can happen to a value on the way: it wrapped around, or it was clipped. */
export const LOST = { overflow: 1, saturation: 2 } as const;

/** Float value minus fixed value over all samples and elements. */
export interface Differences {
  readonly max: number;
  readonly mean: number;
  readonly rms: number;
  /** The same in units of each element's last bit. */
  readonly maxLsb: number;
  readonly meanLsb: number;
  readonly rmsLsb: number;
  /** Where the largest one is. */
  readonly worst: { readonly sample: number; readonly element: number };
}

/** One value on which the simulated netlist differs from the circuit. */
export interface RtlDifference {
  readonly layer: string;
  readonly sample: number;
  readonly element: number;
  /** Clock cycle after reset in which the value stood at the layer's output. */
  readonly cycle: number;
  readonly expected: bigint;
  readonly found: bigint;
}

/** The values of one input or layer, and what became of them. */
export interface LayerTrace {
  readonly name: string;
  /** Kind of the hardware layer; `input` for an input of the network. */
  readonly kind: string;
  /** The layer of the network whose float value is shown. */
  readonly standsFor: string;
  readonly elements: number;
  /** Format texts in runs: `64 × ap_fixed<16,6>`. */
  readonly formats: string;
  /** The one format of all elements, if there is one. */
  readonly format: string | null;
  /** Whether somebody asked for the formats; else they follow from the proven intervals. */
  readonly asked: boolean;
  /** Fraction bits per element. */
  readonly fractions: readonly number[];
  readonly difference: Differences;
  readonly casts: readonly CastStatistics[];
  /** Smallest and largest fixed value. */
  readonly low: number;
  readonly high: number;
  readonly floatLow: number;
  readonly floatHigh: number;
  /** Values of the one format; null where elements differ. */
  readonly range: readonly [low: number, high: number] | null;
  /** A format with as many integer bits as the samples needed, if it differs; null for formats that nobody asked for. */
  readonly couldBe: string | null;
  /** Elements with one fixed value over all samples; empty for fewer than 2 samples. */
  readonly constant: readonly number[];
  /** Those of them whose float value varies. */
  readonly constantInFixedOnly: readonly number[];
  /** Stage of the pipeline in which the value stands at the layer's output; null without a simulation. */
  readonly stage: number | null;
  /** Values of the simulated netlist that differ; null without a simulation. */
  readonly rtlDifferences: readonly RtlDifference[] | null;
  /** Which elements exist in the RTL, those that something reads; null without a simulation. */
  readonly rtlBuilt: readonly boolean[] | null;
  /** Row-major [samples][elements]. */
  readonly values: {
    readonly float: Float64Array;
    readonly fixed: Float64Array;
    readonly codes: Codes;
    /** The exact value before the accumulator's last cast (or the result's); NaN where there is none. */
    readonly exact: Float64Array;
    /** What became of the value: 0 nothing, else the sum of `LOST`'s bits. */
    readonly lost: Uint8Array;
  };
}

/** A batch, layer by layer. */
export interface Trace {
  readonly model: string;
  readonly profile: string;
  readonly samples: number;
  readonly layers: readonly LayerTrace[];
  /** Null without a simulation. */
  readonly rtl: { readonly latencyCycles: number; readonly periodNs: number; readonly compared: number } | null;
}
