/**
 * Where windows lie on the cells of a channels-last tensor, [n, length, channels] or [n, height, width, channels].
 *
 * Windows never reach beyond the input ("valid"); padding is an operation of its own. A line of cells is a plane of
 * one row, so that kernels know planes only.
 */
import { ShapeError, ValueError } from '../errors.ts';
import type { Windows } from './backends/js/convolution.ts';
import { shapeText } from './shape.ts';

/** Windows over a tensor, and how the result's spatial axes are written in its shape. */
export interface PlacedWindows {
  readonly windows: Windows;
  readonly batch: number;
  /** Extents of the result between batch and channels. */
  readonly output: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
}

/**
 * Complete a list of one integer of at least 1 per spatial axis.
 *
 * @throws ValueError naming the operation and the option
 */
function perAxis(
  list: readonly number[] | undefined,
  rank: number,
  operation: string,
  what: string,
): readonly number[] {
  if (list === undefined) return new Array<number>(rank).fill(1);
  if (list.length === rank && list.every((n) => Number.isSafeInteger(n) && n >= 1)) return [...list];
  throw new ValueError(
    `${operation} needs ${what} of ${rank === 1 ? 'one integer' : `${rank} integers`} >= 1, but got [${list.join(', ')}].`,
  );
}

/**
 * Place windows on an input.
 *
 * @param shape of the input
 * @param size cells of a window along each spatial axis
 * @param strides @defaultValue 1 along every axis
 * @param dilation distance between neighbouring cells; @defaultValue 1 along every axis
 * @throws ShapeError if the input is no line or plane or shorter than a window; ValueError for other options
 */
export function placeWindows(
  operation: string,
  shape: readonly number[],
  size: readonly number[],
  strides?: readonly number[],
  dilation?: readonly number[],
): PlacedWindows {
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ShapeError(
      `${operation} needs an input [n, length, channels] or [n, height, width, channels], but got the shape ${shapeText(shape)}.`,
    );
  }
  const input = shape.slice(1, -1);
  const rank = input.length;
  const cells = perAxis(size, rank, operation, 'a size');
  const steps = perAxis(strides, rank, operation, 'strides');
  const gaps = perAxis(dilation, rank, operation, 'a dilation');
  const output = input.map((extent, axis) => {
    const reach = (cells[axis]! - 1) * gaps[axis]! + 1;
    return Math.floor((extent - reach) / steps[axis]!) + 1;
  });
  if (output.some((count) => count < 1)) {
    throw new ShapeError(
      `${operation} needs windows that fit in ${shapeText(input)}, but got the size ${shapeText(cells)} with dilation ${shapeText(gaps)}.`,
    );
  }
  const plane = (list: readonly number[]): readonly [number, number] =>
    rank === 1 ? [1, list[0]!] : [list[0]!, list[1]!];
  return {
    windows: {
      input: plane(input),
      output: plane(output),
      size: plane(cells),
      strides: plane(steps),
      dilation: plane(gaps),
      channels: shape.at(-1)!,
    },
    batch: shape[0]!,
    output,
    strides: steps,
    dilation: gaps,
  };
}
