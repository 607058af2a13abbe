/** Training of named parameters: plans and tensor functions give the same bits, and either takes over from the other. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import { stream } from '../../src/random/index.ts';
import { setComputeBackend, tensor, toFlat, type Tensor } from '../../src/tensor/index.ts';
import {
  initialOptimizerState,
  type LossTrainerOptions,
  meanSquaredError,
  type NamedLoss,
  openLossTrainer,
  type StepState,
  threadPool,
} from '../../src/training/index.ts';

const pool = threadPool(2);
afterAll(pool.close);
afterEach(() => {
  setComputeBackend('wasm');
});

const random = (name: string, shape: readonly number[]): Tensor => {
  const source = stream('loss trainer', name);
  const count = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float32Array.from({ length: count }, () => source.normal()),
    shape,
  );
};

/** A mean over neighbours in a batch, then two layers: no network of rows. */
const loss: NamedLoss = (p, { x, near, y }) => {
  const heard = ag.mean(ag.indexSelect(ag.matmul(x!, p['own']!), near!, 0), 1);
  return meanSquaredError(ag.dense(ag.tanh(heard), p['kernel']!, p['bias']!), y!);
};
const start: StepState = {
  values: { own: random('own', [5, 8]), kernel: random('kernel', [8, 2]), bias: tensor(new Float32Array(2)) },
  optimizer: initialOptimizerState({ kind: 'adam' }, [40, 16, 2]),
};

/** Batches of several sizes. */
const batches = [70, 130, 70, 7, 130, 70].map((rows, step) => ({
  x: random(`x ${step}`, [rows, 5]),
  near: tensor(
    Int32Array.from({ length: 3 * rows }, (_, i) => (7 * i + step) % rows),
    [rows, 3],
    'i32',
  ),
  y: random(`y ${step}`, [rows, 2]),
}));

const flat = ({ values, optimizer }: StepState): unknown => [
  Object.entries(values).map(([name, value]) => [name, value.shape, ...toFlat(value)]),
  optimizer,
];

async function trained(options: Partial<LossTrainerOptions> = {}): Promise<unknown> {
  const trainer = openLossTrainer(start, { loss, optimizer: { kind: 'adam' }, pool, ...options });
  const losses: number[] = [];
  for (const [step, batch] of batches.entries())
    losses.push(await trainer.train(batch, { learningRate: 0.1 / (step + 1) }));
  return [losses, flat(trainer.state())];
}

const refuse = (reason: string): never => {
  throw new Error(`A step was not planned: ${reason}`);
};

describe('openLossTrainer', () => {
  it('has the bits of the reference, with any number of workers and of plans that stay open', async () => {
    setComputeBackend('js');
    const reference = await trained();

    setComputeBackend('wasm');
    expect(await trained({ pool: threadPool(1), onEager: refuse })).toEqual(reference);
    expect(await trained({ onEager: refuse })).toEqual(reference);
    expect(await trained({ open: 1, onEager: refuse })).toEqual(reference);
  });

  it('computes what cannot be planned by tensor functions, says why once, and goes on from where it was', async () => {
    setComputeBackend('js');
    const reference = await trained();
    setComputeBackend('wasm');
    const reasons: string[] = [];

    // Small batches look at their values.
    const found = await trained({
      loss: (parameters, inputs) => {
        if (inputs['x']!.shape[0]! < 64) toFlat(inputs['x']!);
        return loss(parameters, inputs);
      },
      onEager: (reason) => void reasons.push(reason),
    });

    expect(found).toEqual(reference);
    expect(reasons).toEqual([
      'The elements of a symbolic tensor (input) were read; a traced computation must consist of tensor operations.',
    ]);
  });
});
