/** The sums of a dense layer or convolution as weights in constant arrays, whole rows or kernels, whichever is smaller. */
import { fractionBits, rawRange } from '../../fixed/index.ts';
import type { ArrayStore } from './arrays.ts';
import { type Family, formRange, fractionOf, type LinearNode, type Node, type Place, rangeOf } from './families.ts';
import { rawAt } from './linear-form.ts';
import type { ArrayId, IndexMap, Reduction, Weights } from './program.ts';
import type { Joint } from './joint.ts';
import { productRange, type Range, scalarBuilder, unite } from './scalar.ts';
import { castScalar } from './scalar-cast.ts';

export interface ReductionContext {
  readonly store: ArrayStore;
  readonly places: ReadonlyMap<Node, Place>;
  readonly joint: Joint;
  readonly arrayOfInput: (port: number) => ArrayId;
  readonly arrayOfFamily: (family: Family) => ArrayId;
}

interface RowEntry {
  readonly element: number;
  readonly weight: bigint;
}

/** Write the sums of a family, in the given order of its members. */
export function reductionOf(
  family: Family & { kind: 'sum' },
  order: readonly number[],
  context: ReductionContext,
): Reduction {
  const { store, places, joint } = context;
  const members = order.map((member) => family.members[member] as LinearNode);
  const terms = members.flatMap((node) => node.terms);
  // Products have one binary point, so that weights are plain integers.
  const product = Math.max(...terms.map((term) => term.coefficient.fraction + fractionOf(term.node, places)));
  const rows = members.map((node) =>
    node.terms
      .map((term): RowEntry => ({
        element: joint.elementOf(term.node),
        weight: rawAt(term.coefficient, product - fractionOf(term.node, places)),
      }))
      .toSorted((p, q) => p.element - q.element),
  );
  const { single } = joint;
  const source =
    single === undefined
      ? joint.array!
      : 'port' in single
        ? context.arrayOfInput(single.port)
        : context.arrayOfFamily(single);
  const elementRange = terms.map(({ node }) => rangeOf(node, places)).reduce(unite);
  const weightRange = rows
    .flat()
    .map(({ weight }): Range => ({ lo: weight, hi: weight }))
    .reduce(unite, { lo: 0n, hi: 0n });
  const productSpan = terms
    .map(({ node, coefficient }) => {
      const weight = rawAt(coefficient, product - fractionOf(node, places));
      return productRange(rangeOf(node, places), { lo: weight, hi: weight });
    })
    .reduce(unite, { lo: 0n, hi: 0n });

  const b = scalarBuilder();
  const x = b.operand(0, elementRange);
  const w = b.operand(1, weightRange);
  const { termCast, fraction } = family;
  let term = b.assume(b.binary('multiply', x, w), productSpan);
  let from = product;
  if (termCast !== undefined) {
    term = castScalar(b, term, product, termCast.format, termCast.overflow);
    from = fractionBits(termCast.format);
  }
  const termBody = b.finish(b.shift(term, fraction - from));

  const starts = members.map((node) => rawAt(node.constant, fraction));
  const { chain } = family;
  const range =
    chain === undefined
      ? members.map((node) => formRange(node, fraction, termCast, places).partial).reduce(unite, { lo: 0n, hi: 0n })
      : rawRange(chain);
  const s = scalarBuilder();
  const added = s.binary('add', s.operand(0, range), s.operand(1, termBody.ranges[termBody.result]!));
  const stepBody = s.finish(chain === undefined ? s.assume(added, range) : castScalar(s, added, fraction, chain, true));
  const start = starts.every((raw) => raw === 0n)
    ? undefined
    : { array: store.constant('bias', starts), index: { kind: 'affine', base: 0, stride: 1 } as IndexMap };
  return { source, weights: weightsOf(rows, store), start, term: termBody, step: stepBody, range };
}

/** Whole rows, or kernels with offsets where that takes fewer bytes or an element occurs twice in a row. */
function weightsOf(rows: readonly (readonly RowEntry[])[], store: ArrayStore): Weights {
  const columns = Math.max(...rows.flat().map(({ element }) => element)) + 1;
  const kernels = new Map<string, { number: number; entries: readonly RowEntry[] }>();
  const kernelOf: number[] = [];
  const bases: number[] = [];
  for (const row of rows) {
    const base = row[0]?.element ?? 0;
    const entries = row.map(({ element, weight }) => ({ element: element - base, weight }));
    const key = entries.map(({ element, weight }) => `${element}:${weight}`).join();
    const kernel = kernels.get(key) ?? { number: kernels.size, entries };
    kernels.set(key, kernel);
    kernelOf.push(kernel.number);
    bases.push(base);
  }
  const entries = [...kernels.values()].flatMap((kernel) => kernel.entries);
  const repeats = rows.some((row) => new Set(row.map(({ element }) => element)).size < row.length);
  // An offset weighs about as much as a weight, and a row has four more entries of its own.
  const sparseSize = 2 * entries.length + 4 * rows.length;
  if (!repeats && rows.length * columns <= sparseSize) {
    const values = rows.flatMap((row) => {
      const full = Array.from({ length: columns }, () => 0n);
      for (const { element, weight } of row) full[element] = weight;
      return full;
    });
    return { kind: 'dense', array: store.constant('weights', values), columns };
  }
  const starts = [0];
  for (const kernel of kernels.values()) starts.push(starts.at(-1)! + kernel.entries.length);
  const orNothing = (values: readonly bigint[]): readonly bigint[] => (values.length === 0 ? [0n] : values);
  return {
    kind: 'sparse',
    weights: store.constant('weights', orNothing(entries.map(({ weight }) => weight))),
    offsets: store.constant('offsets', orNothing(entries.map(({ element }) => BigInt(element)))),
    starts: store.constant('starts', starts.map(BigInt)),
    kernels: store.indexMap(kernelOf),
    bases: store.indexMap(bases),
  };
}
