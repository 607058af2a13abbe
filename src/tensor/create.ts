/** Constructors of tensors. Typed arrays of the right kind are taken over without a copy, so do not write to them later. */
import { ShapeError, ValueError } from '../errors.ts';
import { checkShape, contiguousStrides, shapeText, sizeOfShape } from './shape.ts';
import type { Dtype, Tensor } from './tensor.ts';

/** Numbers of any nesting, each level of one length. */
export type Nested = number | readonly Nested[];

/** Wrap row-major data of that shape without checking; for code that has made both itself. */
export function wrap(data: Float32Array | Int32Array, shape: readonly number[]): Tensor {
  const dtype = data instanceof Float32Array ? 'f32' : 'i32';
  return { dtype, shape, strides: contiguousStrides(shape), offset: 0, data };
}

/**
 * Make a tensor of flat row-major numbers.
 *
 * @param data A number (scalar) or a list; a Float32Array or Int32Array of the dtype is taken over, others are copied.
 * @param shape @defaultValue the length of the list, or `[]` for a number
 * @param dtype @defaultValue 'i32' for an Int32Array, else 'f32'
 * @throws ShapeError if the shape does not hold as many elements; ValueError if an 'i32' element is no 32-bit integer.
 */
export function tensor(data: number | ArrayLike<number>, shape?: readonly number[], dtype?: Dtype): Tensor {
  const list = typeof data === 'number' ? [data] : data;
  const extents = shape ?? (typeof data === 'number' ? [] : [list.length]);
  checkShape(extents, 'tensor');
  if (sizeOfShape(extents) !== list.length) {
    throw new ShapeError(
      `tensor needs ${sizeOfShape(extents)} elements for the shape ${shapeText(extents)}, but got ${list.length}.`,
    );
  }
  const kind = dtype ?? (list instanceof Int32Array ? 'i32' : 'f32');
  return wrap(kind === 'f32' ? floats(list) : integers(list), [...extents]);
}

function floats(list: ArrayLike<number>): Float32Array {
  return list instanceof Float32Array ? list : Float32Array.from(list);
}

/** Copy numbers to 32-bit integers, refusing any that is not one. */
export function integers(list: ArrayLike<number>): Int32Array {
  if (list instanceof Int32Array) return list;
  for (let i = 0; i < list.length; i += 1) {
    if (!((list[i]! | 0) === list[i])) {
      throw new ValueError(`An i32 tensor needs integers of [-2^31, 2^31), but element ${i} is ${list[i]}.`);
    }
  }
  return Int32Array.from(list);
}

/** Make a tensor without axes. */
export function scalar(value: number, dtype: Dtype = 'f32'): Tensor {
  return tensor(value, [], dtype);
}

/** Make a tensor that repeats one value. */
export function full(shape: readonly number[], value: number, dtype: Dtype = 'f32'): Tensor {
  checkShape(shape, 'full');
  const data = dtype === 'f32' ? new Float32Array(sizeOfShape(shape)) : new Int32Array(sizeOfShape(shape));
  return wrap(value === 0 ? data : data.fill(dtype === 'f32' ? value : integers([value])[0]!), [...shape]);
}

/** Make a tensor of zeros. */
export function zeros(shape: readonly number[], dtype: Dtype = 'f32'): Tensor {
  return full(shape, 0, dtype);
}

/** Make a tensor of ones. */
export function ones(shape: readonly number[], dtype: Dtype = 'f32'): Tensor {
  return full(shape, 1, dtype);
}

/**
 * Make the sequence start, start + step, … below (or, for a negative step, above) stop.
 *
 * @defaultValue start 0, step 1, dtype 'i32'; with one argument it is `stop`.
 */
export function arange(start: number, stop?: number, step = 1, dtype: Dtype = 'i32'): Tensor {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  if (!(Number.isFinite(first) && Number.isFinite(end) && Number.isFinite(step) && step !== 0)) {
    throw new ValueError(`arange needs finite bounds and a step other than 0, but got ${first}, ${end}, ${step}.`);
  }
  const count = Math.max(0, Math.ceil((end - first) / step));
  return tensor(
    Array.from({ length: count }, (_, i) => first + i * step),
    [count],
    dtype,
  );
}

/**
 * Make a tensor of nested lists, such as `fromArray([[1, 2], [3, 4]])`.
 *
 * @throws ShapeError if two lists of one level differ in length or depth.
 */
export function fromArray(nested: Nested, dtype: Dtype = 'f32'): Tensor {
  const shape: number[] = [];
  for (let level: Nested | undefined = nested; Array.isArray(level); level = level[0] as Nested | undefined) {
    shape.push(level.length);
  }
  const flat: number[] = [];
  const visit = (part: Nested, depth: number): void => {
    if (typeof part === 'number' ? depth !== shape.length : part.length !== shape[depth]) {
      throw new ShapeError(`fromArray needs lists of one length per level, but level ${depth} is ragged.`);
    }
    if (typeof part === 'number') flat.push(part);
    else for (const child of part) visit(child, depth + 1);
  };
  visit(nested, 0);
  return tensor(flat, shape, dtype);
}
