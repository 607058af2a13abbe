/** What an audit may be asked for, and the Verilog of others that stands beside a model. */
import type { CompileOptions } from '../../compile/index.ts';
import type { Network } from '../../network/index.ts';
import type { YosysChoice } from '../../verification/index.ts';

/** Conflicts of the search for a difference, per equality, before it counts as open. */
export const DEFAULT_CONFLICTS = 100_000;

/** Limit of one run of a tool, in seconds. */
export const DEFAULT_TIMEOUT_SECONDS = 1800;

/** Vectors that are simulated beside the proof. */
export const DEFAULT_VECTORS = 256;

/** The steps of an audit, in their order; a design of others has no netlist and goes without what needs one. */
export type AuditStep =
  | 'read'
  | 'yosys'
  | 'circuit = model'
  | 'netlist = circuit'
  | 'Verilog = netlist'
  | 'Verilog = model'
  | 'test';

export interface AuditOptions {
  /** @defaultValue the Yosys on the PATH, else that of npm */
  readonly yosys?: YosysChoice;
  /** Bound of the search for a difference, per equality, at least 1. @defaultValue DEFAULT_CONFLICTS */
  readonly conflicts?: number;
  /** Vectors to simulate beside the proof; 0 simulates nothing. @defaultValue DEFAULT_VECTORS */
  readonly vectors?: number;
  /** Wall-clock limit of one run of a tool in seconds. @defaultValue DEFAULT_TIMEOUT_SECONDS */
  readonly timeoutSeconds?: number;
  /** Ends the audit early. */
  readonly signal?: AbortSignal;
  /** Folder, not there yet, that gets waveform and test bench of a difference. @defaultValue they are not made */
  readonly counterexample?: string;
  /** The command that repeats the audit, for its record. @defaultValue the one without options */
  readonly command?: string;
  /** Called before a step. */
  readonly onStart?: (step: AuditStep) => void;
  /** Called when a step is done, with a sentence about it. */
  readonly onStep?: (step: AuditStep, message: string) => void;
}

/** Verilog that this package did not emit, beside the model that it is to compute. */
export interface ForeignDesign {
  readonly network: Network;
  /** How the network is read as a quantized model. */
  readonly compile: CompileOptions;
  /** File of the model, to be named in the report. */
  readonly modelFile: string;
  /** Verilog files, at least one. */
  readonly verilog: readonly string[];
  /** Name of the top module. */
  readonly top: string;
}
