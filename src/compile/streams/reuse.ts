/**
 * Reuse factors: how the work on one patch is cut into equal parts.
 *
 * A sum of N products per output can be cut along its N terms and along its M outputs: R = Rn·Rm, where Rn divides N and
 * Rm divides M. Terms are cut first, as hls4ml does: only then does the number of accumulators stay. What has no sum is
 * cut along its elements.
 */
import { ValueError } from '../../errors.ts';

export interface ReuseSplit {
  /** Parts of the terms of a sum. */
  readonly terms: number;
  /** Parts of the outputs, or of the elements. */
  readonly outputs: number;
}

/** What a reuse factor can cut: a number of terms and a number of outputs. */
export interface Divisible {
  readonly terms: number;
  readonly outputs: number;
}

/**
 * Cut the work of a layer into `reuse` parts.
 *
 * @throws ValueError naming the layer and the nearest factors that can be
 */
export function splitReuse(layer: string, reuse: number, work: Divisible): ReuseSplit {
  const split = findSplit(reuse, work);
  if (split !== undefined) return split;
  const possible = reuseFactors(work);
  const below = possible.findLast((factor) => factor < reuse);
  const above = possible.find((factor) => factor > reuse);
  const near = [below, above].filter((factor) => factor !== undefined);
  const nearest = near.length === 1 ? `that divides is ${near[0]}` : `that divide are ${near.join(' and ')}`;
  const parts =
    work.terms === 1
      ? `its parts are ${work.outputs} elements`
      : `it has sums of ${work.terms} terms for ${work.outputs} outputs`;
  throw new ValueError(`Layer "${layer}" has reuse ${reuse}, but ${parts}; the nearest ${nearest}.`);
}

/** List the possible reuse factors, ascending. */
export function reuseFactors({ terms, outputs }: Divisible): readonly number[] {
  const products = divisors(terms).flatMap((a) => divisors(outputs).map((b) => a * b));
  return [...new Set(products)].toSorted((a, b) => a - b);
}

/** The split with the most parts of the terms. */
function findSplit(reuse: number, { terms, outputs }: Divisible): ReuseSplit | undefined {
  for (const part of divisors(terms).toReversed()) {
    if (reuse % part === 0 && outputs % (reuse / part) === 0) return { terms: part, outputs: reuse / part };
  }
  return undefined;
}

function divisors(value: number): readonly number[] {
  return Array.from({ length: value }, (_, k) => k + 1).filter((part) => value % part === 0);
}
