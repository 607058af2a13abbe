/** Random stalls and samples for stream designs. */
import * as fc from 'fast-check';
import { rawRange } from '../../../src/fixed/index.ts';
import type { StreamNetlist } from '../../../src/netlist/index.ts';
import type { StallPattern } from '../../../src/simulation/index.ts';
import type { Sample } from '../../netlist/streams/hand-made.ts';

/** Any kind of pattern, from free flow to one cycle in eight. */
export const stallPatterns: fc.Arbitrary<StallPattern> = fc.oneof(
  fc.constant<StallPattern>({ kind: 'never' }),
  fc.record({
    kind: fc.constant('random' as const),
    seed: fc.integer(),
    probability: fc.double({ min: 0, max: 0.9, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('bursts' as const), flowing: fc.integer({ min: 1, max: 5 }), stalled: fc.nat(7) }),
);

/** A pattern for every stream of a design, by name. */
export function stallsOf({ inputs, outputs }: StreamNetlist): fc.Arbitrary<Record<string, StallPattern>> {
  return fc.record(Object.fromEntries([...inputs, ...outputs].map(({ name }) => [name, stallPatterns])));
}

/** Samples of raw codes over the whole range of every format. */
export function samplesOf({ inputs }: Pick<StreamNetlist, 'inputs'>, most = 6): fc.Arbitrary<Sample[]> {
  const ports = inputs.map(({ type: { formats, elements } }) => {
    const places = elements.flatMap((beat) => beat.map((place, k) => ({ place, format: formats[k]! })));
    const codes = places
      .toSorted((a, b) => a.place - b.place)
      .map(({ format }) => {
        const { lo, hi } = rawRange(format);
        return fc.bigInt({ min: lo, max: hi });
      });
    return fc.tuple(...codes);
  });
  return fc.array(fc.tuple(...ports), { minLength: 1, maxLength: most });
}
