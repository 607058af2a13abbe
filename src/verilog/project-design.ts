/** What an emitted folder is made of: the caller's design, and the names that scripts and texts share. */
import type { Netlist } from '../netlist/index.ts';
import type { TextFile } from './print.ts';
import type { VerilogPort } from './top-ports.ts';

/** A netlist with what is known of it. */
export interface ProjectFacts {
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
  /** How often the pipeline stands in the netlist. @defaultValue 1 */
  readonly copies?: number;
  /** How constant multiplications were made, such as `shift-add`. */
  readonly strategy: string;
  /**
   * Contents of data ports for the port table, by port name, such as "16 × ap_fixed<8,3>".
   * @defaultValue no further description
   */
  readonly portContents?: Readonly<Record<string, string>>;
}

/** A design with its test bench and the words for how data come and go. */
export interface ProjectDesign extends ProjectFacts {
  readonly bench: {
    /** The module `<top>_tb` first, then what it reads, all under `tb/`. */
    readonly files: readonly TextFile[];
    /** Outputs that it checks. */
    readonly vectors: number;
  };
  readonly protocol: {
    /** What ports mean that carry no data, by name. */
    readonly roles: Readonly<Record<string, string>>;
    /** How to hand data over and to take results, with a drawing; paragraphs for README.txt. */
    readonly text: string;
  };
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
