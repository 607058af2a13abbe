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
import { generateModule } from './generate.ts';
import { GROUP } from './lanes.ts';
import type { Region } from './layout.ts';
import { planCircuit } from './plan.ts';

/** Raw codes of a batch, row-major [batch][elements]. */
export type Samples = Int32Array | BigInt64Array;

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

interface PortLimits {
  readonly region: Region;
  readonly port: Port;
  readonly lo: Int32Array | BigInt64Array;
  readonly hi: Int32Array | BigInt64Array;
}

function limitsOf(port: Port, region: Region): PortLimits {
  const ranges = port.formats.map(rawRange);
  if (region.bits === 32) {
    return {
      region,
      port,
      lo: Int32Array.from(ranges, ({ lo }) => Number(lo)),
      hi: Int32Array.from(ranges, ({ hi }) => Number(hi)),
    };
  }
  return {
    region,
    port,
    lo: BigInt64Array.from(ranges, ({ lo }) => lo),
    hi: BigInt64Array.from(ranges, ({ hi }) => hi),
  };
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

function rangeError(circuit: Circuit, port: Port, sample: number, element: number, value: number | bigint): ValueError {
  const { lo, hi } = rawRange(port.formats[element]!);
  return new ValueError(
    `Sample ${sample}, element ${element} of input "${port.name}" of circuit "${circuit.name}" is ${value}; its format allows raw codes ${lo} to ${hi}.`,
  );
}

/** Copy samples `from` … `from + count - 1` into a region by group, element and lane, checking ranges. */
function copyIn(
  circuit: Circuit,
  { region, port, lo, hi }: PortLimits,
  memory: ArrayBuffer,
  source: Samples | readonly bigint[],
  from: number,
  count: number,
): void {
  const n = port.wires.length;
  if (region.bits === 32) {
    const target = new Int32Array(memory, region.address);
    for (let sample = 0; sample < count; sample++) {
      const base = (sample >> 2) * n * GROUP + (sample & 3);
      const row = (from + sample) * n;
      for (let element = 0; element < n; element++) {
        // A bigint outside the safe integers stays outside any 32-bit range as a number.
        const value = Number(source[row + element]!);
        if (value < (lo[element] as number) || value > (hi[element] as number)) {
          throw rangeError(circuit, port, from + sample, element, source[row + element]!);
        }
        target[base + element * GROUP] = value;
      }
    }
    return;
  }
  const target = new BigInt64Array(memory, region.address);
  for (let sample = 0; sample < count; sample++) {
    const base = (sample >> 2) * n * GROUP + (sample & 3);
    const row = (from + sample) * n;
    for (let element = 0; element < n; element++) {
      const value = BigInt(source[row + element]!);
      if (value < (lo[element] as bigint) || value > (hi[element] as bigint)) {
        throw rangeError(circuit, port, from + sample, element, value);
      }
      target[base + element * GROUP] = value;
    }
  }
}

/** Copy samples out of a region into rows of the result. */
function copyOut(region: Region, n: number, memory: ArrayBuffer, result: Samples, from: number, count: number): void {
  const source =
    region.bits === 32 ? new Int32Array(memory, region.address) : new BigInt64Array(memory, region.address);
  for (let sample = 0; sample < count; sample++) {
    const base = (sample >> 2) * n * GROUP + (sample & 3);
    const row = (from + sample) * n;
    for (let element = 0; element < n; element++) result[row + element] = source[base + element * GROUP]!;
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

/** Compile a circuit without dead operations. Errors: see `compileEmulator`. */
export function compileCircuit(circuit: Circuit): Emulator {
  const plan = planCircuit(circuit);
  const generated = generateModule(plan);
  const { layout } = generated;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(generated.bytes));
  const { memory, run } = instance.exports as {
    readonly memory: WebAssembly.Memory;
    readonly run: (groups: number) => void;
  };
  const exported = instance.exports as Readonly<Record<string, (groups: number) => number>>;
  const inputLimits = circuit.inputs.map((port, k) => limitsOf(port, layout.inputs[k]!));
  const describe = (port: Port, { bits }: Region): EmulatorPort => ({
    name: port.name,
    formats: port.formats,
    elements: bits === 32 ? 'int32' : 'int64',
  });
  const block = layout.groups * GROUP;
  return {
    inputs: circuit.inputs.map((port, k) => describe(port, layout.inputs[k]!)),
    outputs: circuit.outputs.map((port, k) => describe(port, layout.outputs[k]!)),
    statistics: {
      operations: circuit.ops.length,
      products: plan.products,
      functions: generated.functions,
      codeBytes: generated.bytes.length,
      memoryBytes: generated.memoryBytes,
      block,
    },
    run(batch, inputs) {
      checkBatch(circuit, batch, inputs);
      const results = circuit.outputs.map((port, k): Samples => {
        const length = batch * port.wires.length;
        return layout.outputs[k]!.bits === 32 ? new Int32Array(length) : new BigInt64Array(length);
      });
      for (let from = 0; from < batch; from += block) {
        const count = Math.min(block, batch - from);
        // Lanes beyond the batch compute on what an earlier run left there, which was in range, and are not read.
        const groups = Math.ceil(count / GROUP);
        for (const [k, limits] of inputLimits.entries()) {
          const source = inputs[k]!;
          const { rows } = limits.region;
          if (rows === undefined || !(source instanceof Int32Array)) {
            copyIn(circuit, limits, memory.buffer as ArrayBuffer, source, from, count);
            continue;
          }
          const n = limits.port.wires.length;
          const target = new Int32Array(memory.buffer, rows, block * n);
          target.set(source.subarray(from * n, (from + count) * n));
          if (exported[`read${k}`]!(groups) !== 0) {
            target.fill(0);
            copyIn(circuit, limits, memory.buffer as ArrayBuffer, source, from, count);
          }
        }
        run(groups);
        for (const [k, port] of circuit.outputs.entries()) {
          const region = layout.outputs[k]!;
          const result = results[k]!;
          const n = port.wires.length;
          if (region.rows === undefined || !(result instanceof Int32Array)) {
            copyOut(region, n, memory.buffer as ArrayBuffer, result, from, count);
          } else {
            exported[`write${k}`]!(groups);
            result.set(new Int32Array(memory.buffer, region.rows, count * n), from * n);
          }
        }
      }
      return results;
    },
  };
}
