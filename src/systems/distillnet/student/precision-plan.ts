/** Where QDistillNet rounds: the formats of its layers, its inputs on their grid, and its float shadow. */
import {
  fakeQuantizer,
  type PrecisionPlan,
  quantizationTransform,
  quantizeTensor,
} from '../../../compression/index.ts';
import { parseFormat } from '../../../fixed/index.ts';
import { type Network, predict } from '../../../network/index.ts';
import { type Tensor, toFlat } from '../../../tensor/index.ts';
import type { QuantizedFormats } from '../config.ts';
import { scaledInputs, type Scaler } from '../data/scaler.ts';
import { studentInput } from './student.ts';

/** Formats by layer of QDistillNet after folding; hidden sums stay exact until they are rounded after their ReLU. */
export function precisionPlan(formats: QuantizedFormats): PrecisionPlan {
  const parameters = { weight: formats.weight, bias: formats.bias };
  return {
    [studentInput]: { result: formats.input },
    dense1: parameters,
    relu1: { result: formats.activation },
    dense2: parameters,
    relu2: { result: formats.activation },
    dense3: { ...parameters, result: formats.logit },
    weight: { result: formats.output },
  };
}

/** Features as the hardware receives them: scaled and on the grid of the input format. */
export function quantizedInputs(features: Float32Array, scaler: Scaler, format: string): Tensor {
  return quantizeTensor(scaledInputs(features, scaler), fakeQuantizer(parseFormat(format)));
}

/** Predict with every result rounded as on the grid of the plan: the float shadow of the fixed-point network. */
export function predictQuantized(network: Network, inputs: Tensor): Float32Array {
  const transform = quantizationTransform(network.precision ?? {});
  return Float32Array.from(toFlat(predict(network, inputs, { transform })));
}
