/**
 * hls4ml layers, one by one: lower each case in the `hls4ml` profile and compare every sample of it.
 *
 * A case passes when all its samples are equal to the bit. Layers, products and softmax variants without a lowering
 * count as unsupported.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { circuitBuilder } from '../../src/circuit/index.ts';
import { type HardwareKind, type HardwareLayer, lowerings } from '../../src/compile/index.ts';
import { interpret } from '../../src/emulation/index.ts';
import { type FixedFormat, fixed, fractionBits, toDouble } from '../../src/fixed/index.ts';
import type { FileResult } from './result.ts';

interface VectorFormat {
  readonly W: number;
  readonly I: number;
  readonly signed: boolean;
  readonly Q: string;
  readonly O: string;
  readonly N: number;
}

interface VectorCase {
  readonly id: string;
  readonly layer: string;
  readonly types: Readonly<Record<string, VectorFormat>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights?: readonly number[];
  readonly bias?: readonly number[];
  readonly scale?: readonly number[];
  readonly alpha?: number;
  readonly slope?: number;
  readonly shift?: number;
  readonly inputs: readonly (readonly (number | string)[])[];
  readonly outputs: readonly (readonly (number | string)[])[];
}

const kinds: Readonly<Record<string, HardwareKind>> = {
  batchnorm: 'affine',
  dense: 'dense',
  hard_sigmoid: 'hardSigmoid',
  hard_tanh: 'hardTanh',
  leaky_relu: 'leakyRelu',
  linear: 'linear',
  relu: 'relu',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  tanh: 'tanh',
  ternary_tanh: 'ternaryTanh',
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
  const product = one.config['product'] ?? 'mult';
  const implementation = one.config['implementation'] ?? 'stable';
  return one.layer in kinds && (product === 'mult' || product === 'weight_ternary') && implementation === 'stable';
}

function runCase(one: VectorCase): string | null {
  const formats = Object.fromEntries(
    Object.entries(one.types).map(([role, type]) => [roles[role] ?? role, formatOf(type)]),
  );
  const values = (raws: readonly number[] = [], role: string): number[] =>
    raws.map((raw) => toDouble(BigInt(raw), fractionBits(formats[role]!)));
  const scalar = (raw: number | undefined, role: string): number | undefined =>
    raw === undefined ? undefined : values([raw], role)[0];
  const layer: HardwareLayer = {
    name: one.id,
    kind: kinds[one.layer]!,
    inputs: ['x'],
    attributes: {
      slope: one.alpha === undefined ? scalar(one.slope, 'slope') : scalar(one.alpha, 'param'),
      shift: scalar(one.shift, 'shift'),
    },
    parameters: {
      kernel: values(one.weights, 'weight'),
      bias: values(one.bias, 'bias'),
      scale: values(one.scale, 'scale'),
    },
  };
  const input = formats['input']!;
  const builder = circuitBuilder(one.id);
  const inputFormats = one.inputs[0]!.map(() => input);
  const wires = builder.input('x', inputFormats);
  const result = lowerings[layer.kind]({
    builder,
    layer,
    inputs: [{ wires, formats: inputFormats }],
    precision: {
      fallback: fixed(16, 6),
      role: (name) => formats[name],
      format: (name) => formats[name] ?? fixed(16, 6),
    },
    profile: 'hls4ml',
    strategy: 'shift-add',
    tableSize: Number(one.config['table_size'] ?? 1024),
    ...softmaxSizes(one),
  });
  builder.output('y', result.wires, result.formats);
  const circuit = builder.build();
  for (const [sample, codes] of one.inputs.entries()) {
    const found = interpret(circuit, [codes.map(BigInt)])[0]!;
    const expected = one.outputs[sample]!.map(BigInt);
    const wrong = expected.findIndex((value, k) => value !== found[k]);
    if (wrong >= 0) {
      return `${one.id}, sample ${sample}, element ${wrong}: expected ${expected[wrong]}, found ${found[wrong]}`;
    }
  }
  return null;
}

function softmaxSizes(one: VectorCase): { expTableSize?: number; invTableSize?: number } {
  if (one.layer !== 'softmax') return {};
  return { expTableSize: Number(one.config['exp_table_size']), invTableSize: Number(one.config['inv_table_size']) };
}

function formatOf(type: VectorFormat): FixedFormat {
  return {
    signed: type.signed,
    width: type.W,
    integer: type.I,
    quantization: `AP_${type.Q}` as FixedFormat['quantization'],
    overflow: `AP_${type.O}` as FixedFormat['overflow'],
    saturationBits: type.N,
  };
}
