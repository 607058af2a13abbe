/** Values that a participant of training brings along: trained, saved, resumed, and alike in plans and without them. */
import { afterEach, describe, expect, it } from 'vitest';
import { multiply, square, sum } from '../../src/autograd/index.ts';
import { buildNetwork, hashNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { ones, scalar, setComputeBackend, tensor, toFloats } from '../../src/tensor/index.ts';
import {
  eraseState,
  fit,
  meanSquaredError,
  parseCheckpoint,
  serializeCheckpoint,
  type Checkpoint,
  type FitOptions,
  type FitResult,
  type TrainingTransform,
} from '../../src/training/index.ts';

const SAMPLES = 300;
const random = stream('companions', 'data');
const x = tensor(
  Float32Array.from({ length: 3 * SAMPLES }, () => random.uniform(-1, 1)),
  [SAMPLES, 3],
);
const y = tensor(
  toFloats(x)
    .filter((_value, i) => i % 3 === 0)
    .map((value) => 4 * value),
  [SAMPLES, 1],
);
const network = buildNetwork(
  'n',
  [{ name: 'x', shape: [3] }],
  [{ kind: 'dense', name: 'out', attributes: { units: 1 } }],
  stream('companions', 'start'),
);

/** Multiplies the result by a trained gain; a penalty, whose weight rises with the steps, holds gain and kernel down. */
const gain = (weight: (step: number) => number): TrainingTransform<{ readonly seen: readonly number[] }> => ({
  name: 'gain',
  initial: () => ({ seen: [] }),
  update: (state, step, _network, companions) =>
    step % 4 === 0 ? { seen: [...state.seen, toFloats(companions()['gain']!)[0]!] } : state,
  companion: {
    initial: () => ({ gain: ones([1]) }),
    settings: (_state, step) => ({ weight: scalar(weight(step)) }),
    bind: ({ gain: own }, { weight: given }) => ({
      transform: (value, { role }) => (role === 'result' ? multiply(value, own!) : value),
      penalty: (parameters) => multiply(sum(square(multiply(own!, parameters['out']!['kernel']!))), given!),
    }),
  },
});

const options = (weight: (step: number) => number = (step) => 1e-3 * step): FitOptions => ({
  loss: (prediction, targets) => meanSquaredError(prediction, targets),
  epochs: 3,
  batchSize: 128,
  learningRate: 0.05,
  stream: stream('companions', 'fit'),
  validation: { inputs: x, targets: y },
  restoreBest: false,
  transforms: [eraseState(gain(weight))],
  onEager: (reason) => {
    throw new Error(`The step was not planned: ${reason}`);
  },
});
const data = { inputs: x, targets: y };
const textOf = ({ network: found, checkpoint }: FitResult): string =>
  hashNetwork(found) + serializeCheckpoint(checkpoint);

afterEach(() => {
  setComputeBackend('wasm');
});

describe('companions', () => {
  it('are trained, and seen by updates, validation and checkpoints', async () => {
    const { checkpoint, history } = await fit(
      network,
      data,
      options(() => 0),
    );
    const [value] = toFloats(checkpoint.companions['gain/gain']!);
    expect(Math.abs(value! - 1)).toBeGreaterThan(0.02);
    const { seen } = checkpoint.transforms['gain'] as { readonly seen: readonly number[] };
    expect(seen).toHaveLength(3);
    expect(seen[0]).toBe(1);
    expect(new Set([...seen, value]).size).toBe(4);
    // Without a penalty, both losses are of the same computation.
    expect(history.at(-1)!.validationLoss!).toBeLessThan(history.at(-1)!.loss);
  });

  it('feel a penalty by its setting of the step', async () => {
    const free = await fit(
      network,
      data,
      options(() => 0),
    );
    const late = await fit(
      network,
      data,
      options((step) => (step < 6 ? 0 : 10)),
    );
    const gainOf = ({ checkpoint }: FitResult): number => toFloats(checkpoint.companions['gain/gain']!)[0]!;
    expect(gainOf(late)).toBeLessThan(gainOf(free));
    expect(late.history[0]).toEqual(free.history[0]);
    expect(late.history[2]!.loss).toBeGreaterThan(free.history[2]!.loss);
  });

  it('have the same bits in plans of any number of workers and without plans', async () => {
    setComputeBackend('js');
    const reference = textOf(await fit(network, data, options()));
    setComputeBackend('wasm');
    expect(textOf(await fit(network, data, options()))).toBe(reference);
    expect(textOf(await fit(network, data, { ...options(), workers: 3 }))).toBe(reference);
  });

  it('resume with the same bits from any checkpoint', async () => {
    const saved: string[] = [];
    const whole = await fit(network, data, {
      ...options(),
      checkpointBatches: 1,
      onCheckpoint: (state) => void saved.push(serializeCheckpoint(state)),
    });
    for (const text of saved) {
      const resume: Checkpoint = parseCheckpoint(text);
      expect(serializeCheckpoint(resume)).toBe(text);
      expect(textOf(await fit(network, data, { ...options(), resume }))).toBe(textOf(whole));
    }
  });

  it('refuse a checkpoint that has others', async () => {
    const { checkpoint } = await fit(network, data, { ...options(), epochs: 1 });
    await expect(fit(network, data, { ...options(), resume: { ...checkpoint, companions: {} } })).rejects.toThrow(
      'The checkpoint has the companions none where this training has "gain/gain" [1]; they must be equal.',
    );
  });
});
