/**
 * Arbitraries that shrink by a rule on the value itself.
 *
 * fast-check shrinks the random choices that made a value. For formats and circuits that gives clumsy counterexamples:
 * what a choice means depends on the choices before it. Here a rule lists simpler values of a value, the most drastic
 * first, so that shrinking drops operations and narrows formats as a person would. A rule must be well-founded: every
 * candidate is smaller by some measure with no infinite descent, else shrinking would not end.
 *
 * The one class of this folder, because fast-check asks for a subclass.
 */
import * as fc from 'fast-check';

/** Lists simpler values of a value, the most drastic first. */
export type Simpler<T> = (value: T) => Iterable<T>;

class ShrinkingArbitrary<T> extends fc.Arbitrary<T> {
  readonly #source: fc.Arbitrary<T>;
  readonly #simpler: Simpler<T>;
  readonly #describe: ((value: T) => string) | undefined;

  constructor(source: fc.Arbitrary<T>, simpler: Simpler<T>, describe: ((value: T) => string) | undefined) {
    super();
    this.#source = source;
    this.#simpler = simpler;
    this.#describe = describe;
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<T> {
    return this.#wrap(this.#source.generate(random, bias).value);
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#source.canShrinkWithoutContext(value);
  }

  override shrink(value: T): fc.Stream<fc.Value<T>> {
    return fc.stream(this.#candidates(value));
  }

  *#candidates(value: T): IterableIterator<fc.Value<T>> {
    for (const simpler of this.#simpler(value)) yield this.#wrap(simpler);
  }

  #wrap(value: T): fc.Value<T> {
    return new fc.Value(this.#describe === undefined ? value : described(value, this.#describe), undefined);
  }
}

/**
 * Generate with one arbitrary and shrink with a rule on values.
 *
 * @param describe text of a value in fast-check's report; values must then be objects that can get a property
 * @defaultValue describe fast-check's own
 */
export function withShrinks<T>(
  source: fc.Arbitrary<T>,
  simpler: Simpler<T>,
  describe?: (value: T) => string,
): fc.Arbitrary<T> {
  return new ShrinkingArbitrary(source, simpler, describe);
}

/** Give a value its text in fast-check's report, as a property that neither equality nor copies nor JSON see. */
export function described<T>(value: T, describe: (value: T) => string): T {
  return Object.defineProperty(value, fc.toStringMethod, {
    value: () => describe(value),
    enumerable: false,
    configurable: true,
  });
}

/**
 * Shrink a value by hand: take the first simpler value that still fails, again and again.
 *
 * For a failing value that no arbitrary made, such as the circuit of a trained network.
 *
 * @param fails tells whether a candidate still shows the fault; what it throws ends the search and is passed on
 * @param limit largest number of candidates to try. @defaultValue 100000
 * @returns the last failing value; `value` itself if nothing simpler fails
 */
export function minimize<T>(value: T, simpler: Simpler<T>, fails: (candidate: T) => boolean, limit = 100_000): T {
  let best = value;
  let tried = 0;
  for (;;) {
    let next: T | undefined;
    for (const candidate of simpler(best)) {
      if (tried === limit) return best;
      tried += 1;
      if (fails(candidate)) {
        next = candidate;
        break;
      }
    }
    if (next === undefined) return best;
    best = next;
  }
}
