/**
 * The law of plans: whatever a plan accepts, it gives the bits of the tensor functions with the plain JavaScript
 * backend, for any number of workers, step after step; what it does not accept, it refuses with one clear sentence.
 */
import { ShapeError, TraceError, ValueError } from '../../../src/errors.ts';
import {
  compilePlan,
  openPlan,
  planThreads,
  setComputeBackend,
  sizeOfShape,
  symbolicInput,
  tensor,
  toFlat,
  type CompiledPlan,
  type Dtype,
  type InputSpec,
  type PlanThreads,
  type SymbolicTensor,
  type Tensor,
} from '../../../src/tensor/index.ts';

/** What a computation asks for when it takes an input. */
export interface InputOptions {
  /** @defaultValue 'f32' */
  readonly dtype?: Dtype;
  /** Integers are of [0, below). @defaultValue 5 */
  readonly below?: number;
}

/** Gives a computation its inputs: symbolic ones for a trace, numbers for the reference. */
export interface Source {
  readonly batch: number;
  /** Take an input of [batch, ...shape]. */
  readonly rows: (shape: readonly number[], options?: InputOptions) => Tensor;
  /** Take an input of that shape. */
  readonly whole: (shape: readonly number[], options?: InputOptions) => Tensor;
}

export interface Result {
  readonly tensor: Tensor;
  /** A whole input that it replaces after the step. */
  readonly replaces?: Tensor;
}

/** A computation; it takes the same inputs in the same order each time. */
export type Computation = (source: Source) => readonly (Tensor | Result)[];

/** Which numbers inputs have: no special ones, zeros and ties as well, or also NaN, infinities and subnormals. */
export type Spice = 'plain' | 'ties' | 'wild';

export interface LawOptions {
  readonly batch: number;
  /** @defaultValue [1, 2, 3] */
  readonly workers?: readonly number[];
  /** Steps with other inputs. @defaultValue 2 */
  readonly steps?: number;
  /** @defaultValue 'plain' */
  readonly spice?: Spice;
  /** @defaultValue 1 */
  readonly seed?: number;
}

/** How a plan fared. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'differs'; readonly where: string };

interface Declared extends Required<InputOptions> {
  readonly name: string;
  readonly kind: InputSpec['kind'];
  readonly shape: readonly number[];
}

const threads = new Map<number, Promise<PlanThreads>>();

/** Give threads that all plans of a file share. */
export function sharedThreads(workers: number): Promise<PlanThreads> {
  let found = threads.get(workers);
  if (found === undefined) {
    found = planThreads(workers);
    threads.set(workers, found);
  }
  return found;
}

/** End the shared threads; after all tests of a file. */
export async function closeThreads(): Promise<void> {
  for (const pool of threads.values()) await (await pool).close();
  threads.clear();
}

const asResult = (result: Tensor | Result): Result => ('tensor' in result ? result : { tensor: result });

function sourceOf(batch: number, make: (declared: Declared) => Tensor): Source {
  let count = 0;
  const take =
    (kind: InputSpec['kind']): Source['rows'] =>
    (shape, { dtype = 'f32', below = 5 } = {}) => {
      const full = kind === 'rows' ? [batch, ...shape] : [...shape];
      const made = make({ name: `input ${count}`, kind, shape: full, dtype, below });
      count += 1;
      return made;
    };
  return { batch, rows: take('rows'), whole: take('whole') };
}

/** A traced computation, ready to be compiled. */
export interface Traced {
  readonly inputs: readonly InputSpec[];
  readonly results: readonly { readonly name: string; readonly tensor: Tensor; readonly replaces?: SymbolicTensor }[];
  readonly declared: readonly Declared[];
}

/** Trace a computation. */
export function trace(computation: Computation, batch: number): Traced {
  const declared: Declared[] = [];
  const inputs: InputSpec[] = [];
  const source = sourceOf(batch, (input) => {
    const symbolic = symbolicInput(input.name, input.shape, input.dtype);
    declared.push(input);
    inputs.push({ tensor: symbolic, name: input.name, kind: input.kind });
    return symbolic;
  });
  const results = computation(source).map((result, k) => {
    const { tensor: value, replaces } = asResult(result);
    return { name: `result ${k}`, tensor: value, ...(replaces && { replaces: replaces as SymbolicTensor }) };
  });
  return { inputs, results, declared };
}

/** Compile a computation. */
export function compiled(computation: Computation, batch: number, workers = 1): CompiledPlan {
  const { inputs, results } = trace(computation, batch);
  return compilePlan({ inputs, results, batch, workers, patience: 5000 });
}

const specials: Readonly<Record<Spice, readonly number[]>> = {
  plain: [],
  ties: [0, -0, 1, -1, 2, 0.5],
  wild: [0, -0, 1, -1, NaN, Infinity, -Infinity, 1e-40, -1e-40, 3e38, 1e-30],
};

/** Deterministic numbers (mulberry32). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function valuesOf({ shape, dtype, below }: Declared, spice: Spice, random: () => number): Tensor {
  const length = sizeOfShape(shape);
  const list = specials[spice];
  const often = spice === 'wild' ? 0.04 : 0.3;
  const float = (): number =>
    list.length > 0 && random() < often ? list[Math.floor(random() * list.length)]! : (random() - 0.5) * 4;
  return dtype === 'i32'
    ? tensor(
        Int32Array.from({ length }, () => Math.floor(random() * below)),
        shape,
        'i32',
      )
    : tensor(Float32Array.from({ length }, float), shape);
}

/** Compute with tensor functions in plain JavaScript. */
function reference(computation: Computation, batch: number, values: ReadonlyMap<string, Tensor>): readonly Result[] {
  setComputeBackend('js');
  try {
    return computation(sourceOf(batch, ({ name }) => values.get(name)!)).map(asResult);
  } finally {
    setComputeBackend('wasm');
  }
}

/** Where two lists of numbers differ; null if nowhere. */
function difference(found: Float32Array | Int32Array, expected: Float32Array | Int32Array): string | null {
  if (found.constructor !== expected.constructor)
    return `is a ${found.constructor.name}, not a ${expected.constructor.name}`;
  if (found.length !== expected.length) return `has ${found.length} elements, not ${expected.length}`;
  const text = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));
  for (let i = 0; i < found.length; i += 1)
    if (!Object.is(found[i], expected[i])) return `element ${i} is ${text(found[i]!)}, not ${text(expected[i]!)}`;
  return null;
}

/** Tell an error that a caller can mend from a defect. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof TraceError || error instanceof ValueError || error instanceof ShapeError;

/** Put a computation to the test. */
export async function verdict(computation: Computation, options: LawOptions): Promise<Verdict> {
  const { batch, workers = [1, 2, 3], steps = 2, spice = 'plain', seed = 1 } = options;
  let traced: Traced;
  try {
    traced = trace(computation, batch);
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused', why: error.message };
    throw error;
  }
  for (const count of workers) {
    let plan: CompiledPlan;
    try {
      plan = compilePlan({ inputs: traced.inputs, results: traced.results, batch, workers: count, patience: 5000 });
    } catch (error) {
      if (isRefusal(error)) return { kind: 'refused', why: error.message };
      throw error;
    }
    const runner = await openPlan(plan, count === 1 ? undefined : await sharedThreads(count));
    const random = generator(seed);
    const values = new Map<string, Tensor>();
    const states = new Set(traced.results.flatMap(({ replaces }) => (replaces ? [nameOf(replaces)] : [])));
    for (let step = 0; step < steps; step += 1) {
      for (const input of traced.declared) {
        const next = valuesOf(input, spice, random);
        if (step > 0 && states.has(input.name)) continue;
        values.set(input.name, next);
        if (runner.reads(input.name)) runner.write(input.name, toFlat(next));
      }
      const expected = reference(computation, batch, values);
      runner.run();
      for (const [k, { tensor: value }] of expected.entries()) {
        const differs = difference(runner.result(`result ${k}`), toFlat(value));
        if (differs !== null)
          return { kind: 'differs', where: `${count} workers, step ${step}, result ${k}: ${differs}` };
      }
      for (const [k, { tensor: value }] of expected.entries()) {
        const { replaces } = traced.results[k]!;
        if (replaces === undefined) continue;
        values.set(nameOf(replaces), value);
        const differs = runner.reads(nameOf(replaces))
          ? difference(runner.input(nameOf(replaces)), toFlat(value))
          : null;
        if (differs !== null)
          return { kind: 'differs', where: `${count} workers, step ${step}, state ${k}: ${differs}` };
      }
    }
  }
  return { kind: 'same' };
}

const nameOf = ({ node }: SymbolicTensor): string => node.attributes['name'] as string;
