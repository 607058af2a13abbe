/**
 * The students: dense networks on the 16 features of one particle, as published.
 *
 * DistillNet is 16-128-64-1 with dropout after the first layer and batch normalisation before the second ReLU, where the
 * code has it (the text is ambiguous): 10 625 trainable numbers. QDistillNet is 16-64-32-1 in the same order: 3 265.
 */
import { buildNetwork, type Network } from '../../../network/index.ts';
import type { RandomStream } from '../../../random/index.ts';
import { featureCount } from '../data/data.ts';

/** Name of the only input of a student. */
export const studentInput = 'features';

/** Build DistillNet, 16-128-64-1. */
export function buildStudent(stream: RandomStream): Network {
  return build('distillnet', 128, 64, 0.05, stream);
}

/** Build QDistillNet, 16-64-32-1, before folding and quantization. */
export function buildQuantizedStudent(stream: RandomStream): Network {
  return build('qdistillnet', 64, 32, 0, stream);
}

function build(name: string, first: number, second: number, dropout: number, stream: RandomStream): Network {
  return buildNetwork(
    name,
    [{ name: studentInput, shape: [featureCount] }],
    [
      { kind: 'dense', name: 'dense1', attributes: { units: first } },
      { kind: 'relu', name: 'relu1' },
      ...(dropout > 0 ? [{ kind: 'dropout', name: 'dropout1', attributes: { rate: dropout } } as const] : []),
      { kind: 'dense', name: 'dense2', attributes: { units: second } },
      { kind: 'batchNormalization', name: 'normalization2' },
      { kind: 'relu', name: 'relu2' },
      { kind: 'dense', name: 'dense3', attributes: { units: 1 } },
      { kind: 'sigmoid', name: 'weight' },
    ],
    stream,
  );
}
