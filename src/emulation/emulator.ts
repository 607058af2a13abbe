/**
 * The compiled emulator: a circuit or layer graph as WebAssembly vector code, run on batches.
 *
 * Four samples are computed at a time, in blocks; one memory is reused by all runs. The code relies on the proven
 * intervals, so inputs are checked against their formats before they enter.
 */
import { eliminateDeadCode, flattenGraph } from '../circuit/index.ts';
import type { Circuit, LayerGraph, Port } from '../circuit/index.ts';
import { ShapeError, UnsupportedError, ValueError } from '../errors.ts';
import { rawRange } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import {
  batchRunner,
  type ModuleExports,
  type RangeFault,
  type RunnerPlan,
  type RunnerPort,
  type Samples,
} from './batch-runner.ts';
import { generateModule } from './generate.ts';
import { GROUP } from './lanes.ts';
import type { Region } from './layout.ts';
import { planCircuit } from './plan.ts';

export interface EmulatorPort {
  readonly name: string;
  readonly formats: readonly FixedFormat[];
  /** What results come as: `int32` if every raw code of the formats fits, else `int64`. */
  readonly elements: 'int32' | 'int64';
}

export interface EmulatorOptions {
  /** Layers of a graph whose outputs to return besides the graph's own, after them. @defaultValue none */
  readonly observe?: 'all' | readonly string[];
}

/** A compiled circuit; holds a WebAssembly instance and its memory. */
export interface Emulator {
  readonly inputs: readonly EmulatorPort[];
  /** The outputs of the circuit or graph, then the observed layers. */
  readonly outputs: readonly EmulatorPort[];
  readonly statistics: {
    /** Operations of the circuit after simplification. */
    readonly operations: number;
    /** Wires computed as dot products instead of by their operations. */
    readonly products: number;
    readonly functions: number;
    readonly codeBytes: number;
    readonly memoryBytes: number;
    /** Samples computed per call into the module. */
    readonly block: number;
  };
  /**
   * Run a batch and return one array per output port, row-major [batch][elements].
   *
   * Errors: `ShapeError` for a wrong number of ports or values, `ValueError` naming port, sample, element and range.
   */
  run(batch: number, inputs: readonly (Samples | readonly bigint[])[]): Samples[];
}

/** Tell graphs from circuits. */
export function isGraph(target: Circuit | LayerGraph): target is LayerGraph {
  return 'layers' in target;
}

/** Return the circuit to emulate: a graph is flattened with its outputs and the observed layers as output ports. */
export function emulatedCircuit(target: Circuit | LayerGraph, { observe = [] }: EmulatorOptions = {}): Circuit {
  if (!isGraph(target)) {
    if (observe.length > 0) {
      throw new UnsupportedError(`Circuit "${target.name}" has no layers to observe; observe takes a layer graph.`);
    }
    return eliminateDeadCode(target);
  }
  const wanted = observe === 'all' ? target.layers.map((layer) => layer.name) : observe;
  return flattenGraph(target, [...new Set([...target.outputs, ...wanted])]);
}

/** Check the number of samples and of arrays, and the length of each. */
export function checkBatch(circuit: Circuit, batch: number, inputs: readonly ArrayLike<unknown>[]): void {
  if (!(Number.isInteger(batch) && batch >= 0)) {
    throw new ValueError(`The batch size for circuit "${circuit.name}" is ${batch}; it must be an integer, 0 or more.`);
  }
  if (inputs.length !== circuit.inputs.length) {
    throw new ShapeError(
      `Circuit "${circuit.name}" takes ${circuit.inputs.length} input arrays (${circuit.inputs.map((port) => port.name).join(', ')}), not ${inputs.length}.`,
    );
  }
  for (const [k, port] of circuit.inputs.entries()) {
    const expected = batch * port.wires.length;
    if (inputs[k]!.length !== expected) {
      throw new ShapeError(
        `Input "${port.name}" of circuit "${circuit.name}" has ${inputs[k]!.length} values; ${batch} samples of ${port.wires.length} elements are ${expected}.`,
      );
    }
  }
}

/**
 * Compile a circuit or layer graph to WebAssembly.
 *
 * Errors: `UnsupportedError` naming the wire if a value or an intermediate result needs more than a signed 64-bit
 * integer (use the interpreter then).
 */
export function compileEmulator(target: Circuit | LayerGraph, options: EmulatorOptions = {}): Emulator {
  return compileCircuit(emulatedCircuit(target, options));
}

/** A compiled circuit before it is instantiated; plain data that can be sent to a worker. */
export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly plan: RunnerPlan;
  readonly statistics: Emulator['statistics'];
}

/** Compile a circuit without dead operations to a module. Errors: see `compileEmulator`. */
export function compileModule(circuit: Circuit): CompiledModule {
  const plan = planCircuit(circuit);
  const generated = generateModule(plan);
  const { layout } = generated;
  const block = layout.groups * GROUP;
  return {
    bytes: generated.bytes,
    plan: {
      block,
      group: GROUP,
      inputs: circuit.inputs.map((port, k) => runnerPort(port, layout.inputs[k]!)),
      outputs: circuit.outputs.map((port, k) => runnerPort(port, layout.outputs[k]!)),
    },
    statistics: {
      operations: circuit.ops.length,
      products: plan.products,
      functions: generated.functions,
      codeBytes: generated.bytes.length,
      memoryBytes: generated.memoryBytes,
      block,
    },
  };
}

/** Compile a circuit without dead operations. Errors: see `compileEmulator`. */
export function compileCircuit(circuit: Circuit): Emulator {
  const { bytes, plan, statistics } = compileModule(circuit);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const runBatch = batchRunner(instance.exports as unknown as ModuleExports, plan);
  return {
    ...describePorts(circuit, plan),
    statistics,
    run(batch, inputs) {
      checkBatch(circuit, batch, inputs);
      const results = runBatch(batch, inputs);
      if (!Array.isArray(results)) throw rangeError(circuit, results, inputs);
      return results;
    },
  };
}

/** Describe the ports of an emulator. */
export function describePorts(circuit: Circuit, plan: RunnerPlan): Pick<Emulator, 'inputs' | 'outputs'> {
  const describe = (port: Port, { bits }: RunnerPort): EmulatorPort => ({
    name: port.name,
    formats: port.formats,
    elements: bits === 32 ? 'int32' : 'int64',
  });
  return {
    inputs: circuit.inputs.map((port, k) => describe(port, plan.inputs[k]!)),
    outputs: circuit.outputs.map((port, k) => describe(port, plan.outputs[k]!)),
  };
}

function runnerPort(port: Port, { bits, address, rows }: Region): RunnerPort {
  const ranges = port.formats.map(rawRange);
  const limits = (bound: 'lo' | 'hi'): Samples =>
    bits === 32
      ? Int32Array.from(ranges, (range) => Number(range[bound]))
      : BigInt64Array.from(ranges, (range) => range[bound]);
  return { elements: port.wires.length, bits, address, rows: rows ?? null, lo: limits('lo'), hi: limits('hi') };
}

/** Make the error for a code outside its format; `offset` is the first sample of the part that the fault counts from. */
export function rangeError(
  circuit: Circuit,
  { port: k, sample, element }: RangeFault,
  inputs: readonly (Samples | readonly bigint[])[],
  offset = 0,
): ValueError {
  const port = circuit.inputs[k]!;
  const { lo, hi } = rawRange(port.formats[element]!);
  const at = offset + sample;
  const value = inputs[k]![at * port.wires.length + element];
  return new ValueError(
    `Sample ${at}, element ${element} of input "${port.name}" of circuit "${circuit.name}" is ${value}; its format allows raw codes ${lo} to ${hi}.`,
  );
}
