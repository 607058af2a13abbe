/**
 * Small images and layers that move windows over them: convolutions, depthwise convolutions and poolings of one or two
 * spatial axes, each fitted to what the one before leaves.
 */
import * as fc from 'fast-check';
import { type LayerSpec, slidingWindows, type WindowPadding } from '../../network/index.ts';

/** An image [...spatial, channels] and layers that follow each other. */
export interface ImageLayers {
  readonly shape: readonly number[];
  readonly layers: readonly LayerSpec[];
}

/** What is drawn for one layer. */
interface Draft {
  readonly kind: 'conv' | 'depthwiseConv' | 'pooling';
  readonly size: readonly number[];
  readonly stride: number;
  readonly padding: WindowPadding;
  readonly outputs: number;
  readonly useBias: boolean;
  readonly operation: 'maximum' | 'average';
}

const few = fc.integer({ min: 1, max: 2 });

const drafts: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom<Draft['kind']>('conv', 'depthwiseConv', 'pooling'),
  size: fc.tuple(few, few),
  stride: few,
  padding: fc.constantFrom<WindowPadding>('valid', 'same', 'causal'),
  outputs: few,
  useBias: fc.boolean(),
  operation: fc.constantFrom<Draft['operation']>('maximum', 'average'),
});

/** Generate images of at most 3 × 3 cells and 2 channels with 1 to `maxLayers` layers. */
export function imageLayers(maxLayers: number): fc.Arbitrary<ImageLayers> {
  const shape = fc.tuple(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }), few);
  return fc
    .tuple(shape, fc.array(drafts, { minLength: 1, maxLength: maxLayers }))
    .map(([[spatial, channels], drawn]) => ({ shape: [...spatial, channels], layers: fitted(spatial, drawn) }));
}

/** Make the layers, with windows no larger than what they lie on. */
function fitted(spatial: readonly number[], drawn: readonly Draft[]): readonly LayerSpec[] {
  const rank = spatial.length;
  let extents = spatial;
  return drawn.map(({ kind, size, stride, padding, outputs, useBias, operation }) => {
    const causal = rank === 1 && kind !== 'pooling';
    const geometry = {
      size: extents.map((extent, axis) => Math.min(extent, size[axis]!)),
      strides: extents.map(() => stride),
      padding: padding === 'causal' && !causal ? 'same' : padding,
    };
    extents = slidingWindows(extents, geometry).shape;
    const own = {
      conv: { filters: outputs, useBias },
      depthwiseConv: { depthMultiplier: outputs, useBias },
      pooling: { operation },
    }[kind];
    const spec: { readonly kind: string; readonly attributes: object } = {
      kind: `${kind}${rank}d`,
      attributes: { ...geometry, ...own },
    };
    return spec as LayerSpec;
  });
}
