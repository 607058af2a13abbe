/** Evaluators with one planted bug each, made by changing the circuit before the interpreter sees it. */
import type { Circuit, LayerGraph, Op } from '../../src/circuit/index.ts';
import { interpret, interpretGraph, interpretWires } from '../../src/emulation/index.ts';
import type { Sample } from '../../src/verification/arbitraries/index.ts';

/** Changes one operation into the wrong one. */
export type Mutation = (op: Op) => Op;

export function mutated(circuit: Circuit, mutation: Mutation): Circuit {
  return { ...circuit, ops: circuit.ops.map(mutation) };
}

/** Tell whether the changed circuit gives other outputs. */
export function differs(circuit: Circuit, mutation: Mutation, samples: readonly Sample[]): boolean {
  const wrong = mutated(circuit, mutation);
  return samples.some((sample) => String(interpret(wrong, sample)) !== String(interpret(circuit, sample)));
}

export function graphDiffers(graph: LayerGraph, mutation: Mutation, samples: readonly Sample[]): boolean {
  const wrong = {
    ...graph,
    layers: graph.layers.map((layer) => ({ ...layer, circuit: mutated(layer.circuit, mutation) })),
  };
  return samples.some((sample) => {
    const [found, expected] = [interpretGraph(wrong, sample), interpretGraph(graph, sample)];
    return graph.outputs.some((name) => String(found.get(name)) !== String(expected.get(name)));
  });
}

/** Tell whether a 32-bit evaluator would lose bits of some wire that an output looks at. */
export function needsMoreThan32Bits(circuit: Circuit, samples: readonly Sample[]): boolean {
  const seen = circuit.outputs.flatMap(({ wires }) => wires);
  return samples.some((sample) => {
    const raws = interpretWires(circuit, sample);
    return seen.some((wire) => BigInt.asIntN(32, raws[wire]!) !== raws[wire]);
  });
}

/** Wrong in one operation each. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'rounds half up for AP_RND_CONV': (op) =>
    op.kind === 'cast' && op.format.quantization === 'AP_RND_CONV'
      ? { ...op, format: { ...op.format, quantization: 'AP_RND' } }
      : op,
  'truncates towards minus infinity for AP_TRN_ZERO': (op) =>
    op.kind === 'cast' && op.format.quantization === 'AP_TRN_ZERO'
      ? { ...op, format: { ...op.format, quantization: 'AP_TRN' } }
      : op,
  'saturates to an asymmetric range': (op) =>
    op.kind === 'cast' && op.format.overflow === 'AP_SAT_SYM'
      ? { ...op, format: { ...op.format, overflow: 'AP_SAT' } }
      : op,
  'ignores saturation bits': (op) =>
    op.kind === 'cast' && op.format.overflow === 'AP_WRAP'
      ? { ...op, format: { ...op.format, saturationBits: 0 } }
      : op,
  'adds where it should subtract': (op) => (op.kind === 'add' ? { ...op, subtract: false } : op),
  'forgets negative shifts': (op) => (op.kind === 'add' && op.shift < 0 ? { ...op, b: op.a } : op),
  'takes the wrong branch': (op) => (op.kind === 'select' ? { ...op, a: op.b, b: op.a } : op),
  'compares strictly for <=': (op) => (op.kind === 'compare' && op.relation === 'le' ? { ...op, relation: 'lt' } : op),
  'squares instead of multiplying': (op) => (op.kind === 'multiply' ? { ...op, b: op.a } : op),
  'ors instead of exclusive or': (op) =>
    op.kind === 'bitwise' && op.operation === 'xor' ? { ...op, operation: 'or' } : op,
};

/** Number of bits that the formats of the inputs have together. */
export function inputBits({ inputs }: Circuit): number {
  return inputs.flatMap(({ formats }) => formats).reduce((sum, { width }) => sum + width, 0);
}
