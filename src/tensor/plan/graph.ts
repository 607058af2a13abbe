/**
 * The graph of a traced computation: nodes in topological order, equal expressions once, composite operations taken
 * apart and special cases rewritten, each with the same bits as the tensor functions give.
 *
 * A plan runs over a batch of rows. A node is *row-wise* where its leading axis is the batch (or the batch times a fixed
 * multiple), and *whole* otherwise; only sums over the leading axis and kernel gradients lead from the first to the
 * second. What cannot be cut along the batch is refused with a TraceError, and the computation then runs eagerly.
 */
import { TraceError } from '../../errors.ts';
import { toFlat } from '../access.ts';
import { sizeOfShape } from '../shape.ts';
import type { Dtype, Tensor } from '../tensor.ts';
import { isSymbolic, type SymbolicTensor } from '../trace.ts';
import { isElementwise } from './elementwise-code.ts';

/** Attributes of an operation, as the tensor functions record them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** One value of the computation. */
export interface PlanNode {
  readonly id: number;
  /** The tensor function that gives it, 'input' or 'constant'. */
  readonly operation: string;
  readonly attributes: Attributes;
  readonly inputs: readonly PlanNode[];
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Elements of a constant in row-major order. */
  readonly data: Float32Array | Int32Array | null;
  /** Extent of the leading axis in batches of rows; 0 for a whole node. */
  readonly multiple: number;
}

/** How a symbolic input of a plan is fed. */
export interface InputSpec {
  readonly tensor: SymbolicTensor;
  readonly name: string;
  /** Row-wise inputs have the batch as their leading axis. */
  readonly kind: 'rows' | 'whole';
}

/** A graph with the nodes of the values that were asked for. */
export interface PlanGraph {
  /** Rows of a batch. */
  readonly batch: number;
  readonly nodes: readonly PlanNode[];
  readonly results: readonly PlanNode[];
}

/** Whether the leading axis of a node is the batch. */
export const isRowWise = (node: PlanNode): boolean => node.multiple > 0;

/** Extents of one row of a row-wise node, or of a whole node. */
export function innerShape(node: PlanNode): readonly number[] {
  if (!isRowWise(node)) return node.shape;
  return node.multiple === 1 ? node.shape.slice(1) : [node.multiple, ...node.shape.slice(1)];
}

/** Write attributes as a key; JSON alone would take −∞, ∞ and NaN for one another, and −0 for 0. */
export const keyOf = (attributes: Attributes): string =>
  JSON.stringify(attributes, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? `number ${1 / value} ${value}`
      : value,
  );

type Draft = Omit<PlanNode, 'id' | 'multiple' | 'data' | 'dtype'> & {
  readonly data?: PlanNode['data'];
  readonly dtype?: Dtype;
};

/** Build the graph of traced results. @throws TraceError if something cannot be cut along the batch. */
export function buildGraph(results: readonly Tensor[], inputs: readonly InputSpec[], batch: number): PlanGraph {
  const nodes: PlanNode[] = [];
  const known = new Map<string, PlanNode>();
  const byTensor = new Map<Tensor, PlanNode>();

  const add = (draft: Draft, multiple: number): PlanNode => {
    const node: PlanNode = { dtype: 'f32', data: null, ...draft, id: nodes.length, multiple };
    nodes.push(node);
    return node;
  };

  const numbers = new Map<string, PlanNode>();
  const number = (value: number, dtype: Dtype = 'f32'): PlanNode => {
    // −0 and 0 are different constants.
    const key = `${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    const found = numbers.get(key);
    if (found !== undefined) return found;
    const data = dtype === 'f32' ? Float32Array.of(value) : Int32Array.of(value);
    const node = add({ operation: 'constant', attributes: {}, inputs: [], shape: [], dtype, data }, 0);
    numbers.set(key, node);
    return node;
  };

  const find = (...[operation, sources, attributes, draft]: Parameters<Make>): PlanNode => {
    const { shape } = draft;
    const key = `${operation} ${sources.map((s) => s.id).join()} ${shape.join()} ${keyOf(attributes)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const full: Draft = { operation, attributes, inputs: sources, shape, ...(draft.dtype && { dtype: draft.dtype }) };
    const node = add(full, multipleOf(full, batch));
    known.set(key, node);
    return node;
  };
  const make: Make = Object.assign(find, { number });

  const constant = (t: Tensor): PlanNode => {
    const flat = toFlat(t);
    const first = flat[0];
    if (first !== undefined && flat.every((value) => Object.is(value, first))) {
      const value = number(first, t.dtype);
      return t.shape.length === 0 ? value : make('broadcastTo', [value], {}, { shape: t.shape, dtype: t.dtype });
    }
    const data = flat.slice();
    return add({ operation: 'constant', attributes: {}, inputs: [], shape: t.shape, dtype: t.dtype, data }, 0);
  };

  for (const { tensor, name, kind } of inputs) {
    if (kind === 'rows' && tensor.shape[0] !== batch) {
      throw new TraceError(`Input "${name}" of a plan has ${tensor.shape[0] ?? 'no'} rows; the batch has ${batch}.`);
    }
    const { shape, dtype } = tensor;
    const node = add({ operation: 'input', attributes: { name }, inputs: [], shape, dtype }, kind === 'rows' ? 1 : 0);
    byTensor.set(tensor, node);
  }

  const visit = (root: Tensor): PlanNode => {
    const stack: Tensor[] = [root];
    while (stack.length > 0) {
      const t = stack.at(-1)!;
      if (byTensor.has(t)) {
        stack.pop();
        continue;
      }
      if (!isSymbolic(t)) {
        byTensor.set(t, constant(t));
        continue;
      }
      if (t.node.operation === 'input') {
        throw new TraceError(
          `A traced computation reads "${String(t.node.attributes['name'])}", which is no input of the plan.`,
        );
      }
      const missing = t.node.inputs.filter((input) => !byTensor.has(input));
      if (missing.length > 0) {
        stack.push(...missing.toReversed());
        continue;
      }
      const { operation } = t.node;
      const sources = t.node.inputs.map((input, index) => {
        const source = byTensor.get(input)!;
        if (source.dtype === 'f32' || takesIntegers(operation, index)) return source;
        return make('float', [source], {}, { shape: source.shape });
      });
      byTensor.set(t, rewrite(make, t.node.operation, sources, t.node.attributes, t.shape, t.dtype));
    }
    return byTensor.get(root)!;
  };

  return { batch, results: results.map(visit), nodes };
}

/** Operations that leave integers as they are. */
const moves: readonly string[] = 'reshape transpose broadcastTo slice flip concat pad'.split(' ');

/** Tell whether an operand may be of integers; elsewhere they are converted first. */
function takesIntegers(operation: string, index: number): boolean {
  if (operation === 'indexSelect' || operation === 'dropoutMask') return true;
  return moves.includes(operation) || (operation === 'indexAdd' && index === 1);
}

/** Makes nodes, or finds equal ones. */
interface Make {
  (
    operation: string,
    sources: readonly PlanNode[],
    attributes: Attributes,
    draft: { readonly shape: readonly number[]; readonly dtype?: Dtype },
  ): PlanNode;
  /** A constant without axes. */
  readonly number: (value: number) => PlanNode;
}

/** The value of a constant that repeats one number; NaN for all else. */
function numberOf(node: PlanNode): number {
  if (node.operation === 'broadcastTo') return numberOf(node.inputs[0]!);
  return node.operation === 'constant' && node.data!.length === 1 ? node.data![0]! : NaN;
}

const isPowerOfTwo = (x: number): boolean => x > 2 ** -60 && x < 2 ** 60 && Number.isInteger(Math.log2(x));

/** Take an operation apart, or replace it by a cheaper one of the same bits. */
function rewrite(
  make: Make,
  operation: string,
  sources: readonly PlanNode[],
  attributes: Attributes,
  shape: readonly number[],
  dtype: Dtype,
): PlanNode {
  const [a, b] = sources as [PlanNode, PlanNode];
  const same = (source: PlanNode): PlanNode =>
    sameExtents(source.shape, shape) ? source : make('broadcastTo', [source], {}, { shape, dtype });
  const number = (value: number): PlanNode | null => [a, b].find((s) => numberOf(s) === value) ?? null;
  switch (operation) {
    case 'dense': {
      const product = make('matmul', [a, b], {}, { shape });
      return make('add', [product, sources[2]!], {}, { shape });
    }
    case 'multiply': {
      const one = number(1);
      return one === null ? make(operation, sources, attributes, { shape }) : same(one === a ? b : a);
    }
    case 'divide': {
      const divisor = numberOf(b);
      if (divisor === 1) return same(a);
      // The reciprocal is exact, so one rounding remains.
      if (!isPowerOfTwo(divisor)) break;
      return make('multiply', [a, make.number(1 / divisor)], {}, { shape });
    }
    case 'reluGradient': {
      // x > 0 where relu x > 0, and the relu is there already.
      const twin = make('relu', [b], {}, { shape: b.shape });
      return make(operation, [a, twin], attributes, { shape });
    }
    case 'powScalar': {
      const exponent = attributes['exponent'] as number;
      if (exponent === 1) return a;
      if (exponent === 2) return make('square', [a], {}, { shape });
      break;
    }
    case 'reshape':
    case 'broadcastTo':
      if (sameExtents(a.shape, shape)) return a;
      // The rows of the middle shape may differ, but they are no longer there.
      if (a.operation === operation) return make(operation, [a.inputs[0]!], {}, { shape, dtype });
      break;
    case 'sum':
      return splitSum(make, a, attributes['axes'] as readonly number[], shape);
    case 'rowProduct':
      // One column: the sum over the rows of products with a scalar each, which loops do better than tiles.
      if (a.shape.length === 2 && b.shape[1] === 1) {
        const products = make('multiply', [a, b], {}, { shape: a.shape });
        const column = make('sum', [products], { axes: [0] }, { shape: [a.shape[1]!] });
        return make('reshape', [column], {}, { shape });
      }
      if (a.shape.length === 2 && a.shape[1] === 1) {
        const products = make('multiply', [b, a], {}, { shape: b.shape });
        const row = make('sum', [products], { axes: [0] }, { shape: [b.shape[1]!] });
        return make('reshape', [row], {}, { shape });
      }
      break;
    case 'slice':
      return sliced(make, a, attributes, shape) ?? make(operation, sources, attributes, { shape, dtype });
    case 'convolveInputGradient':
      return inputGradient(make, a, b, attributes);
    case 'matmul':
      // One product per element, added to the 0 that every sum starts from.
      if (a.shape.length === 2 && b.shape.length === 2 && a.shape[1] === 1) {
        const product = make('multiply', [a, b], {}, { shape });
        return make('addZero', [product], {}, { shape });
      }
      break;
    default:
  }
  return make(operation, sources, attributes, { shape, dtype });
}

/** The gradient of a convolution by its input, as a convolution: see `convolveInputGradient`. */
function inputGradient(make: Make, g: PlanNode, kernel: PlanNode, attributes: Attributes): PlanNode {
  const { strides, dilation, inputShape } = attributes as Readonly<Record<string, readonly number[]>>;
  const rank = strides!.length;
  const size = kernel.shape.slice(0, rank);
  const cells = size.map((_, axis) => axis);
  const flipped = make('flip', [kernel], { axes: cells }, { shape: kernel.shape });
  const axes = [...cells, rank + 1, rank];
  const turned = make('transpose', [flipped], { axes }, { shape: axes.map((axis) => kernel.shape[axis]!) });
  const before = size.map((n, axis) => dilation![axis]! * (n - 1));
  const extents = before.map((zeros, axis) => inputShape![axis + 1]! + zeros);
  const shape = [g.shape[0]!, ...extents, g.shape.at(-1)!];
  const pads = [[0, 0], ...before.map((zeros) => [zeros, 0]), [0, 0]];
  const spread = [...strides!, 1];
  const padded = make('pad', [g], { pads, value: 0, spread }, { shape });
  const ones = strides!.map(() => 1);
  return make('convolve', [padded, turned], { strides: ones, dilation, groups: 1 }, { shape: inputShape! });
}

/** A slice of what a window or a frame of padding makes, without making the rest of it; null elsewhere. */
function sliced(make: Make, source: PlanNode, attributes: Attributes, shape: readonly number[]): PlanNode | null {
  const starts = attributes['starts'] as readonly number[];
  if ((attributes['steps'] as readonly number[]).some((step) => step !== 1)) return null;
  const [input] = source.inputs;
  if (source.operation === 'convolve') {
    const kernel = source.inputs[1]!;
    const last = shape.length - 1;
    const { strides, dilation } = source.attributes as Readonly<Record<string, readonly number[]>>;
    if (strides!.some((s) => s !== 1) || shape[0] !== source.shape[0] || shape[last] !== source.shape[last])
      return null;
    const reach = kernel.shape.slice(0, -2).map((cells, axis) => (cells - 1) * dilation![axis]!);
    const part = input!.shape.map((n, axis) => (axis === 0 || axis === last ? n : shape[axis]! + reach[axis - 1]!));
    const steps = starts.map(() => 1);
    const cut =
      sliced(make, input!, { starts, steps }, part) ?? make('slice', [input!], { starts, steps }, { shape: part });
    return make('convolve', [cut, kernel], source.attributes, { shape });
  }
  if (source.operation === 'pad') {
    const pads = source.attributes['pads'] as readonly (readonly [number, number])[];
    const spread = (source.attributes['spread'] as readonly number[] | undefined) ?? input!.shape.slice(1).map(() => 1);
    const before = pads.map(([n], axis) => n - starts[axis]!);
    const after = input!.shape.map((n, axis) => {
      const extent = axis === 0 ? n : (n - 1) * spread[axis - 1]! + 1;
      return shape[axis]! - before[axis]! - extent;
    });
    if (before.some((n) => n < 0) || after.some((n) => n < 0)) return null;
    const less = before.map((n, axis) => [n, after[axis]!]);
    if (less.flat().every((n) => n === 0) && spread.every((n) => n === 1)) return input!;
    return make('pad', [input!], { ...source.attributes, pads: less }, { shape, dtype: source.dtype });
  }
  return null;
}

/** The leading axis is summed last: `sum` over [0] of `sum` over the others. */
function splitSum(make: Make, x: PlanNode, axes: readonly number[], shape: readonly number[]): PlanNode {
  // A batch of one row is summed as any other; only then is the result whole.
  const batch = axes.includes(0) && (x.shape[0]! > 1 || isRowWise(x));
  const inner = axes.filter((axis) => axis > 0 && x.shape[axis]! > 1);
  let value = x;
  if (inner.length > 0) {
    const kept = x.shape.map((n, axis) => (inner.includes(axis) ? 1 : n));
    value = make('sum', [x], { axes: inner }, { shape: kept });
  }
  if (batch) value = make('sum', [value], { axes: [0] }, { shape: value.shape.slice(1) });
  if (value === x) value = make('addZero', [x], {}, { shape: x.shape });
  return sameExtents(value.shape, shape) ? value : make('reshape', [value], {}, { shape });
}

const sameExtents = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

const refuse = (node: Draft, why: string): TraceError =>
  new TraceError(`A plan cannot compute "${node.operation}" of shape [${node.shape.join(', ')}]: ${why}.`);

/** Tell an operation whose kernel runs over rows only. */
const needsRows = (operation: string): boolean =>
  operation === 'rowProduct' || operation === 'indexAdd' || /^convolve|Pool/.test(operation);

/** Find how a node runs along the batch. */
function multipleOf(node: Draft, batch: number): number {
  const { operation, inputs, attributes, shape } = node;
  if (operation.startsWith('convolve') && attributes['groups'] !== 1) throw refuse(node, 'it has groups of channels');
  const rowWise = inputs.filter(isRowWise);
  if ([shape, ...inputs.map((input) => input.shape)].some((s) => sizeOfShape(s) === 0))
    throw refuse(node, 'there are no elements');
  if (operation === 'dropoutMask') {
    if (rowWise.length > 0) throw refuse(node, 'its key has rows');
    return shape[0] === batch ? 1 : 0;
  }
  const value = attributes['value'] as number;
  if (operation === 'pad' && node.dtype === 'i32' && (value | 0) !== value)
    throw refuse(node, 'its value is no integer');
  if (operation.startsWith('index') && inputs[1]!.dtype !== 'i32') throw refuse(node, 'its index is of floats');
  if (rowWise.length === 0) {
    if (needsRows(operation)) throw refuse(node, 'it needs a batch of rows');
    if (operation === 'matmul' && inputs[1]!.shape.length !== 2) throw refuse(node, 'its right side is no matrix');
    if (operation === 'indexSelect' && attributes['axis'] !== 0) throw refuse(node, 'it selects along an inner axis');
    return 0;
  }
  const multiple = rowWise[0]!.multiple;
  const leading = (): number => {
    if (shape[0]! % batch !== 0 || sizeOfShape(shape) === 0) throw refuse(node, 'the batch is not its leading axis');
    return shape[0]! / batch;
  };
  // Several lines per sample are a plane; several planes are nothing that kernels know.
  const ofPlanes = (rows: number): number => {
    if (rows !== 1 && shape.length === 4) throw refuse(node, 'its rows are several per sample');
    return rows;
  };
  if (isElementwise(operation)) {
    for (const input of rowWise) {
      if (input.shape.length !== shape.length || input.shape[0] !== shape[0])
        throw refuse(node, 'it spreads the batch to another axis');
    }
    return multiple;
  }
  switch (operation) {
    case 'reshape':
      return leading();
    case 'transpose':
      if ((attributes['axes'] as readonly number[])[0] !== 0) throw refuse(node, 'it moves the batch axis');
      return multiple;
    case 'broadcastTo':
      if (inputs[0]!.shape.length !== shape.length || inputs[0]!.shape[0] !== shape[0])
        throw refuse(node, 'it spreads the batch to another axis');
      return multiple;
    case 'slice':
      if (shape[0] !== inputs[0]!.shape[0]) throw refuse(node, 'it cuts the batch');
      return multiple;
    case 'flip':
      if ((attributes['axes'] as readonly number[]).includes(0)) throw refuse(node, 'it reverses the batch');
      return multiple;
    case 'concat':
      if (attributes['axis'] === 0) throw refuse(node, 'it joins along the batch');
      return multiple;
    case 'pad':
      if (shape[0] !== inputs[0]!.shape[0]) throw refuse(node, 'it pads the batch');
      return multiple;
    case 'sum':
    case 'max':
    case 'min':
      if (!(attributes['axes'] as readonly number[]).includes(0)) return multiple;
      if (operation !== 'sum') throw refuse(node, 'only sums run over the batch');
      if (multiple !== 1) throw refuse(node, 'its rows are several per sample');
      return 0;
    case 'matmul':
      if (!isRowWise(inputs[0]!) || inputs[0]!.shape.length < 2)
        throw refuse(node, 'a product has the batch on its left');
      if (!isRowWise(inputs[1]!) && inputs[1]!.shape.length !== 2) throw refuse(node, 'its right side is no matrix');
      if (isRowWise(inputs[1]!) && (inputs[0]!.shape.length !== 3 || inputs[1]!.shape.length !== 3))
        throw refuse(node, 'products within rows take three axes');
      if (isRowWise(inputs[1]!) && multiple !== 1) throw refuse(node, 'its rows are several per sample');
      return multiple;
    case 'rowProduct':
    case 'convolveKernelGradient':
      if (!inputs.every((input) => input.multiple === 1)) throw refuse(node, 'its rows are several per sample');
      return 0;
    case 'indexSelect':
      if (attributes['axis'] !== 0 || !isRowWise(inputs[1]!))
        throw refuse(node, 'it must select rows by a row-wise index');
      return leading();
    case 'indexAdd':
      if (attributes['axis'] !== 0 || !isRowWise(inputs[1]!) || shape[0] !== batch)
        throw refuse(node, 'it must add to rows by a row-wise index');
      return 1;
    case 'convolve':
      if (!isRowWise(inputs[0]!) || isRowWise(inputs[1]!)) throw refuse(node, 'a kernel has no batch');
      return ofPlanes(multiple);
    case 'maxPool':
    case 'maxPoolGradient':
    case 'averagePool':
    case 'averagePoolGradient':
      if (!inputs.every(isRowWise)) throw refuse(node, 'a part of it has no batch');
      return ofPlanes(multiple);
    default:
      throw refuse(node, 'plans do not know the operation');
  }
}
