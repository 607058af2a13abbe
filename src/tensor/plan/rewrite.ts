/** Operations taken apart, or replaced by cheaper ones, with the bits of the tensor functions. */
import { LEAF } from '../backends/js/reduce.ts';
import { sameShape } from '../shape.ts';
import type { Dtype } from '../tensor.ts';
import { isRowWise, type Attributes, type Make, type PlanNode } from './graph.ts';
import { groupedConvolution, groupedKernelGradient, turnedKernel } from './grouped-convolution.ts';

/** The value of a constant that repeats one number; NaN for all else. */
function numberOf(node: PlanNode): number {
  if (node.operation === 'broadcastTo') return numberOf(node.inputs[0]!);
  return node.operation === 'constant' && node.data!.length === 1 ? node.data![0]! : NaN;
}

const isPowerOfTwo = (x: number): boolean => x > 2 ** -60 && x < 2 ** 60 && Number.isInteger(Math.log2(x));

/** Take an operation apart, or replace it by a cheaper one of the same bits. */
export function rewrite(
  make: Make,
  operation: string,
  sources: readonly PlanNode[],
  attributes: Attributes,
  shape: readonly number[],
  dtype: Dtype,
): PlanNode {
  const [a, b] = sources as [PlanNode, PlanNode];
  const same = (source: PlanNode): PlanNode =>
    sameShape(source.shape, shape) ? source : make('broadcastTo', [source], {}, { shape, dtype });
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
      if (sameShape(a.shape, shape)) return a;
      // The rows of the middle shape may differ, but they are no longer there.
      if (a.operation === operation) return make(operation, [a.inputs[0]!], {}, { shape, dtype });
      break;
    case 'sum':
      return splitSum(make, a, attributes['axes'] as readonly number[], shape);
    case 'rowProduct':
      // Rows that are no batch: up to one leaf, products are added in the order of a matrix product.
      if (!isRowWise(a) && !isRowWise(b) && a.shape.length === 2 && a.shape[0]! <= LEAF) {
        const turned = make('transpose', [a], { axes: [1, 0] }, { shape: [a.shape[1]!, a.shape[0]!] });
        return make('matmul', [turned, b], {}, { shape });
      }
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
    case 'convolve':
      return groupedConvolution(make, a, b, attributes, shape) ?? make(operation, sources, attributes, { shape });
    case 'convolveKernelGradient':
      return groupedKernelGradient(make, a, b, attributes, shape) ?? make(operation, sources, attributes, { shape });
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
  const groups = attributes['groups'] as number;
  const rank = strides!.length;
  const size = kernel.shape.slice(0, rank);
  const turned = turnedKernel(make, kernel, groups);
  const before = size.map((n, axis) => dilation![axis]! * (n - 1));
  const extents = before.map((zeros, axis) => inputShape![axis + 1]! + zeros);
  const shape = [g.shape[0]!, ...extents, g.shape.at(-1)!];
  const pads = [[0, 0], ...before.map((zeros) => [zeros, 0]), [0, 0]];
  const spread = [...strides!, 1];
  const padded = make('pad', [g], { pads, value: 0, spread }, { shape });
  const options = { strides: strides!.map(() => 1), dilation, groups };
  return (
    groupedConvolution(make, padded, turned, options, inputShape!) ??
    make('convolve', [padded, turned], options, { shape: inputShape! })
  );
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
  return sameShape(value.shape, shape) ? value : make('reshape', [value], {}, { shape });
}
