import { rawRange } from '../../../src/fixed/index.ts';
import type { Sample, SampledPorts } from '../../../src/verification/arbitraries/index.ts';

/** All inputs of a circuit, if there are not too many. */
export function allSamples(circuit: { readonly inputs: SampledPorts }, most: number): readonly Sample[] | undefined {
  const ranges = circuit.inputs.map(({ formats }) => formats.map(rawRange));
  const count = ranges.flat().reduce((product, { lo, hi }) => product * (hi - lo + 1n), 1n);
  if (count > BigInt(most)) return undefined;
  return Array.from({ length: Number(count) }, (_, k) => {
    let rest = BigInt(k);
    return ranges.map((port) =>
      port.map(({ lo, hi }) => {
        const size = hi - lo + 1n;
        const value = lo + (rest % size);
        rest /= size;
        return value;
      }),
    );
  });
}
