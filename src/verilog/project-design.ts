/** What an emitted folder is made of: the caller's design, and the names that scripts and texts share. */
import type { Netlist } from '../netlist/index.ts';
import type { TestVectors } from './test-bench.ts';
import type { VerilogPort } from './top-ports.ts';

/** A netlist with all that the folder says about it. */
export interface ProjectDesign {
  readonly netlist: Netlist;
  /** Name of the model that the netlist computes. */
  readonly model: string;
  /** Full part name, such as `xcvu13p-flga2577-2-e`. */
  readonly part: string;
  readonly clockMHz: number;
  /** Cycles from an input to its output, as measured by simulation. */
  readonly latencyCycles: number;
  /** Cycles between inputs, as measured by simulation. */
  readonly initiationInterval: number;
  /** How constant multiplications were made, such as `shift-add`. */
  readonly strategy: string;
  readonly vectors: TestVectors;
  /**
   * Contents of data ports for the port table, by port name, such as "16 × ap_fixed<8,3>".
   * @defaultValue no further description
   */
  readonly portContents?: Readonly<Record<string, string>>;
}

/** The parts of a folder that scripts and texts name. */
export interface ProjectNames {
  readonly top: string;
  readonly bench: string;
  readonly sources: readonly string[];
  readonly memories: readonly string[];
  readonly ports: readonly VerilogPort[];
  readonly hasClock: boolean;
}
