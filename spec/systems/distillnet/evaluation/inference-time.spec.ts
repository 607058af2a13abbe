import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../../src/compile/index.ts';
import { generateEvents } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  bestTime,
  measureInference,
  timedCircuit,
  timedEvents,
  timedNetwork,
} from '../../../../src/systems/distillnet/evaluation/inference-time.ts';
import { buildNetwork, foldBatchNormalization } from '../../../../src/network/index.ts';
import { buildStudent, studentInput } from '../../../../src/systems/distillnet/index.ts';
import { tinyConfig } from '../tiny.ts';

const random = stream('times');
const features = Float32Array.from({ length: 5 * 16 }, () => random.normal());
const sizes = [1, 2, 8];

describe('measureInference', () => {
  it('times networks, circuits and whole events per event', async () => {
    const tiny = buildNetwork(
      'tiny',
      [{ name: studentInput, shape: [16] }],
      [{ kind: 'dense', name: 'dense', attributes: { units: 1 } }],
      random.split('tiny'),
    );
    const graph = compileNetwork(tiny, { profile: 'exact', precision: 'ap_fixed<8,3>' });
    const events = generateEvents(tinyConfig.generator, 'times', 2);
    const asked: number[] = [];

    const times = await measureInference(
      [
        await timedNetwork('student', foldBatchNormalization(buildStudent(random.split('student'))), features, sizes),
        timedCircuit('fixed', graph, new BigInt64Array(5 * 16), sizes),
        timedEvents('puppi', events, (event) => asked.push(event)),
      ],
      100,
      { seconds: 0.2 },
    );

    expect(times!.curves.map(({ source }) => source)).toEqual(['student', 'fixed', 'puppi']);
    for (const { points } of times!.curves) {
      for (const { low, median, high, repeats } of points) {
        expect(low).toBeGreaterThanOrEqual(0);
        expect(median).toBeGreaterThanOrEqual(low);
        expect(high).toBeGreaterThanOrEqual(median);
        expect(repeats).toBeGreaterThanOrEqual(5);
      }
    }
    expect(times!.curves[0]!.points[0]!.particles).toBe(1);
    expect(new Set(asked)).toEqual(new Set([0, 1]));
    expect(bestTime(times!, 'student')).toBe(Math.min(...times!.curves[0]!.points.map(({ median }) => median)));
    expect(bestTime(times!, 'teacher')).toBeNull();
  });

  it('ends a curve before a call that would take too long, and frees what it holds', async () => {
    let closed = false;
    const asked: number[] = [];
    const call = (particles: number) => ({
      particles,
      run: () => {
        asked.push(particles);
        const end = performance.now() + 5;
        while (performance.now() < end);
      },
    });

    const times = await measureInference(
      [
        {
          source: 'student',
          calls: [call(1), call(1_000_000)],
          close: async () => {
            closed = true;
          },
        },
      ],
      1,
      { seconds: 0.1 },
    );

    expect(times!.curves[0]!.points.map(({ particles }) => particles)).toEqual([1]);
    expect(asked).not.toContain(1_000_000);
    expect(closed).toBe(true);
  });

  it('stops when told', async () => {
    const controller = new AbortController();
    const source = { source: 'puppi', calls: [{ particles: 1, run: () => controller.abort() }] } as const;

    expect(await measureInference([source], 1, { signal: controller.signal })).toBeNull();
  });
});
