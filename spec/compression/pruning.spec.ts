import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import {
  applyMasks,
  kernelSparsities,
  magnitudePruning,
  pruningMasks,
  pruningTransform,
  sparsityAt,
  sparsityOf,
} from '../../src/compression/index.ts';
import { buildNetwork, forward, parameterVariables, predict, withParameters } from '../../src/network/index.ts';
import type { Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

const build = (seed: string | number): Network =>
  buildNetwork(
    'net',
    [{ name: 'x', shape: [5] }],
    [
      { kind: 'dense', name: 'a', attributes: { units: 7 } },
      { kind: 'relu' },
      { kind: 'dense', name: 'b', attributes: { units: 3 } },
    ],
    stream(seed),
  );

describe('sparsityAt', () => {
  const schedule = { initial: 0.2, target: 0.8, begin: 10, end: 50, every: 10 };

  it('follows s_f + (s_i − s_f)(1 − (t − t₀) / nΔt)³', () => {
    expect(sparsityAt(schedule, 9)).toBe(0);
    expect(sparsityAt(schedule, 10)).toBeCloseTo(0.2, 12);
    expect(sparsityAt(schedule, 30)).toBeCloseTo(0.8 - 0.6 / 8, 12);
    expect(sparsityAt(schedule, 50)).toBe(0.8);
    expect(sparsityAt(schedule, 1000)).toBe(0.8);
  });

  it('never falls', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (a, b) => {
        expect(sparsityAt(schedule, Math.max(a, b))).toBeGreaterThanOrEqual(sparsityAt(schedule, Math.min(a, b)));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    [{ target: 1, end: 5 }, 'Option "target" of pruning is 1; it must be in [0, 1).'],
    [{ target: 0.5, initial: 0.6, end: 5 }, 'Option "initial" of pruning is 0.6; it must be in [0, 0.5], the target.'],
    [
      { target: 0.5, begin: 5, end: 5 },
      'Option "end" of pruning is 5; it must be an integer greater than 5, the begin.',
    ],
    [{ target: 0.5, end: 5, every: 0 }, 'Option "every" of pruning is 0; it must be an integer of at least 1.'],
  ])('refuses %o', (options, message) => {
    expect(() => magnitudePruning(options)).toThrow(message);
  });
});

describe('masks', () => {
  const sparsity = fc.double({ min: 0, max: 1, noNaN: true });
  const scope = fc.constantFrom('layer', 'global') as fc.Arbitrary<'layer' | 'global'>;

  it('reach the sparsity with exact zeros and not one zero more than needed', () => {
    fc.assert(
      fc.property(fc.nat(), sparsity, scope, (seed, share, scope) => {
        const network = build(seed);
        const pruned = applyMasks(network, pruningMasks(network, share, { scope }));
        const counts =
          scope === 'global' ? [{ weights: 56, zeros: Math.round(sparsityOf(pruned) * 56) }] : kernelSparsities(pruned);
        for (const { weights, zeros } of counts) {
          expect(zeros / weights).toBeGreaterThanOrEqual(share - 1e-9);
          expect((zeros - 1) / weights).toBeLessThan(share);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keep no weight smaller than one that they prune', () => {
    fc.assert(
      fc.property(fc.nat(), sparsity, (seed, share) => {
        const network = build(seed);
        const { masks } = pruningMasks(network, share, { scope: 'global' });
        const all = ['a', 'b'].flatMap((layer, i) =>
          Array.from(toFlat(network.layers[2 * i]!.parameters['kernel']!), (weight, k) => ({
            weight: Math.abs(weight),
            kept: masks[layer]![k] === '1',
          })),
        );
        const smallestKept = Math.min(...all.filter((w) => w.kept).map((w) => w.weight));
        const largestPruned = Math.max(0, ...all.filter((w) => !w.kept).map((w) => w.weight));
        expect(largestPruned).toBeLessThanOrEqual(smallestKept);
      }),
      { numRuns: 50 },
    );
  });

  it('act in training as the exported zeros act later, and stop the gradient of pruned weights', () => {
    const network = build(1);
    const state = pruningMasks(network, 0.6);
    const x = tensor([1, -2, 3, 0.5, -1], [1, 5]);
    const parameters = parameterVariables(network);
    const y = forward(network, x, { parameters, transform: pruningTransform(state) });
    expect(toFlat(y.value)).toEqual(toFlat(predict(applyMasks(network, state), x)));
    const [gradient] = ag.gradients(ag.sum(y), [parameters['b']!['kernel']!]);
    Array.from(state.masks['b']!, (keep, i) => keep === '0' && expect(toFlat(gradient!)[i]).toBe(0));
    expect(toFlat(gradient!).some((value) => value !== 0)).toBe(true);
  });

  it('reach kernels of convolutions as those of dense layers', () => {
    const network = buildNetwork(
      'images',
      [{ name: 'x', shape: [4, 4, 2] }],
      [
        { kind: 'conv2d', attributes: { filters: 3, size: [2, 2] } },
        { kind: 'depthwiseConv2d', attributes: { size: [2, 2], depthMultiplier: 2 } },
        { kind: 'flatten' },
        { kind: 'dense', attributes: { units: 2 } },
      ],
      stream('images'),
    );
    const x = tensor(
      Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
      [2, 4, 4, 2],
    );
    for (const scope of ['layer', 'global'] as const) {
      const state = pruningMasks(network, 0.5, { scope });
      const pruned = applyMasks(network, state);
      expect(kernelSparsities(pruned).map(({ weights }) => weights)).toEqual([24, 24, 48]);
      expect(sparsityOf(pruned)).toBe(0.5);
      expect(toFlat(forward(network, x, { transform: pruningTransform(state) }).value)).toEqual(
        toFlat(predict(pruned, x)),
      );
    }
  });

  it('prune only the layers asked for, and name one that cannot be', () => {
    const network = build(1);
    const pruned = applyMasks(network, pruningMasks(network, 0.5, { layers: ['b'] }));
    expect(kernelSparsities(pruned).map(({ zeros }) => zeros)).toEqual([0, 11]);
    expect(() => pruningMasks(network, 0.5, { layers: ['relu1'] })).toThrow(
      'Pruning is asked for layer "relu1"; layers of the network with a kernel are a, b.',
    );
  });
});

describe('magnitudePruning', () => {
  const pruning = magnitudePruning({ target: 0.75, begin: 2, end: 10, every: 4 });

  it('recomputes masks on its steps only', () => {
    const network = build(1);
    let state = pruning.initial(network);
    const changed: number[] = [];
    for (let step = 0; step < 14; step++) {
      const next = pruning.update!(
        state,
        step,
        () => network,
        () => ({}),
      );
      if (next !== state) changed.push(step);
      state = next;
    }
    expect(changed).toEqual([2, 6, 10]);
    expect(state.sparsity).toBe(0.75);
  });

  it('lets a weight come back while the schedule runs', () => {
    const network = build(1);
    const early = pruning.update!(
      pruning.initial(network),
      6,
      () => network,
      () => ({}),
    );
    const pruned = early.masks['b']!.indexOf('0');
    const kernel = Float32Array.from(toFlat(network.layers[2]!.parameters['kernel']!));
    kernel[pruned] = 10;
    const grown = withParameters(network, { b: { kernel: tensor(kernel, [7, 3]) } });
    expect(
      pruning.update!(
        early,
        10,
        () => grown,
        () => ({}),
      ).masks['b']![pruned],
    ).toBe('1');
  });

  it('reaches the target at export even when training ended early', () => {
    const network = build(1);
    const finished = pruning.finish!(pruning.initial(network), network, {});
    for (const { weights, zeros } of kernelSparsities(finished)) expect(zeros / weights).toBeGreaterThanOrEqual(0.75);
  });
});
