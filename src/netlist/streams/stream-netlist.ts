/**
 * What a stream design is to those who drive it: a netlist, the streams at its edges, and the FIFOs inside.
 *
 * Contract of the top module. An input stream `x` has the inputs `x_valid` (one bit) and `x` (the bus of one beat) and
 * the output `x_ready`; an output stream `y` has the outputs `y_valid` and `y` and the input `y_ready`. A beat moves at
 * the rising edge of a cycle in which valid and ready are both 1. `x_ready` never depends on `x_valid` within the cycle.
 * Once valid is 1 it stays, with the same data, until the beat is taken; ready may fall at any time. The reset clears
 * what is valid and ready, not the data.
 *
 * Contract of a FIFO. It is an instance of the top module; its module names four nets: `count`, the register of places
 * in use (an empty FIFO that hands a beat through at once does not count it), `in_valid` (a beat enters, always with a
 * free place), `out_valid` and `out_ready`.
 */
import type { StreamType } from '../../circuit/index.ts';
import type { Netlist } from '../netlist.ts';

/** A stream at the edge of a design, named as its port. */
export interface StreamPort {
  readonly name: string;
  readonly type: StreamType;
}

/** A FIFO between two stages, or between a stage and a port. */
export interface StreamFifo {
  /** Name of its instance in the top module, `fifo_<n>_<reader>`. */
  readonly instance: string;
  /** The stage or input that fills it. */
  readonly from: string;
  /** The stage or output that empties it. */
  readonly to: string;
  /** Bits of a beat. */
  readonly width: number;
  /** Beats that it holds. */
  readonly depth: number;
}

/** The modules that make a stage, callees first. */
export interface StreamStageModules {
  readonly stage: string;
  readonly modules: readonly string[];
}

export interface StreamNetlist {
  readonly netlist: Netlist;
  readonly inputs: readonly StreamPort[];
  readonly outputs: readonly StreamPort[];
  readonly fifos: readonly StreamFifo[];
  /** The stages in their order. @defaultValue unknown, as for a netlist made by hand */
  readonly stages?: readonly StreamStageModules[];
  /**
   * A bound on the cycles for which the design may work without a beat moving at a port or FIFO: its longest run of
   * steps and its deepest pipeline together.
   * @defaultValue unknown
   */
  readonly quietCycles?: number;
}

/** Name of the port that marks a beat of a stream. */
export function validPort(stream: string): string {
  return `${stream}_valid`;
}

/** Name of the port that says that a beat of a stream is taken. */
export function readyPort(stream: string): string {
  return `${stream}_ready`;
}
