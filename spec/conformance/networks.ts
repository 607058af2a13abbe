/**
 * Whole networks: import the architecture and float weights of each file, compile with hls4ml's numerics, and compare
 * the format and every value of every layer's output with what hls4ml's C++ computed, sample by sample.
 *
 * A case is one layer output of one sample. The compiled emulation runs all samples; where the circuit is too wide
 * for it, the interpreter runs them instead.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompileOptions, compileNetwork } from '../../src/compile/index.ts';
import type { LayerGraph } from '../../src/circuit/index.ts';
import { emulate } from '../../src/emulation/index.ts';
import { UnsupportedError } from '../../src/errors.ts';
import { formatText } from '../../src/fixed/index.ts';
import {
  type KerasLayer,
  kerasWeightLookup,
  networkFromKerasLayers,
  networkFromOnnxNodes,
  precisionFromHls4ml,
} from '../../src/formats/index.ts';
import type { LayerPrecision, Network } from '../../src/network/index.ts';
import type { FileResult } from './result.ts';
import { formatOf, type VectorFormat } from './vector-format.ts';

export interface VectorNetwork {
  readonly name: string;
  readonly architecture: readonly (KerasLayer & { readonly inputs?: readonly string[] })[];
  readonly float_weights: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
  >;
  readonly hls_config?: {
    readonly Model: { readonly Precision: string | { readonly default: string } };
    readonly LayerName?: Readonly<Record<string, { readonly Precision?: Readonly<Record<string, string>> }>>;
  };
  readonly calls: readonly {
    readonly name: string;
    readonly fn: string;
    readonly output: string;
    readonly types: Readonly<Record<string, VectorFormat>>;
  }[];
  readonly arrays: Readonly<Record<string, { readonly n: number; readonly type: VectorFormat }>>;
}

export interface VectorTensor {
  readonly tensor: string;
  readonly layer: string;
  readonly n: number;
  readonly dtype: 'int16' | 'int32' | 'int64';
  readonly offset: number;
}

export interface VectorIndex {
  readonly samples: number;
  readonly file: string;
  readonly tensors: readonly VectorTensor[];
}

/** A network with what hls4ml computed on its samples. */
export interface VectorFile {
  readonly file: string;
  readonly vector: VectorNetwork;
  readonly index: VectorIndex;
  readonly data: Buffer;
}

/** Run all networks below `<directory>/networks`. */
export function* networks(directory: string): Iterable<FileResult> {
  for (const { file, vector, index, data } of vectorFiles(directory)) yield compareNetwork(file, vector, index, data);
}

/** Read all networks below `<directory>/networks`, one after another. */
export function* vectorFiles(directory: string): Iterable<VectorFile> {
  const folder = join(directory, 'networks');
  const names = readdirSync(folder).filter((file) => file.endsWith('.json') && !file.endsWith('.index.json'));
  for (const file of names.toSorted()) {
    const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as VectorNetwork;
    const index = JSON.parse(readFileSync(join(folder, file.replace(/\.json$/, '.index.json')), 'utf8')) as VectorIndex;
    yield { file, vector, index, data: readFileSync(join(folder, index.file)) };
  }
}

/** Read the network and the precisions of a vector file. */
export function importVector(vector: VectorNetwork): { network: Network; options: CompileOptions } {
  const arrays = new Map(Object.entries(vector.float_weights));
  const isOnnx = vector.architecture.some((node) => node.class === 'MatMul' || node.class === 'Gemm');
  const network = isOnnx
    ? networkFromOnnxNodes(vector.name, vector.architecture as never, (tensor) => arrays.get(tensor))
    : networkFromKerasLayers(vector.name, vector.architecture, kerasWeightLookup(arrays));
  const precision = vector.hls_config?.Model.Precision ?? 'ap_fixed<16,6>';
  const layerPrecision =
    vector.hls_config === undefined
      ? unwrittenPrecision(vector)
      : Object.fromEntries(
          Object.entries(vector.hls_config.LayerName ?? {}).map(([name, config]) => [
            name,
            precisionFromHls4ml(config.Precision ?? {}),
          ]),
        );
  return {
    network,
    options: {
      profile: 'hls4ml',
      precision: typeof precision === 'string' ? precision : precision.default,
      layerPrecision,
    },
  };
}

/**
 * What hls4ml was told for a file that does not hold its configuration: the formats of softmax tables and of QKeras
 * activations, which show only where they were used.
 */
function unwrittenPrecision(vector: VectorNetwork): Record<string, LayerPrecision> {
  const precision: Record<string, LayerPrecision> = {};
  for (const call of vector.calls) {
    if (call.fn === 'softmax') {
      precision[call.name] = {
        expTable: textOf(call.types['exp_table_t']!),
        invTable: textOf(call.types['inv_table_t']!),
      };
    } else if (vector.architecture.some((layer) => layer.class === 'QActivation' && layer.name === call.name)) {
      precision[call.name] = { result: textOf(vector.arrays[call.output]!.type) };
    }
  }
  return precision;
}

function compareNetwork(file: string, vector: VectorNetwork, index: VectorIndex, data: Buffer): FileResult {
  const [input, ...outputs] = index.tensors;
  const cases = outputs.length * index.samples;
  let graph: LayerGraph;
  try {
    const { network, options } = importVector(vector);
    graph = compileNetwork(network, options);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return { file, cases, passed: 0, failed: 0, unsupported: cases, firstFailure: error.message };
  }
  if (graph.layers.length !== outputs.length) {
    const firstFailure = `${graph.layers.length} layers compiled (${graph.layers.map((l) => l.name).join(', ')}), ${outputs.length} expected`;
    return { file, cases, passed: 0, failed: cases, unsupported: 0, firstFailure };
  }

  const result = emulate(graph, index.samples, [readTensor(data, input!, index.samples)], { observe: 'all' });
  let passed = 0;
  let firstFailure: string | null = null;
  outputs.forEach((tensor, k) => {
    const layer = graph.layers[k]!;
    const port = layer.circuit.outputs[0]!;
    const expectedFormat = textOf(vector.arrays[tensor.tensor]!.type);
    const format = formatText(port.formats[0]!);
    const expected = readTensor(data, tensor, index.samples);
    const found = result.layers.get(layer.name)!;
    for (let sample = 0; sample < index.samples; sample++) {
      let wrong = format === expectedFormat ? -1 : 0;
      for (let element = 0; wrong < 0 && element < tensor.n; element++) {
        const at = sample * tensor.n + element;
        if (BigInt(found[at]!) !== expected[at]) wrong = element;
      }
      if (wrong < 0) passed++;
      else if (firstFailure === null) {
        const at = sample * tensor.n + wrong;
        firstFailure = `${tensor.layer} (${layer.name}), sample ${sample}, element ${wrong}: expected ${expected[at]} as ${expectedFormat}, found ${found[at]} as ${format}`;
      }
    }
  });
  return { file, cases, passed, failed: cases - passed, unsupported: 0, firstFailure };
}

/** Read a tensor's raw codes of the first samples, row-major. */
export function readTensor(data: Buffer, tensor: VectorTensor, samples: number): BigInt64Array {
  const values = new BigInt64Array(samples * tensor.n);
  for (let k = 0; k < values.length; k++) {
    const at = tensor.offset;
    if (tensor.dtype === 'int16') values[k] = BigInt(data.readInt16LE(at + 2 * k));
    else if (tensor.dtype === 'int32') values[k] = BigInt(data.readInt32LE(at + 4 * k));
    else values[k] = data.readBigInt64LE(at + 8 * k);
  }
  return values;
}

function textOf(type: VectorFormat): string {
  return formatText(formatOf(type));
}
