/**
 * Keras's dense layers, plain and with QKeras's quantizers.
 *
 * TernaryDense is hls4ml's: its weights are −1, 0 and 1, where a float weight above ½ counts as 1 and one at or below
 * −½ as −1.
 */
import { ShapeError } from '../errors.ts';
import { integerField } from './config-fields.ts';
import { type KerasClass, ownerOf, sameShape } from './keras-class.ts';
import { asWritten, innerActivation, quantizedWeights, weightedLayer, type WeightRule } from './keras-weighted.ts';
import { parameterTensor } from './weights.ts';

const ternarise = (weight: number): number => (weight > 0.5 ? 1 : weight <= -0.5 ? -1 : 0);

const denseWith =
  (rule: WeightRule): KerasClass =>
  (context) => {
    const { name, config, weight } = context;
    const owner = ownerOf(context);
    const units = integerField(config, 'units', owner, 1);
    const foundKernel = weight(name, 'kernel');
    const inputShape = context.inputShape ?? (foundKernel?.shape.length === 2 ? [foundKernel.shape[0]] : undefined);
    if (inputShape === undefined) return { ...sameShape(context), outputShape: [units] };
    const features = inputShape.at(-1);
    if (features === undefined)
      throw new ShapeError(`${owner} needs an input with at least one axis, but gets a scalar.`);

    const kernel = parameterTensor(name, 'kernel', foundKernel, [features, units]);
    const layer = weightedLayer(context, rule(context), {
      kind: 'dense',
      kernel,
      outputs: units,
      attributes: { units },
    });
    return {
      layers: [layer, ...innerActivation(context)],
      inputShape,
      outputShape: [...inputShape.slice(0, -1), units],
    };
  };

/** Dense classes. */
export const kerasDenseClasses: Readonly<Record<string, KerasClass>> = {
  Dense: denseWith(asWritten),
  QDense: denseWith(quantizedWeights),
  TernaryDense: denseWith(() => ({ kernel: ternarise, precision: { weight: 'ap_int<2>' } })),
};
