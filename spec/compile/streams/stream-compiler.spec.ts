import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serializeStreams } from '../../../src/circuit/index.ts';
import { type CompileOptions, type LayerSchedule, streamCompiler } from '../../../src/compile/index.ts';
import { buildNetwork } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';

/** A convolution on two branches that meet, a pooling and a dense layer. */
const network = buildNetwork(
  'net',
  [{ name: 'x', shape: [4, 6, 2] }],
  [
    { kind: 'conv2d', name: 'left', inputs: ['x'], attributes: { filters: 2, size: [3, 3], padding: 'same' } },
    { kind: 'relu', name: 'act', inputs: ['left'] },
    { kind: 'conv2d', name: 'right', inputs: ['x'], attributes: { filters: 2, size: [1, 1] } },
    { kind: 'merge', name: 'sum', inputs: ['act', 'right'], attributes: { operation: 'add' } },
    { kind: 'pooling2d', name: 'pool', attributes: { operation: 'maximum', size: [2, 2], strides: [2, 2] } },
    { kind: 'flatten', name: 'flat' },
    { kind: 'dense', name: 'fc', attributes: { units: 3 } },
  ],
  stream('stream-compiler'),
);
const options: CompileOptions = { precision: 'ap_fixed<8,3>', profile: 'hls4ml', adderEffort: 0 };
const schedule: fc.Arbitrary<LayerSchedule> = fc.record({
  layout: fc.constantFrom('whole', 'columns', 'pixels'),
  reuse: fc.constantFrom(1, 2),
});
const schedules = fc.record({ left: schedule, right: schedule, sum: schedule, pool: schedule, fc: schedule });

describe('streamCompiler', () => {
  const shared = streamCompiler(network, options);

  it('gives what a new compiler gives, whatever it compiled before', () => {
    fc.assert(
      fc.property(schedules, (layers) => {
        const fresh = streamCompiler(network, options);
        expect(serializeStreams(shared.compile({ layers }))).toBe(serializeStreams(fresh.compile({ layers })));
        expect(shared.choices({ layers })).toEqual(fresh.choices({ layers }));
      }),
      { numRuns: 25 },
    );
  });

  it('makes a stage once for all schedules that share it', () => {
    const stagesOf = (reuse: number) =>
      shared.compile({ default: { layout: 'pixels' }, layers: { fc: { layout: 'pixels', reuse } } }).stages;
    const [first, second] = [stagesOf(1), stagesOf(2)];
    expect(second.filter((stage) => !first.includes(stage)).map(({ name }) => name)).toEqual(['fc']);
  });

  it('compiles the part that leads to some layers, as it stands in the whole', () => {
    const part = shared.compile({ default: 'stream' }, ['act']);
    expect(part.outputs).toEqual(['act']);
    expect(part.stages.map(({ name }) => name)).toEqual(['x_copy', 'act']);
    expect(shared.layers.map(({ name }) => name)).toEqual(['left', 'act', 'right', 'sum', 'pool', 'fc']);
  });
});
