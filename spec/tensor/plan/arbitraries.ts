/**
 * Arbitrary computations over a batch of rows, as short lists of steps that shrink.
 *
 * A step names an operation and gives numbers, from which the operation chooses its operands among the values so far and
 * whatever else it needs; what does not fit does nothing. So every list of steps is a computation, and leaving steps out
 * or making numbers smaller gives a simpler one. Number 0 as an operand is the latest value.
 */
import * as fc from 'fast-check';
import * as ag from '../../../src/autograd/index.ts';
import * as t from '../../../src/tensor/index.ts';
import type { Computation, Result, Source, Spice } from './law.ts';

/** One application of an operation. */
export interface Step {
  readonly operation: string;
  readonly operands: readonly [number, number];
  readonly numbers: readonly number[];
}

/** A computation as data. */
export interface Recipe {
  readonly batch: number;
  /** Extents of a row of the first input. */
  readonly row: readonly number[];
  readonly steps: readonly Step[];
  /** Whether a loss of the last value is differentiated by all inputs, which are then replaced. */
  readonly training: boolean;
  readonly spice: Spice;
  readonly seed: number;
}

/** A value of a computation. */
interface Value {
  readonly variable: ag.Variable;
  /** Whether its leading axis is the batch or a multiple of it. */
  readonly rows: boolean;
}

/** What operations work with. */
interface Kitchen {
  readonly batch: number;
  /** Number `i` of the step. */
  readonly n: (i: number) => number;
  /** Choose from a list by number `i` of the step. */
  readonly choose: <T>(list: readonly T[], i: number) => T;
  /** Take an input of that shape; of rows, the leading extent must be a multiple of the batch. */
  readonly input: (shape: readonly number[], rows: boolean, integersBelow?: number) => Value;
}

type Operation = (a: Value, b: Value, kitchen: Kitchen) => Value | null;

const shapeOf = ({ variable }: Value): readonly number[] => variable.value.shape;
const EXTENTS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 20] as const;
/** Elements of a row, or of a whole value, beyond which values do not grow. */
const LARGEST = 1200;

const asRows = (variable: ag.Variable): Value => ({ variable, rows: true });
const same = (variable: ag.Variable, like: Value): Value => ({ variable, rows: like.rows });
const isSmall = (shape: readonly number[], rows: boolean, batch: number): boolean =>
  t.sizeOfShape(shape) <= LARGEST * (rows ? batch : 1);
/** Axes that are not the batch. */
const innerAxes = (value: Value): readonly number[] =>
  shapeOf(value)
    .map((_, axis) => axis)
    .slice(value.rows ? 1 : 0);
const bit = (mask: number, k: number): boolean => ((mask >> k) & 1) === 1;

/** Whether elementwise operations may join two values; gives whether the result has rows. */
function joins(a: Value, b: Value): { readonly rows: boolean } | null {
  try {
    const shape = t.broadcastShapes(shapeOf(a), shapeOf(b), 'joins');
    for (const value of [a, b])
      if (value.rows && (shapeOf(value).length !== shape.length || shapeOf(value)[0] !== shape[0])) return null;
    return { rows: a.rows || b.rows };
  } catch {
    return null;
  }
}

/** Choose what an elementwise operation joins with a value. */
function partner(a: Value, b: Value, { batch, n, choose, input }: Kitchen): Value | number {
  const shape = shapeOf(a);
  const masked = (mask: number): readonly number[] =>
    shape.map((extent, axis) => ((a.rows && axis === 0) || !bit(mask, axis) ? extent : 1));
  const kind = n(0) % 11;
  if (kind === 0 && joins(a, b)) return b;
  if (kind === 1 && shape.length > 0) return input(shape.slice(-1), false);
  if (kind === 2) return choose([1, 0, -1, 2, 0.5, 0.1, -0, 64, 3], 1);
  if (kind === 3) return input([], false);
  if (kind === 4) return input(masked(n(1)), a.rows);
  if (kind === 5) return input(masked(n(1)).slice(a.rows ? 1 : 0), false);
  if (kind === 6 && a.rows) return input([1, ...masked(n(1)).slice(1)], false);
  if (kind === 7 && t.sizeOfShape(shape) < 2000) {
    const data = Float32Array.from({ length: t.sizeOfShape(shape) }, (_, i) => Math.fround(Math.sin(i + n(1))));
    return { variable: ag.constant(t.tensor(data, shape)), rows: false };
  }
  if (kind === 8) return input(shape, a.rows, 3);
  if (kind === 9 && a.rows && shape[0] === batch) return same(ag.mean(a.variable, 0, true), { ...a, rows: false });
  if (kind === 10 && a.rows && shape.length > 1) return same(ag.max(a.variable, shape.length - 1, true), a);
  return input(shape, a.rows);
}

const unaries = [
  ag.relu,
  ag.negate,
  ag.square,
  ag.abs,
  ag.sqrt,
  ag.tanh,
  ag.sigmoid,
  ag.exp,
  ag.leakyRelu,
  ag.sign,
  ag.floor,
  ag.round,
  ag.expm1,
  ag.log,
  ag.log1p,
  ag.log2,
  ag.sinh,
  ag.cosh,
  ag.asinh,
  ag.softplus,
  ag.sin,
  ag.cos,
  ag.erf,
] as const;
const binaries = [ag.add, ag.multiply, ag.subtract, ag.divide, ag.maximum, ag.minimum, ag.pow, ag.atan2] as const;
const comparisons = [ag.greater, ag.less, ag.equal, ag.notEqual, ag.lessEqual, ag.greaterEqual] as const;
/** Those that may run over the batch, those that may not, and those that keep the shape. */
const sums = [ag.sum, ag.mean, ag.variance] as const;
const reductions = [...sums, ag.max, ag.min, ag.logSumExp] as const;
const shares = [ag.softmax, ag.logSoftmax] as const;

const binary: Operation = (a, b, kitchen) => {
  const other = partner(a, b, kitchen);
  const apply = kitchen.choose(binaries, 2);
  if (typeof other === 'number')
    return same(bit(kitchen.n(3), 0) ? apply(other, a.variable) : apply(a.variable, other), a);
  const joined = joins(a, other);
  if (joined === null) return null;
  const [left, right] = bit(kitchen.n(3), 0) ? [other, a] : [a, other];
  return { variable: apply(left.variable, right.variable), rows: joined.rows };
};

const grids: readonly t.FixedGrid[] = [
  { step: 0.25, scale: 4, lo: -8, hi: 7, span: 16, quantization: 'AP_RND_CONV', overflow: 'AP_SAT' },
  { step: 0.125, scale: 8, lo: 0, hi: 15, span: 16, quantization: 'AP_TRN', overflow: 'AP_WRAP' },
  { step: 0.5, scale: 2, lo: -3, hi: 3, span: 8, quantization: 'AP_RND_INF', overflow: 'AP_SAT_ZERO' },
  { step: 2, scale: 0.5, lo: -2, hi: 1, span: 4, quantization: 'AP_TRN_ZERO', overflow: 'AP_SAT_SYM' },
];

/** Multiply from the right. */
const product: Operation = (a, b, { n, choose, input }) => {
  const shape = shapeOf(a);
  const k = shape.at(-1)!;
  const width = choose(EXTENTS, 1);
  if (shape.length < 2) return null;
  const kind = n(0) % 8;
  if (kind === 1) return same(ag.matmul(a.variable, ag.transpose(input([width, k], false).variable)), a);
  if (kind === 2) return same(ag.matmul(a.variable, ag.multiply(input([k, width], false).variable, 2)), a);
  if (kind === 3)
    return same(ag.dense(a.variable, input([k, width], false).variable, input([width], false).variable), a);
  if (a.rows && shape.length === 3) {
    const lead = shape[0]!;
    if (kind === 4) return asRows(ag.matmul(a.variable, input([lead, k, width], true).variable));
    if (kind === 5)
      return asRows(ag.matmul(a.variable, ag.transpose(input([lead, width, k], true).variable, [0, 2, 1])));
    if (kind === 6) return asRows(ag.matmul(a.variable, ag.transpose(a.variable, [0, 2, 1])));
  }
  if (kind === 7 && !b.rows && shapeOf(b).length === 2 && shapeOf(b)[0] === k)
    return same(ag.matmul(a.variable, b.variable), a);
  return same(ag.matmul(a.variable, input([k, width], false).variable), a);
};

const rowProduct: Operation = (a, b, { choose, input }) => {
  const shape = shapeOf(a);
  if (!a.rows || shape.length < 2) return null;
  const fits = b.rows && t.sameShape(shape.slice(0, -1), shapeOf(b).slice(0, -1));
  const g = fits ? b : input([...shape.slice(0, -1), choose(EXTENTS, 0)], true);
  return { variable: ag.constant(t.rowProduct(a.variable.value, g.variable.value)), rows: false };
};

const reduce: Operation = (a, _, { batch, n, choose }) => {
  const shape = shapeOf(a);
  const kind = n(0) % 8;
  const inner = innerAxes(a);
  if (kind > 5) return inner.length === 0 ? null : same(choose(shares, 0)(a.variable, choose(inner, 1)), a);
  const overBatch = a.rows && shape[0] === batch && kind < sums.length;
  const allowed = overBatch ? shape.map((__, axis) => axis) : inner;
  if (allowed.length === 0) return null;
  const chosen = allowed.filter((__, k) => bit(n(1), k));
  const axes = chosen.length === 0 ? allowed.slice(-1) : chosen;
  return { variable: reductions[kind]!(a.variable, axes, bit(n(2), 0)), rows: a.rows && !axes.includes(0) };
};

const reshape: Operation = (a, _, { batch, n, choose }) => {
  const shape = shapeOf(a);
  const [lead, inner] = a.rows ? [shape.slice(0, 1), shape.slice(1)] : [[], shape];
  const to = (target: readonly number[]): Value => same(ag.reshape(a.variable, target), a);
  const kind = n(0) % 6;
  if (kind === 1 && a.rows && inner.length > 0) return to([lead[0]! * inner[0]!, ...inner.slice(1)]);
  if (kind === 2 && a.rows && lead[0]! > batch) return to([batch, lead[0]! / batch, ...inner]);
  if (kind === 3) return same(ag.expandDims(a.variable, (a.rows ? 1 : 0) + (n(1) % (inner.length + 1))), a);
  if (kind === 4 && inner.includes(1)) return to([...lead, ...inner.toSpliced(inner.indexOf(1), 1)]);
  if (kind === 5 && inner.length > 0) {
    const axis = n(1) % inner.length;
    const divisor = choose([2, 3, 4, 5], 2);
    if (inner[axis]! % divisor === 0)
      return to([...lead, ...inner.toSpliced(axis, 1, divisor, inner[axis]! / divisor)]);
  }
  if (inner.length < 2) return null;
  const axis = n(1) % (inner.length - 1);
  return to([...lead, ...inner.toSpliced(axis, 2, inner[axis]! * inner[axis + 1]!)]);
};

const transpose: Operation = (a, _, { n }) => {
  const axes = [...innerAxes(a)];
  if (axes.length < 2) return null;
  const turn = n(0) % axes.length;
  const order = [...axes.slice(turn), ...axes.slice(0, turn)];
  if (bit(n(1), 0)) order.reverse();
  return same(ag.transpose(a.variable, a.rows ? [0, ...order] : order), a);
};

const slice: Operation = (a, _, { n }) => {
  const inner = innerAxes(a);
  if (inner.length === 0) return null;
  const ranges = shapeOf(a).map((extent, axis): t.SliceRange => {
    if (!inner.includes(axis) || bit(n(3), axis)) return null;
    const start = n(0) % extent;
    return [start, Math.min(extent, start + 1 + (n(1) % extent)), 1 + (n(2) % 3)];
  });
  return same(ag.slice(a.variable, ranges), a);
};

const flip: Operation = (a, _, { n }) => {
  const axes = innerAxes(a).filter((__, k) => !bit(n(0), k));
  return axes.length === 0 ? null : same(ag.flip(a.variable, axes), a);
};

const spread: Operation = (a, _, { batch, n, choose }) => {
  const at = (a.rows ? 1 : 0) + (n(0) % (innerAxes(a).length + 1));
  const wide = ag.expandDims(a.variable, at);
  const shape = wide.value.shape.with(at, choose(EXTENTS, 1));
  return isSmall(shape, a.rows, batch) ? same(ag.broadcastTo(wide, shape), a) : null;
};

const concat: Operation = (a, b, { n, choose, input }) => {
  const inner = innerAxes(a);
  if (inner.length === 0) return null;
  const axis = choose(inner, 0);
  const shape = shapeOf(a);
  const fits =
    b.rows === a.rows &&
    t.sameShape(shape.toSpliced(axis, 1), shapeOf(b).toSpliced(axis, 1)) &&
    b.variable.value.dtype === 'f32';
  const other = fits ? b : input(shape.with(axis, choose(EXTENTS, 1)), a.rows);
  const parts = bit(n(2), 0) ? [other, a, a] : [a, other];
  return same(
    ag.concat(
      parts.map(({ variable }) => variable),
      axis,
    ),
    a,
  );
};

const pad: Operation = (a, _, { n, choose }) => {
  const inner = innerAxes(a);
  const pads = shapeOf(a).map((__, axis) =>
    inner.includes(axis) && !bit(n(2), axis) ? ([n(0) % 3, n(1) % 3] as const) : ([0, 0] as const),
  );
  return same(
    ag.pad(
      a.variable,
      pads,
      choose(a.variable.value.dtype === 'i32' ? [0, 1, -2] : [0, 1, -Infinity, Infinity, -0, -2.5], 3),
    ),
    a,
  );
};

/** Take rows of a table by an index of rows. */
const gather: Operation = (a, b, { batch, n, choose, input }) => {
  const table =
    bit(n(0), 0) && shapeOf(b).length > 0
      ? b
      : bit(n(0), 1)
        ? a
        : input([choose(EXTENTS, 1), ...shapeOf(a).slice(1, 3)], false);
  const limit = shapeOf(table)[0];
  if (limit === undefined) return null;
  const inner = choose([[], [2], [3], [2, 2], [5]], 2);
  if (!isSmall([batch, ...inner, ...shapeOf(table).slice(1)], true, batch)) return null;
  let index = input([batch, ...inner], true, limit).variable.value;
  if (inner.length === 2 && bit(n(3), 0)) index = t.transpose(index, [0, 2, 1]);
  if (inner.length > 0 && bit(n(3), 1)) index = t.slice(index, [null, [0, 2, 1]]);
  return asRows(ag.indexSelect(table.variable, index));
};

/** Add rows to rows by an index. */
const scatter: Operation = (a, _, { batch, n, input }) => {
  const shape = shapeOf(a);
  if (!a.rows || shape[0] !== batch) return null;
  const depth = Math.min(n(0) % 2, shape.length - 1);
  const index = input(shape.slice(0, 1 + depth), true, batch).variable.value;
  const rest = shape.slice(1 + depth);
  return asRows(ag.constant(t.indexAdd(t.full([batch, ...rest], n(1) % 2), index, a.variable.value)));
};

const windows =
  (
    apply: (a: Value, kitchen: Kitchen, size: readonly number[], strides: readonly number[]) => ag.Variable,
  ): Operation =>
  (a, _, kitchen) => {
    const shape = shapeOf(a);
    if (!a.rows || (shape.length !== 3 && shape.length !== 4)) return null;
    const spatial = shape.slice(1, -1);
    const size = spatial.map((extent, axis) => 1 + (kitchen.n(axis) % Math.min(extent, 3)));
    const strides = spatial.map((__, axis) => 1 + (kitchen.n(2 + axis) % 2));
    return asRows(apply(a, kitchen, size, strides));
  };

const convolve = windows((a, { n, choose, input }, size, strides) => {
  const shape = shapeOf(a);
  const channels = shape.at(-1)!;
  // Without groups, of one channel each, or a few.
  const some = [2, 3, 4].find((count) => channels % count === 0) ?? 1;
  const groups = choose([1, 1, 1, channels, channels, some], 3);
  const each = groups === 1 ? choose([1, 2, 3, 5, 8, 9], 4) : choose([1, 2, 3], 4);
  const kernel = input([...size, channels / groups, groups * each], false);
  const dilation = size.map((cells, axis) => (2 * (cells - 1) < shape[axis + 1]! ? 1 + (n(5) % 2) : 1));
  const pads = bit(n(6), 0) ? { pads: size.map((__, axis) => [n(axis) % 2, n(axis + 1) % 3] as const) } : {};
  return ag.convolve(a.variable, kernel.variable, { strides, dilation, groups, ...pads });
});
const maxPool = windows((a, _, size, strides) => ag.maxPool(a.variable, { size, strides }));
const averagePool = windows((a, { n }, size, strides) =>
  ag.averagePool(a.variable, {
    size,
    strides,
    ...(bit(n(6), 0) && { pads: size.map((cells) => [0, cells - 1] as const) }),
  }),
);

const dropout: Operation = (a, _, { n, input }) => {
  const mask = t.dropoutMask(input([2], false, 2 ** 31).variable.value, (n(0) % 4) / 5, shapeOf(a));
  return same(ag.multiply(a.variable, mask), a);
};

const select: Operation = (a, b, kitchen) => {
  const other = partner(a, b, kitchen);
  const compare = kitchen.choose(comparisons, 2);
  const operand = typeof other === 'number' ? other : other.variable;
  const joined = typeof other === 'number' ? a : joins(a, other);
  if (joined === null) return null;
  const test = compare(a.variable, operand);
  return { variable: bit(kitchen.n(3), 0) ? test : ag.where(test, a.variable, operand), rows: joined.rows };
};

const operations: Readonly<Record<string, Operation>> = {
  unary: (a, _, { choose }) => same(choose<(x: ag.Variable) => ag.Variable>(unaries, 0)(a.variable), a),
  binary,
  product,
  reduce,
  reshape,
  transpose,
  slice,
  flip,
  spread,
  concat,
  pad,
  gather,
  scatter,
  convolve,
  maxPool,
  averagePool,
  rowProduct,
  select,
  dropout,
  power: (a, _, { choose }) => same(ag.powScalar(a.variable, choose([2, 1, 0.5, -1, 3, 0, 1.5, -0.5], 0)), a),
  clip: (a, _, { choose }) =>
    same(ag.clip(a.variable, choose([-1, 0, -Infinity, 0.1], 0), choose([1, 0.3, Infinity], 1)), a),
  quantize: (a, _, { n, choose }) =>
    same(
      bit(n(1), 0)
        ? ag.constant(t.insideGrid(a.variable.value, choose(grids, 0)))
        : ag.quantize(a.variable, choose(grids, 0)),
      a,
    ),
  integers: (a, _, { n, input }) => input(shapeOf(a), a.rows, 1 + (n(0) % 5)),
  rowsAgain: (a, _, { input }) => input(shapeOf(a), a.rows),
  another: (_, b) => b,
};

/** Operations that may have a first operand of integers. */
const takeIntegers = 'binary select reshape transpose slice flip reduce product pad another'.split(' ');

/** What a computation was made of, in words, and its results. */
interface Cooked {
  readonly lines: readonly string[];
  readonly results: readonly Result[];
}

function cook(recipe: Recipe, source: Source): Cooked {
  const { batch } = recipe;
  const lines: string[] = [];
  const inputs: Value[] = [];
  const values: Value[] = [];
  const input = (shape: readonly number[], rows: boolean, integersBelow?: number): Value => {
    const options = integersBelow === undefined ? {} : ({ dtype: 'i32', below: integersBelow } as const);
    // Rows that are several per sample come as one axis more.
    const row = shape[0] === batch ? shape.slice(1) : [shape[0]! / batch, ...shape.slice(1)];
    const taken = rows ? source.rows(row, options) : source.whole(shape, options);
    const wrapped = integersBelow === undefined ? ag.variable(taken) : ag.constant(taken);
    lines.push(
      `  takes ${rows ? 'rows' : 'whole'} ${integersBelow === undefined ? '' : 'i32 '}[${taken.shape.join(', ')}]`,
    );
    if (integersBelow === undefined) inputs.push({ variable: wrapped, rows });
    return { variable: t.sameShape(taken.shape, shape) ? wrapped : ag.reshape(wrapped, shape), rows };
  };
  values.push(input([batch, ...recipe.row], true));
  for (const { operation, operands, numbers } of recipe.steps) {
    const [a, b] = operands.map((k) => values[values.length - 1 - (k % values.length)]!) as [Value, Value];
    if (a.variable.value.dtype === 'i32' && !takeIntegers.includes(operation)) continue;
    const n = (i: number): number => numbers[i] ?? 0;
    const choose = <T>(list: readonly T[], i: number): T => list[n(i) % list.length]!;
    const made = operations[operation]!(a, b, { batch, n, choose, input });
    if (made === null || !isSmall(shapeOf(made), made.rows, batch) || shapeOf(made).length > 5) continue;
    const { value } = made.variable;
    const last = t.isSymbolic(value) ? value.node.operation : 'constant';
    lines.push(
      `${values.length} = ${operation}(${values.indexOf(a)}, ${values.indexOf(b)}; ${numbers.join(' ')}): ${last} ${made.rows ? 'rows' : 'whole'} [${shapeOf(made).join(', ')}]`,
    );
    values.push(made);
  }
  const results: Result[] = values.slice(-3).map(({ variable }) => ({ tensor: variable.value }));
  if (!recipe.training) return { lines, results };
  const last = values.findLast(({ variable }) => variable.tracked);
  if (last === undefined) return { lines, results };
  const loss = ag.mean(ag.square(last.variable));
  const wrt = inputs.slice(0, 6);
  results.push({ tensor: loss.value });
  ag.gradients(
    loss,
    wrt.map(({ variable }) => variable),
  ).forEach((gradient, k) => {
    const { variable, rows } = wrt[k]!;
    // An input whose leading extent happens to be the batch may get a gradient with rows.
    if (rows || variable.value.shape[0] === batch) results.push({ tensor: gradient });
    else results.push({ tensor: t.subtract(variable.value, t.multiply(gradient, 0.1)), replaces: variable.value });
  });
  lines.push(`trained by the mean of the square of ${values.indexOf(last)}`);
  return { lines, results };
}

/** The computation of a recipe. */
export const computationOf =
  (recipe: Recipe): Computation =>
  (source) =>
    cook(recipe, source).results;

/** Write a recipe as a short list of operations. */
export function describeRecipe(recipe: Recipe): string {
  const { batch, spice, seed } = recipe;
  const take =
    (lead: readonly number[]): Source['rows'] =>
    (shape, options) =>
      t.symbolicInput('', [...lead, ...shape], options?.dtype);
  const { lines } = cook(recipe, { batch, rows: take([batch]), whole: take([]) });
  return [`batch ${batch}, ${spice} numbers of seed ${seed}`, ...lines].join('\n');
}

const names = Object.keys(operations);
/** Operations that make most of the others possible come more often. */
const operationNames = fc.oneof(
  { arbitrary: fc.constantFrom(...names), weight: 3 },
  { arbitrary: fc.constantFrom('binary', 'unary', 'product', 'reduce'), weight: 2 },
);

const steps: fc.Arbitrary<Step> = fc.record({
  operation: operationNames,
  operands: fc.tuple(fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, fc.nat({ max: 6 })), fc.nat({ max: 6 })),
  numbers: fc.array(fc.nat({ max: 40 }), { minLength: 7, maxLength: 7 }),
});

/** Arbitrary recipes. */
export const recipes: fc.Arbitrary<Recipe> = fc.record({
  batch: fc.oneof(fc.constantFrom(1, 2, 3, 63, 64, 65, 127, 200), { arbitrary: fc.constant(5), weight: 3 }),
  row: fc
    .array(fc.constantFrom(...EXTENTS), { maxLength: 3 })
    .map((row) => (t.sizeOfShape(row) > 400 ? row.slice(1) : row)),
  steps: fc.array(steps, { minLength: 1, maxLength: 12 }),
  training: fc.boolean(),
  spice: fc.constantFrom<Spice>('plain', 'ties', 'wild'),
  seed: fc.nat({ max: 1000 }),
});
