/** Where particle weights come from: the names under which every table and figure of the evaluation lists them. */

/** Sources of weights in the order in which tables list them. */
export const weightSources = [
  'puppi',
  'teacher',
  'student',
  'quantizedFloat',
  'fixed',
  'compact',
  'withoutPuppi',
  'truth',
] as const;

/**
 * A source of weights: `fixed` is what the circuit of QDistillNet gives, `compact` that of the compact QDistillNet, and
 * `withoutPuppi` a DistillNet in floats that was trained without the Puppi weight.
 */
export type WeightSource = (typeof weightSources)[number];

/** One weight in [0, 1] per particle, by source; what is not there is not evaluated. */
export type WeightSets = Readonly<Partial<Record<WeightSource, ArrayLike<number>>>>;

/** Results by source. */
export type BySource<T> = Readonly<Partial<Record<WeightSource, T>>>;

/** Names for a reader. */
export const sourceNames: Readonly<Record<WeightSource, string>> = {
  puppi: 'Puppi',
  teacher: 'teacher',
  student: 'DistillNet',
  quantizedFloat: 'QDistillNet in floats',
  fixed: 'QDistillNet on the gates',
  compact: 'compact QDistillNet on the gates',
  withoutPuppi: 'DistillNet without Puppi weight',
  truth: 'true weights',
};

/** Style of each source, the same in every figure. */
export const sourceStyles: Readonly<Record<WeightSource, number>> = {
  teacher: 0,
  puppi: 1,
  student: 2,
  fixed: 3,
  compact: 4,
  truth: 5,
  quantizedFloat: 6,
  withoutPuppi: 7,
};

/** Apply a function to every source that is there, in the order of {@link weightSources}. */
export function mapSources<T, R>(
  sets: Readonly<Partial<Record<WeightSource, T>>>,
  apply: (value: T, source: WeightSource) => R,
): BySource<R> {
  const results: Partial<Record<WeightSource, R>> = {};
  for (const source of weightSources) {
    const value = sets[source];
    if (value !== undefined) results[source] = apply(value, source);
  }
  return results;
}
