/** Arbitrary lines and planes with windows that fit, for convolution and pooling. */
import * as fc from 'fast-check';

/** One spatial axis: at least one window of `size` cells, `dilation` apart, fits; `rest` cells are reached by none. */
export interface ArbitraryAxis {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly count: number;
  readonly rest: number;
}

const axis: fc.Arbitrary<ArbitraryAxis> = fc
  .record({
    size: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    count: fc.integer({ min: 1, max: 4 }),
    rest: fc.nat({ max: 2 }),
  })
  .map((drawn) => ({ ...drawn, rest: Math.min(drawn.rest, drawn.stride - 1) }));

/** One or two spatial axes. */
export const axes: fc.Arbitrary<readonly ArbitraryAxis[]> = fc.array(axis, { minLength: 1, maxLength: 2 });

/** The extent of an axis. */
export const extentOf = ({ size, stride, dilation, count, rest }: ArbitraryAxis): number =>
  (count - 1) * stride + (size - 1) * dilation + 1 + rest;

/** All indices of a shape in row-major order. */
export const indicesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (outer, extent) => outer.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, i])),
    [[]],
  );

/** The row-major position of an index. */
export const positionOf = (shape: readonly number[], index: readonly number[]): number =>
  index.reduce((position, i, at) => position * shape[at]! + i, 0);
