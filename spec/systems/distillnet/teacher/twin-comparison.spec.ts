/** The self-supervised loss knows the true weights without being told, and its slopes are its own. */
import { describe, expect, it } from 'vitest';
import { generateEvents, missingMomentum } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  compareWithTwin,
  drawDirections,
  twinComparison,
} from '../../../../src/systems/distillnet/teacher/twin-comparison.ts';
import { tinyConfig } from '../tiny.ts';

const events = generateEvents(tinyConfig.generator, 'twin comparison', 3);
const directions = drawDirections(16, stream('directions'));

describe('compareWithTwin', () => {
  it('is next to 0 at the true shares, and more with less, with all particles or with none', () => {
    for (const event of events) {
      const comparison = twinComparison(event);
      const at = (weights: ArrayLike<number>): number => compareWithTwin(weights, comparison, directions, 1).distance;

      const truth = at(event.truth);
      // Not quite 0: a share of a tower can be below the threshold at which the twin has that tower.
      expect(truth).toBeLessThan(0.005);
      for (const factor of [0, 0.9]) expect(at(event.truth.map((w) => factor * w))).toBeGreaterThan(20 * truth);
      expect(at(event.truth.map(() => 1))).toBeGreaterThan(20 * truth);
    }
  });

  it('adds the difference of missing momenta, per particle', () => {
    const [event] = events;
    const comparison = twinComparison(event!);
    const weights = event!.truth.map((w, i) => (i % 3 === 0 ? 1 : w));
    const at = (missingWeight: number): number =>
      compareWithTwin(weights, comparison, directions, missingWeight).distance;

    const [own, twin] = [missingMomentum(event!.particles, weights), missingMomentum(event!.twin)];
    const squared = (own.x - twin.x) ** 2 + (own.y - twin.y) ** 2;
    expect((at(2) - at(0)) / 2).toBeCloseTo((Math.sqrt(squared + 1) - 1) / event!.particles.count, 6);
  });

  it('has slopes that finite differences confirm', () => {
    const [event] = events;
    const comparison = twinComparison(event!);
    const random = stream('weights');
    const weights = event!.truth.map(() => random.uniform(0.1, 0.9));
    const direction = weights.map(() => random.uniform(-1, 1));
    const along = (step: number): number =>
      compareWithTwin(
        weights.map((w, i) => w + step * direction[i]!),
        comparison,
        directions,
        3,
      ).distance;

    const { slopes } = compareWithTwin(weights, comparison, directions, 3);

    // Together, since a change of the pairing shows as a kink of one weight, not of the sum of many.
    const expected = direction.reduce((sum, d, i) => sum + d * slopes[i]!, 0);
    const step = 2e-5;
    expect((along(step) - along(-step)) / (2 * step) / expected).toBeCloseTo(1, 2);
  });

  it('compares empty events', () => {
    const none = { count: 0, kinds: new Uint8Array(), points: new Float32Array() };

    expect(compareWithTwin([], { own: none, twin: none }, directions, 1).distance).toBe(0);
  });
});
