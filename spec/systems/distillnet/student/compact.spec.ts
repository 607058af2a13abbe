/** The compact QDistillNet: seeded, small, and the same on the gates. */
import { beforeAll, describe, expect, it } from 'vitest';
import { FormatError } from '../../../../src/errors.ts';
import { compileNetwork } from '../../../../src/compile/index.ts';
import { emulate } from '../../../../src/emulation/index.ts';
import { fractionBits } from '../../../../src/fixed/index.ts';
import { hashNetwork } from '../../../../src/network/index.ts';
import {
  type CompactOptions,
  type CompactQDistillNet,
  featureCount,
  type LabelledEvents,
  labelEvents,
  matchedStudy,
  parseCompactCheckpoint,
  serializeCompactCheckpoint,
  type MatchedStudy,
  stageClock,
  trainCompactQDistillNet,
  weightAgreement,
} from '../../../../src/systems/distillnet/index.ts';
import { toFloats } from '../../../../src/tensor/index.ts';
import { tinyConfig } from '../tiny.ts';

describe('trainCompactQDistillNet', () => {
  let labelled: LabelledEvents;
  let study: MatchedStudy;
  let compact: CompactQDistillNet;
  const short: CompactOptions = { config: tinyConfig, epochs: 4, cycle: 2, beta: [1e-4, 3e-4], lut: 9000 };

  beforeAll(async () => {
    labelled = (await labelEvents({ config: tinyConfig, callbacks: {}, clock: stageClock(undefined) }))!;
    study = (await matchedStudy(labelled, tinyConfig))!;
    compact = (await trainCompactQDistillNet({ ...short, labelled, study }))!;
  });

  it('learns from labels with the histogram of the teacher', () => {
    const labels = toFloats(study.training.extras!['teacher']!);
    expect(weightAgreement(labels, labelled.scores.training).accuracy).toBeGreaterThan(0.95);
    const weights = toFloats(study.training.extras!['weights']!);
    expect(weights.reduce((sum, weight) => sum + weight, 0) / weights.length).toBeCloseTo(1, 3);
  });

  it('looks at a network after every cycle and keeps to the look-up tables that it may take', () => {
    expect(compact.points.map(({ epoch }) => epoch)).toEqual([2, 4]);
    const fitting = compact.points.filter(({ cost }) => cost <= short.lut!);
    expect(fitting.length).toBeGreaterThan(0);
    expect(compact.resources.lut).toBeLessThanOrEqual(short.lut!);
    expect(fitting.map(({ network }) => hashNetwork(network))).toContain(hashNetwork(compact.network));
  });

  it('has on the gates the weights that it reports', () => {
    const graph = compileNetwork(compact.network);
    const { formats } = graph.inputs[0]!;
    const codes = Int32Array.from(toFloats(compact.testInputs), (value, k) =>
      Math.floor(value * 2 ** fractionBits(formats[k % featureCount]!)),
    );
    const { outputs } = emulate(graph, codes.length / featureCount, [codes]);
    expect(Array.from(outputs[0]!, Number).map((code) => code / 256)).toEqual(Array.from(compact.testWeights));
  });

  it('gives the same network again, also from nothing', async () => {
    const again = (await trainCompactQDistillNet(short))!;
    expect(hashNetwork(again.network)).toBe(hashNetwork(compact.network));
  });

  it.each([
    ['assistant', 1],
    ['start', 1],
    ['walk', 2],
  ] as const)('goes on from a checkpoint of the %s with the same bits', async (stage, epoch) => {
    const stop = new AbortController();
    const fractions: number[] = [];
    let text = '';
    const stopped = await trainCompactQDistillNet({
      ...short,
      labelled,
      signal: stop.signal,
      onProgress: (fraction) => fractions.push(fraction),
      onCheckpoint: (checkpoint) => {
        if (stop.signal.aborted || checkpoint.current.stage !== stage || checkpoint.current.state.epoch !== epoch)
          return;
        text = serializeCompactCheckpoint(checkpoint);
        stop.abort();
      },
    });
    expect(stopped).toBeNull();
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));

    const resumed = (await trainCompactQDistillNet({ ...short, labelled, resume: parseCompactCheckpoint(text) }))!;

    expect(hashNetwork(resumed.network)).toBe(hashNetwork(compact.network));
    expect(resumed.points.map((point) => [point.epoch, point.cost, point.quality])).toEqual(
      compact.points.map((point) => [point.epoch, point.cost, point.quality]),
    );
  });

  it('refuses texts that are no checkpoint of it', () => {
    expect(() => parseCompactCheckpoint('{')).toThrow(FormatError);
    expect(() => parseCompactCheckpoint('{"format":"other"}')).toThrow(/has format "other"; this version reads/);
    expect(() => parseCompactCheckpoint('{"format":"distill-rtl/compact-checkpoint/1"}')).toThrow(/lacks "finished"/);
  });

  it('stops when it is told to', async () => {
    expect(await trainCompactQDistillNet({ ...short, labelled, signal: AbortSignal.abort() })).toBeNull();
  });
});
