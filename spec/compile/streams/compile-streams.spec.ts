/** Any layer in any schedule gives the same values as the unrolled network. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNetwork, compileStreams } from '../../../src/compile/index.ts';
import { UnsupportedError } from '../../../src/errors.ts';
import { expectSameValues, randomSamples, validateAll } from './same-values.ts';
import { type StreamCase, streamCases } from './stream-cases.ts';

/** Undefined where the profile or the schedule is refused. */
function unlessUnsupported<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

describe.each(['exact', 'hls4ml'] as const)('in the %s profile', (profile) => {
  it('networks in any schedule give the values of the unrolled network', () => {
    const count = { unrolled: 0, streams: 0 };
    const runs = 80;
    fc.assert(
      fc.property(streamCases(profile), ({ network, options, schedules, seed }: StreamCase) => {
        const unrolled = unlessUnsupported(() => compileNetwork(network, options));
        if (unrolled === undefined) return;
        count.unrolled++;
        const streams = unlessUnsupported(() => compileStreams(network, options, schedules));
        if (streams === undefined) return;
        count.streams++;
        validateAll(streams);
        expectSameValues(unrolled, streams, randomSamples(unrolled, 3, seed));
      }),
      { numRuns: runs },
    );
    expect(count.unrolled).toBeGreaterThan(runs / 2);
    expect(count.streams).toBeGreaterThan(0.8 * count.unrolled);
  });
});
