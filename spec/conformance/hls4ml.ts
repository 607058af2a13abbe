/**
 * hls4ml layers, one by one: lower each case in the `hls4ml` profile and compare every sample of it.
 *
 * A case passes when all its samples are equal to the bit, and so are the look-up tables that the case lists. Layers
 * without a lowering count as unsupported.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { circuitBuilder, optimizeAdders, type Table } from '../../src/circuit/index.ts';
import {
  type HardwareKind,
  type HardwareLayer,
  lowerings,
  type SoftmaxOptions,
  type WireVector,
} from '../../src/compile/index.ts';
import { interpret } from '../../src/emulation/index.ts';
import { type FixedFormat, fixed, fractionBits, toDouble } from '../../src/fixed/index.ts';
import type { FileResult } from './result.ts';
import { formatOf, type VectorFormat } from './vector-format.ts';

interface VectorCase {
  readonly id: string;
  readonly layer: string;
  readonly types: Readonly<Record<string, VectorFormat>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights?: readonly number[];
  readonly bias?: readonly number[];
  readonly scale?: readonly number[];
  readonly alpha?: number | readonly number[];
  readonly theta?: number;
  readonly shapes?: { readonly input: readonly number[]; readonly kernel?: readonly number[] };
  readonly inputs2?: readonly (readonly (number | string)[])[];
  readonly n_in?: number;
  readonly slope?: number;
  readonly shift?: number;
  readonly tables?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly inputs: readonly (readonly (number | string)[])[];
  readonly outputs: readonly (readonly (number | string)[])[];
}

const kinds: Readonly<Record<string, HardwareKind>> = {
  batchnorm: 'affine',
  binary_tanh: 'binaryTanh',
  conv1d: 'conv1d',
  conv2d: 'conv2d',
  dense: 'dense',
  elu: 'elu',
  global_pooling1d: 'globalPooling',
  global_pooling2d: 'globalPooling',
  hard_sigmoid: 'hardSigmoid',
  hard_tanh: 'hardTanh',
  leaky_relu: 'leakyRelu',
  linear: 'linear',
  merge: 'merge',
  pooling1d: 'pooling1d',
  pooling2d: 'pooling2d',
  prelu: 'prelu',
  relu: 'relu',
  relu1: 'clippedRelu',
  relu6: 'clippedRelu',
  selu: 'selu',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
  ternary_tanh: 'ternaryTanh',
  thresholded_relu: 'thresholdedRelu',
};

const roles: Readonly<Record<string, string>> = {
  exp_table: 'expTable',
  inv_table: 'invTable',
  inv_inp: 'invInput',
  inp_norm: 'inputNorm',
};

/** Run all layer files below `<directory>/hls4ml`. */
export function* hls4ml(directory: string): Iterable<FileResult> {
  const folder = join(directory, 'hls4ml');
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()) {
    const { cases } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { cases: readonly VectorCase[] };
    let passed = 0;
    let failed = 0;
    let firstFailure: string | null = null;
    for (const one of cases) {
      if (!isSupported(one)) continue;
      const failure = runCase(one);
      if (failure === null) passed++;
      else failed++;
      firstFailure ??= failure;
    }
    yield { file, cases: cases.length, passed, failed, unsupported: cases.length - passed - failed, firstFailure };
  }
}

function isSupported(one: VectorCase): boolean {
  return one.layer in kinds;
}

function runCase(one: VectorCase): string | null {
  const formats = Object.fromEntries(
    Object.entries(one.types).map(([role, type]) => [roles[role] ?? role, formatOf(type)]),
  );
  const values = (raws: readonly number[] = [], role: string): number[] =>
    raws.map((raw) => toDouble(BigInt(raw), fractionBits(formats[role]!)));
  const length = one.inputs[0]!.length;
  const layer: HardwareLayer = {
    name: one.id,
    kind: kinds[one.layer]!,
    inputs: ['x'],
    inputShapes: [one.shapes?.input ?? [length]],
    attributes: attributesOf(one, (raw, role) => values([raw], role)[0]!),
    parameters: {
      kernel: values(one.weights, 'weight'),
      bias: values(one.bias, 'bias'),
      scale: values(one.scale, 'scale'),
      alpha: typeof one.alpha === 'object' ? values(one.alpha, 'param') : [],
    },
  };
  const builder = circuitBuilder(one.id);
  const binary = one.config['product'] === 'data_binary' || one.config['product'] === 'both_binary';
  const vector = (port: string, format: FixedFormat): WireVector => {
    const inputFormats = Array.from({ length }, () => format);
    return { wires: builder.input(port, inputFormats), formats: inputFormats, binary };
  };
  const input = vector('x', formats['input']!);
  const result = lowerings[layer.kind]({
    builder,
    layer,
    inputs: one.inputs2 === undefined ? [input] : [input, vector('x2', formats['input2']!)],
    precision: {
      fallback: fixed(16, 6),
      elements: undefined,
      role: (name) => formats[name],
      format: (name) => formats[name] ?? fixed(16, 6),
    },
    profile: 'hls4ml',
    strategy: 'adder-graph',
    adderOptimizer: optimizeAdders,
    tableSize: Number(one.config['table_size'] ?? 1024),
    softmax: softmaxOf(one.config),
  });
  builder.output('y', result.wires, result.formats);
  const circuit = builder.build();
  const tableFailure = compareTables(one, circuit.tables);
  if (tableFailure !== null) return tableFailure;
  for (const [sample, codes] of one.inputs.entries()) {
    const second = one.inputs2?.[sample];
    const ports = second === undefined ? [codes] : [codes, second];
    const found = interpret(
      circuit,
      ports.map((port) => port.map(BigInt)),
    )[0]!;
    const expected = one.outputs[sample]!.map(BigInt);
    const wrong = expected.findIndex((value, k) => value !== found[k]);
    if (wrong >= 0 || found.length !== expected.length) {
      return `${one.id}, sample ${sample}, element ${wrong}: expected ${expected[wrong]}, found ${found[wrong]}`;
    }
  }
  return null;
}

/** Compare every entry of the look-up tables that the C++ built, read or not. */
function compareTables(one: VectorCase, found: readonly Table[]): string | null {
  for (const [name, entries] of Object.entries(one.tables ?? {})) {
    const table = found.find((built) => built.name === (name === 'invert' ? 'inv' : name));
    if (table === undefined) {
      // An unsigned input never reaches a table of negative arguments, so the circuit has none.
      if ((name === 'elu' || name === 'selu') && !one.types['input']!.signed) continue;
      return `${one.id}: no table "${name}" was built`;
    }
    // The C++ counts addresses as unsigned, so negative ones come last.
    const start = Number(-table.lo);
    const values = [...table.values.slice(start), ...table.values.slice(0, start)];
    const wrong = entries.findIndex((entry, k) => BigInt(entry) !== values[k]);
    if (wrong >= 0) {
      return `${one.id}, table "${name}", entry ${wrong}: expected ${entries[wrong]}, found ${values[wrong]}`;
    }
  }
  return null;
}

/** Attributes of the layer's kind from a case's configuration. */
function attributesOf(
  one: VectorCase,
  value: (raw: number, role: string) => number,
): Readonly<Record<string, unknown>> {
  const { config, layer } = one;
  const list = (entry: unknown): readonly number[] => (Array.isArray(entry) ? entry : [Number(entry)]);
  switch (kinds[layer]) {
    case 'leakyRelu':
      return { slope: value(one.alpha as number, 'param') };
    case 'elu':
      return { alpha: value(one.alpha as number, 'param') };
    case 'thresholdedRelu':
      return { theta: value(one.theta!, 'param') };
    case 'clippedRelu':
      return { limit: layer === 'relu6' ? 6 : 1 };
    case 'hardSigmoid':
    case 'hardTanh':
      return { slope: value(one.slope!, 'slope'), shift: value(one.shift!, 'shift') };
    case 'conv1d':
    case 'conv2d': {
      const kernel = one.shapes!.kernel!;
      return {
        size: kernel.slice(0, -2),
        strides: list(config['stride']),
        dilation: list(config['dilation']),
        padding: config['padding'],
      };
    }
    case 'pooling1d':
    case 'pooling2d':
    case 'globalPooling':
      return {
        operation: config['op'] === 'Max' ? 'maximum' : 'average',
        size: list(config['pool']),
        strides: list(config['stride']),
        padding: config['padding'],
        countPadding: config['count_pad'],
      };
    case 'merge':
      return { operation: config['op'] };
    default:
      return {};
  }
}

function softmaxOf(config: VectorCase['config']): SoftmaxOptions {
  const implementation = config['implementation'] as SoftmaxOptions['implementation'];
  return implementation === undefined
    ? {}
    : {
        implementation,
        expTableSize: Number(config['exp_table_size'] ?? 1024),
        invTableSize: Number(config['inv_table_size'] ?? 1024),
        expScale: Number(config['exp_scale'] ?? 1),
      };
}
