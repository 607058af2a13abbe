/** Gradients of views, joins and indexed access: each is the transpose of a linear map of zeros and ones. */
import * as t from '../../tensor/index.ts';
import type { SliceRange, Tensor } from '../../tensor/index.ts';
import { unbroadcast, type RuleTable } from './rule.ts';

/** Attributes by primitive; axes are counted from the front. */
export interface ShapeAttributes {
  reshape: undefined;
  transpose: { readonly axes: readonly number[] };
  slice: { readonly ranges: readonly SliceRange[] };
  broadcastTo: undefined;
  flip: { readonly axes: readonly number[] };
  concat: { readonly axis: number };
  pad: { readonly pads: readonly (readonly [number, number])[] };
  gather: { readonly index: Tensor; readonly axis: number };
  indexSelect: { readonly index: Tensor; readonly axis: number };
  /** Inputs: the tensor added to, the source. */
  scatterAdd: { readonly index: Tensor; readonly axis: number };
}

/** Put zeros before and after along one axis. */
function padAxis(g: Tensor, axis: number, before: number, after: number): Tensor {
  return t.pad(
    g,
    g.shape.map((_, i) => (i === axis ? [before, after] : [0, 0])),
  );
}

/** Put zeros between the elements along one axis, so that `step` elements lie from one to the next. */
function dilate(g: Tensor, axis: number, step: number): Tensor {
  const n = g.shape[axis]!;
  const spread = t.reshape(padAxis(t.expandDims(g, axis + 1), axis + 1, 0, step - 1), g.shape.with(axis, n * step));
  return t.slice(spread, [...new Array<null>(axis).fill(null), [0, (n - 1) * step + 1]]);
}

/** Put what a slice took of one axis of that extent back to its place, with zeros around and between. */
function unslice(g: Tensor, axis: number, extent: number, range: NonNullable<SliceRange>): Tensor {
  const places = t.toFlat(t.slice(t.arange(extent), [range]));
  const first = places[0];
  const last = places.at(-1);
  if (first === undefined || last === undefined) return t.zeros(g.shape.with(axis, extent));
  const step = range[2] ?? 1;
  return padAxis(step === 1 ? g : dilate(g, axis, step), axis, first, extent - 1 - last);
}

export const shapeRules: RuleTable<ShapeAttributes> = {
  reshape: (g, { inputs }) => [t.reshape(g, inputs[0]!.shape)],
  transpose: (g, { attributes: { axes } }) => {
    const inverse = axes.map((_, axis) => axes.indexOf(axis));
    return [t.transpose(g, inverse)];
  },
  slice: (g, { inputs, attributes: { ranges } }) => {
    const { shape } = inputs[0]!;
    return [
      ranges.reduce((back, range, axis) => (range === null ? back : unslice(back, axis, shape[axis]!, range)), g),
    ];
  },
  broadcastTo: (g, { inputs }) => [unbroadcast(g, inputs[0]!.shape)],
  flip: (g, { attributes: { axes } }) => [t.flip(g, axes)],
  concat: (g, { inputs, attributes: { axis }, wants }) => {
    let start = 0;
    return inputs.map((input, i) => {
      const end = start + input.shape[axis]!;
      const ranges: SliceRange[] = [...new Array<null>(axis).fill(null), [start, end]];
      start = end;
      return wants[i] ? t.slice(g, ranges) : null;
    });
  },
  pad: (g, { inputs, attributes: { pads } }) => [
    t.slice(
      g,
      inputs[0]!.shape.map((extent, axis) => [pads[axis]![0], pads[axis]![0] + extent] as const),
    ),
  ],
  gather: (g, { inputs, attributes: { index, axis } }) => [t.scatterAdd(t.zeros(inputs[0]!.shape), index, g, axis)],
  indexSelect: (g, { inputs, attributes: { index, axis } }) => [t.indexAdd(t.zeros(inputs[0]!.shape), index, g, axis)],
  scatterAdd: (g, { inputs, attributes: { index, axis }, wants }) => {
    const source = inputs[1]!;
    const used = (): Tensor => {
      const taken = t.gather(g, index, axis);
      // Elements of a source larger than the index were not added anywhere.
      return t.pad(
        taken,
        source.shape.map((extent, i) => [0, extent - index.shape[i]!] as const),
      );
    };
    return [g, wants[1] ? used() : null];
  },
};
