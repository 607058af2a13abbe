/** Input vectors for the comparisons of a compiled design. */
import type { LayerGraph } from '../circuit/index.ts';
import { type FixedFormat, rawRange } from '../fixed/index.ts';
import type { RandomStream } from '../random/index.ts';

/** Raw codes of one sample: one flat vector per graph input. */
export type Stimulus = readonly (readonly bigint[])[];

/**
 * Draw stimuli that reach the corners: all codes at their minimum, at their maximum and at zero, then random ones.
 *
 * Half of the random codes are uniform over the format's range; the other half have a random number of leading bits,
 * so that small values, where networks live, are as common as large ones.
 *
 * @param count - number of stimuli, at least 1
 */
export function randomStimuli(inputs: LayerGraph['inputs'], count: number, stream: RandomStream): Stimulus[] {
  const corners: ((format: FixedFormat) => bigint)[] = [
    (format) => rawRange(format).lo,
    (format) => rawRange(format).hi,
    () => 0n,
  ];
  return Array.from({ length: count }, (_, sample) =>
    inputs.map(({ formats }) => formats.map(corners[sample] ?? ((format) => randomCode(format, stream)))),
  );
}

function randomCode(format: FixedFormat, stream: RandomStream): bigint {
  const { lo, hi } = rawRange(format);
  const span = hi - lo + 1n;
  let bits = 0n;
  for (let filled = 0; filled < format.width; filled += 30) bits = (bits << 30n) | BigInt(stream.integer(0, 2 ** 30));
  const uniform = lo + (bits % span);
  if (stream.uniform() < 0.5) return uniform;
  return uniform >> BigInt(stream.integer(0, format.width));
}
