/**
 * Named, splittable streams of random numbers: the only source of chance in the package.
 *
 * A stream is addressed by a path of texts (a seed, then names). Its generator, Brent's xor4096 from seedrandom, is
 * seeded by the path alone, so that `split` neither draws from the parent nor depends on what the parent has drawn:
 * adding a consumer never changes the numbers another one sees. Samples use + − × ÷ √ only and so have the same bits
 * in every engine. Not for cryptography.
 */
import seedrandom from 'seedrandom';
import { FormatError, ValueError } from '../errors.ts';
import { poissonCount } from './discrete.ts';
import { logarithm } from './logarithm.ts';

/** A stream of random numbers; every method but `split` and `state` advances it. */
export interface RandomStream {
  /** Derive the child stream of that name; the same name gives the same child at any time. */
  split(name: string): RandomStream;
  /** Draw from [lo, hi). @defaultValue lo 0, hi 1 */
  uniform(lo?: number, hi?: number): number;
  /** Draw from a normal distribution (Marsaglia's polar method). @defaultValue mean 0, sigma 1 */
  normal(mean?: number, sigma?: number): number;
  /** Draw from an exponential distribution of that mean (≥ 0). */
  exponential(mean: number): number;
  /** Draw a Poisson count of that mean (0 ≤ mean ≤ 2^40), exact in distribution. */
  poisson(mean: number): number;
  /** Draw an integer from [lo, hi) without bias; hi − lo at most 2^53. */
  integer(loInclusive: number, hiExclusive: number): number;
  /** Draw one item with equal chances. */
  choice<T>(items: readonly T[]): T;
  /** Draw a permutation of 0 … n−1 (Fisher and Yates). */
  permutation(n: number): Int32Array;
  /** Tell the state as plain JSON data; `restoreStream` continues from it with the same bits. */
  state(): unknown;
}

interface StreamState {
  readonly path: readonly string[];
  readonly generator: seedrandom.State.Xor4096;
  /** The second normal of a polar pair, not yet handed out. */
  readonly spare: number | null;
}

const TWO_32 = 4294967296;

/**
 * Open the stream at a path.
 *
 * @param seed The root; a number means its decimal text, so 7 and "7" are one seed.
 * @param names Names below the root, as if by `split` one after another.
 */
export function stream(seed: string | number, ...names: string[]): RandomStream {
  const path = [String(seed), ...names];
  return open(path, seedrandom.xor4096(JSON.stringify(path), { state: true }), null);
}

/**
 * Continue a stream from what `state()` told, even after a round trip through JSON.
 *
 * @throws FormatError if the data are not such a state.
 */
export function restoreStream(state: unknown): RandomStream {
  if (!isStreamState(state)) {
    throw new FormatError('A random stream state must be the {path, generator, spare} that state() gave.');
  }
  return open(state.path, seedrandom.xor4096('', { state: state.generator }), state.spare);
}

function open(
  path: readonly string[],
  generator: seedrandom.StatefulPRNG<seedrandom.State.Xor4096>,
  firstSpare: number | null,
): RandomStream {
  let spare = firstSpare;
  // 53 random bits in (0, 1): seedrandom's double() never gives 0.
  const unit = (): number => generator.double();

  function standardNormal(): number {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * unit() - 1;
      const v = 2 * unit() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * logarithm(square)) / square);
      spare = v * scale;
      return u * scale;
    }
  }

  /** An integer of [0, span) without bias: words of the incomplete last multiple of span are drawn again. */
  function below(span: number): number {
    if (span > TWO_32) return Math.floor(unit() * span);
    const limit = TWO_32 - (TWO_32 % span);
    for (;;) {
      const word = generator.int32() >>> 0;
      if (word < limit) return word % span;
    }
  }

  return {
    split: (name) => stream(path[0]!, ...path.slice(1), name),
    uniform(lo = 0, hi = 1) {
      if (!(Number.isFinite(lo) && Number.isFinite(hi) && lo <= hi)) {
        throw new ValueError(`uniform needs finite bounds with lo <= hi, but got lo = ${lo}, hi = ${hi}.`);
      }
      const value = lo + (hi - lo) * unit();
      // The last rounding can reach hi, which the half-open interval excludes.
      return value < hi ? value : lo;
    },
    normal(mean = 0, sigma = 1) {
      if (!(Number.isFinite(mean) && Number.isFinite(sigma) && sigma >= 0)) {
        throw new ValueError(`normal needs a finite mean and sigma >= 0, but got mean = ${mean}, sigma = ${sigma}.`);
      }
      return mean + sigma * standardNormal();
    },
    exponential(mean) {
      if (!(Number.isFinite(mean) && mean >= 0)) {
        throw new ValueError(`exponential needs a finite mean >= 0, but got ${mean}.`);
      }
      return -mean * logarithm(unit());
    },
    poisson(mean) {
      if (!(mean >= 0 && mean <= 2 ** 40)) {
        throw new ValueError(`poisson needs a mean between 0 and 2^40 inclusive, but got ${mean}.`);
      }
      return poissonCount(unit, mean);
    },
    integer(loInclusive, hiExclusive) {
      const span = hiExclusive - loInclusive;
      if (!(Number.isSafeInteger(loInclusive) && Number.isSafeInteger(hiExclusive) && span > 0 && span <= 2 ** 53)) {
        throw new ValueError(
          `integer needs safe integers with 0 < hi - lo <= 2^53, but got lo = ${loInclusive}, hi = ${hiExclusive}.`,
        );
      }
      return loInclusive + below(span);
    },
    choice(items) {
      if (items.length === 0) throw new ValueError('choice needs at least one item, but the list is empty.');
      return items[below(items.length)]!;
    },
    permutation(n) {
      if (!(Number.isInteger(n) && n >= 0 && n < 2 ** 31)) {
        throw new ValueError(`permutation needs an integer length of [0, 2^31), but got ${n}.`);
      }
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i -= 1) {
        const j = below(i + 1);
        const other = order[j]!;
        order[j] = order[i]!;
        order[i] = other;
      }
      return order;
    },
    state(): StreamState {
      return { path, generator: generator.state(), spare };
    },
  };
}

function isStreamState(state: unknown): state is StreamState {
  if (typeof state !== 'object' || state === null) return false;
  const { path, generator, spare } = state as Partial<Record<keyof StreamState, unknown>>;
  if (!Array.isArray(path) || path.length === 0 || !path.every((name) => typeof name === 'string')) return false;
  if (spare !== null && !Number.isFinite(spare)) return false;
  if (typeof generator !== 'object' || generator === null) return false;
  const { X, i, w } = generator as Partial<Record<'X' | 'i' | 'w', unknown>>;
  return Array.isArray(X) && X.length === 128 && [...X, i, w].every((word) => Number.isInteger(word));
}
