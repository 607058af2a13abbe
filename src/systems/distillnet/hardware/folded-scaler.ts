/**
 * The scaler of the inputs, folded into the hardware: ports that take features as they are, in GeV logarithms, millimetres
 * and radians.
 *
 * A hardware scaler only divides by powers of two. So the code of a scaled feature in `ap_fixed<8,3>` is the code of the
 * feature itself in a format whose binary point lies elsewhere, and the first layer's weights take the factor back
 * exactly. The circuit keeps its adders; saturation of the port is all the clipping there is.
 */
import { ValueError } from '../../../errors.ts';
import { type FixedFormat, formatText, parseFormat } from '../../../fixed/index.ts';
import type { Layer, LayerPrecision, Network } from '../../../network/index.ts';
import { tensor, toFlat } from '../../../tensor/index.ts';
import type { Scaler } from '../data/scaler.ts';
import { studentInput } from '../student/student.ts';

/** Name of the first layer of a student. */
const firstLayer = 'dense1';

/**
 * Fold a scaler into a student.
 *
 * @param network - takes scaled features on the grids of `formats`; its first layer is dense, its weights on their grid
 * @param scaler - means 0 and scales that are powers of two
 * @param formats - `ap_fixed` texts of the scaled input elements
 * @returns a network that gives for features what `network` gives for scaled features, to the bit; its precision lists a
 *   format per input element
 * @throws ValueError for another scaler
 */
export function foldScaler(network: Network, scaler: Scaler, formats: readonly string[]): Network {
  const shifts = scaler.scale.map((scale, f) => {
    const shift = Math.log2(scale);
    if (scaler.mean[f] !== 0 || !Number.isInteger(shift)) {
      throw new ValueError(
        `The scaler of feature ${f} has mean ${scaler.mean[f]} and scale ${scale}; only a mean of 0 and a power of two can be folded into a port.`,
      );
    }
    return shift;
  });
  const { [firstLayer]: first = {}, ...others } = network.precision ?? {};
  return {
    ...network,
    layers: network.layers.map((layer) => (layer.name === firstLayer ? scaledKernel(layer, scaler) : layer)),
    precision: {
      ...others,
      [studentInput]: { result: formats.map((text, f) => moved(text, shifts[f]!)) },
      [firstLayer]: scaledWeights(first, shifts),
    },
  };
}

/** The format whose values are 2^shift times those of another, code by code. */
function moved(text: string, shift: number): string {
  const format = parseFormat(text);
  return formatText({ ...format, integer: format.integer + shift });
}

function scaledKernel(layer: Layer, { scale }: Scaler): Layer {
  const kernel = layer.parameters['kernel']!;
  const [inputs, units] = kernel.shape as [number, number];
  const values = Float32Array.from(toFlat(kernel), (weight, k) => weight / scale[Math.floor(k / units)]!);
  return { ...layer, parameters: { ...layer.parameters, kernel: tensor(values, [inputs, units]) } };
}

/** The first layer's precision, with one weight format that holds the weights of all inputs after their shifts. */
function scaledWeights(precision: LayerPrecision, shifts: readonly number[]): LayerPrecision {
  const { weight } = precision;
  if (typeof weight !== 'string' || weight === 'auto') return precision;
  const format: FixedFormat = parseFormat(weight);
  const [up, down] = [Math.max(...shifts.map((s) => -s)), Math.min(...shifts.map((s) => -s))];
  return {
    ...precision,
    weight: formatText({ ...format, width: format.width + up - down, integer: format.integer + up }),
  };
}
