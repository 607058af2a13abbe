/** Distillation, pruning and quantization in one training: what the main job of the package does. */
import { describe, expect, it } from 'vitest';
import {
  calibratePrecision,
  distillationLoss,
  fakeQuantizer,
  kernelSparsities,
  magnitudePruning,
  quantizationAware,
  quantizationTransform,
  weightedMeanAbsoluteError,
} from '../../src/compression/index.ts';
import { parseFormat } from '../../src/fixed/index.ts';
import {
  buildNetwork,
  hashNetwork,
  parameterAt,
  parseNetwork,
  predict,
  serializeNetwork,
} from '../../src/network/index.ts';
import type { Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFloats } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import { eraseState, fit, parseCheckpoint, serializeCheckpoint } from '../../src/training/index.ts';
import type { Dataset, FitOptions } from '../../src/training/index.ts';

const SAMPLES = 600;

const student = (): Network =>
  buildNetwork(
    'student',
    [{ name: 'x', shape: [4] }],
    [
      { kind: 'dense', name: 'fc', attributes: { units: 16 } },
      { kind: 'relu' },
      { kind: 'dense', name: 'out', attributes: { units: 1 } },
      { kind: 'sigmoid', name: 'y' },
    ],
    stream('composition', 'student'),
  );

/** A teacher that says 1 inside a band and 0 outside, softly at the edge. */
const data = (): Dataset => {
  const random = stream('composition', 'data');
  const x = Float32Array.from({ length: 4 * SAMPLES }, () => random.normal());
  const teacher = Float32Array.from({ length: SAMPLES }, (_unused, i) =>
    Math.max(0, Math.min(1, x[4 * i]! - x[4 * i + 1]! + 0.5)),
  );
  const labels = tensor(teacher, [SAMPLES, 1]);
  return { inputs: tensor(x, [SAMPLES, 4]), targets: labels, extras: { teacher: labels } };
};

const options = (network: Network): FitOptions => ({
  loss: distillationLoss({ teacherLoss: weightedMeanAbsoluteError() }),
  epochs: 20,
  batchSize: 50,
  learningRate: 0.01,
  stream: stream('composition', 'fit'),
  validation: 0.2,
  transforms: [
    eraseState(magnitudePruning({ target: 0.5, begin: 20, end: 100, every: 10 })),
    eraseState(
      quantizationAware(calibratePrecision(network, data().inputs, { weightBits: 8, activationBits: 8 }), {
        begin: 40,
      }),
    ),
  ],
});

describe('distillation, pruning and quantization together', () => {
  it('give a sparse network on its grid that is good', async () => {
    const floats = await fit(student(), data(), { ...options(student()), transforms: [], epochs: 10 });
    const start = floats.network;
    const result = await fit(start, data(), options(start));
    const { network } = result;
    for (const { weights, zeros } of kernelSparsities(network)) expect(zeros / weights).toBeGreaterThanOrEqual(0.5);
    for (const [layer, role, key] of [
      ['fc', 'kernel', 'weight'],
      ['fc', 'bias', 'bias'],
      ['out', 'kernel', 'weight'],
    ] as const) {
      const values = toFloats(parameterAt(network, { layer, role }));
      const { quantize } = fakeQuantizer(parseFormat(network.precision![layer]![key] as string));
      expect(quantize(values)).toEqual(values);
    }
    // The best epoch was chosen when everything was in force: 10 batches an epoch, pruning done after step 100.
    expect(result.epoch).toBeGreaterThanOrEqual(10);
    const y = toFloats(
      predict(network, data().inputs as Tensor, { transform: quantizationTransform(network.precision!) }),
    );
    const labels = toFloats(data().targets);
    const error = y.reduce((sum, value, i) => sum + Math.abs(value - labels[i]!), 0) / SAMPLES;
    expect(error).toBeLessThan(0.12);
    expect(parseNetwork(serializeNetwork(network))).toEqual(network);
  });

  it('resume with the same bits from a stop before, while and after the schedules run', async () => {
    const whole = await fit(student(), data(), options(student()));
    for (const batches of [15, 40, 77, 130]) {
      const controller = new AbortController();
      let seen = 0;
      const part = await fit(student(), data(), {
        ...options(student()),
        signal: controller.signal,
        onBatch: () => void (++seen === batches && controller.abort()),
      });
      const resume = parseCheckpoint(serializeCheckpoint(part.checkpoint));
      const rest = await fit(student(), data(), { ...options(student()), resume });
      expect(hashNetwork(rest.network)).toBe(hashNetwork(whole.network));
      expect(rest.history).toEqual(whole.history);
    }
  });
});
