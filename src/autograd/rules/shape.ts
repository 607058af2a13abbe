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

/** For each element of the first axis range its place: what a slice took, as an index. */
function rangeIndex(extent: number, range: SliceRange): Tensor {
  return t.slice(t.arange(extent), [range]);
}

export const shapeRules: RuleTable<ShapeAttributes> = {
  reshape: (g, { inputs }) => [t.reshape(g, inputs[0]!.shape)],
  transpose: (g, { attributes: { axes } }) => {
    const inverse = axes.map((_, axis) => axes.indexOf(axis));
    return [t.transpose(g, inverse)];
  },
  slice: (g, { inputs, attributes: { ranges } }) => {
    let gradient = g;
    // Axis by axis: the gradient goes back to where the slice was taken, with zeros between.
    ranges.forEach((range, axis) => {
      if (range === null) return;
      const extent = inputs[0]!.shape[axis]!;
      const base = t.zeros(gradient.shape.toSpliced(axis, 1, extent));
      gradient = t.indexAdd(base, rangeIndex(extent, range), gradient, axis);
    });
    return [gradient];
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
