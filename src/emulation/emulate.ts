/**
 * Emulation in one call: compiled where the circuit fits 64 bits, interpreted where not, and the result says which.
 */
import type { Circuit, LayerGraph } from '../circuit/index.ts';
import { UnsupportedError } from '../errors.ts';
import { checkBatch, compileCircuit, emulatedCircuit } from './emulator.ts';
import type { Samples } from './batch-runner.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { interpret } from './interpreter.ts';

export interface Emulation {
  readonly path: 'webassembly' | 'interpreter';
  /** Why the interpreter was taken; null for WebAssembly. */
  readonly reason: string | null;
  /** One array per output port of the circuit, or per output layer of the graph, row-major [batch][elements]. */
  readonly outputs: readonly (Samples | readonly bigint[])[];
  /** The outputs and observed layers of a graph by name; for a circuit its output ports. */
  readonly layers: ReadonlyMap<string, Samples | readonly bigint[]>;
}

/**
 * Run a batch through a circuit or layer graph.
 *
 * @param inputs one row-major array [batch][elements] of raw codes per input; the interpreter also takes codes beyond
 * 64 bits as plain arrays of bigint.
 * Errors: `ShapeError`, `ValueError` for inputs that do not fit.
 */
export function emulate(
  target: Circuit | LayerGraph,
  batch: number,
  inputs: readonly (Samples | readonly bigint[])[],
  options: EmulatorOptions = {},
): Emulation {
  const circuit = emulatedCircuit(target, options);
  let emulator: Emulator | undefined;
  let reason: string | null = null;
  try {
    emulator = compileCircuit(circuit);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    reason = error.message;
  }
  let results: readonly (Samples | readonly bigint[])[];
  if (emulator === undefined) {
    results = interpretBatch(circuit, batch, inputs);
  } else {
    results = emulator.run(batch, inputs);
  }
  return {
    path: emulator === undefined ? 'interpreter' : 'webassembly',
    reason,
    outputs: results.slice(0, target.outputs.length),
    layers: new Map(circuit.outputs.map((port, k) => [port.name, results[k]!])),
  };
}

/** Run a batch in the interpreter; results are arrays of bigint, row-major. */
export function interpretBatch(
  circuit: Circuit,
  batch: number,
  inputs: readonly (Samples | readonly bigint[])[],
): bigint[][] {
  checkBatch(circuit, batch, inputs);
  const results: bigint[][] = circuit.outputs.map(() => []);
  for (let sample = 0; sample < batch; sample++) {
    const rows = circuit.inputs.map((port, k) => {
      const n = port.wires.length;
      return Array.from({ length: n }, (_, element) => BigInt(inputs[k]![sample * n + element]!));
    });
    for (const [k, row] of interpret(circuit, rows).entries()) for (const raw of row) results[k]!.push(raw);
  }
  return results;
}
