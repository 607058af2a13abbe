/**
 * Dense networks with random weights of a stated width and sparsity, quantized as a trained one would be.
 *
 * Weights are drawn evenly, over the codes of their format or within Glorot's bounds, except that the stated share of them
 * is zero; each neuron keeps at least one. Integer bits of the activations are the fewest that hold what random inputs make of them, so that neither
 * range nor precision is wasted, and activations are cut and saturated.
 */
import { formatText, type FixedFormat, fractionBits, powerOfTwo, ufixed } from '../../src/fixed/index.ts';
import {
  buildNetwork,
  forwardLayers,
  type LayerPrecision,
  type LayerSpec,
  type Network,
  withParameters,
} from '../../src/network/index.ts';
import { type RandomStream, stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

export interface DenseDesign {
  readonly name: string;
  /** Inputs, then units of each layer. */
  readonly sizes: readonly number[];
  readonly input: FixedFormat;
  readonly weight: FixedFormat;
  /** Width of hidden activations (unsigned, behind a ReLU). */
  readonly activationBits: number;
  readonly output: FixedFormat;
  /** Share of zero weights in all layers but the last. */
  readonly sparsity: number;
  /** Uniform over all codes, or as Glorot draws them before training. */
  readonly weights: 'uniform' | 'glorot';
  /** Table behind the last layer, if any. */
  readonly head?: 'sigmoid';
  /** Weight formats by layer that replace the common one. */
  readonly layerWeights?: Readonly<Record<string, FixedFormat>>;
}

/** Samples that choose the integer bits of activations. */
const CALIBRATION_SAMPLES = 2000;

/** Build the network of a design, with its formats in `precision`. */
export function denseNetwork(design: DenseDesign, seed: string): Network {
  const random = stream(seed, design.name);
  const { sizes, weight, sparsity } = design;
  const layers = sizes.slice(1).flatMap((units, k): LayerSpec[] => {
    const isLast = k === sizes.length - 2;
    const dense: LayerSpec = { kind: 'dense', name: `dense${k + 1}`, attributes: { units } };
    if (!isLast) return [dense, { kind: 'relu', name: `relu${k + 1}` }];
    return design.head === undefined ? [dense] : [dense, { kind: design.head, name: 'output' }];
  });
  const start = buildNetwork(design.name, [{ name: 'x', shape: [sizes[0]!] }], layers, random.split('start'));
  const updates = Object.fromEntries(
    sizes.slice(1).map((units, k) => {
      const inputs = sizes[k]!;
      const isLast = k === sizes.length - 2;
      const own = random.split(`layer ${k}`);
      const name = `dense${k + 1}`;
      const format = design.layerWeights?.[name] ?? weight;
      // Glorot and Bengio, AISTATS 2010: uniform within ± sqrt(6 / (inputs + outputs)).
      const reach = design.weights === 'glorot' ? Math.sqrt(6 / (inputs + units)) : Infinity;
      const kernel = randomKernel(own, inputs, units, format, isLast ? 0 : sparsity, reach);
      return [
        name,
        {
          kernel: tensor(kernel, [inputs, units]),
          bias: tensor(randomCodes(own, units, format, reach), [units]),
        },
      ];
    }),
  );
  const network = withParameters(start, updates);
  return { ...network, precision: precisionOf(network, design, random.split('calibration')) };
}

/** Codes of a format, as values, of magnitude at most `reach`. */
function randomCodes(random: RandomStream, count: number, format: FixedFormat, reach: number): Float32Array {
  const step = powerOfTwo(-fractionBits(format));
  const half = 2 ** (format.width - 1);
  const lo = Math.max(-half, Math.ceil(-reach / step));
  const hi = Math.min(half - 1, Math.floor(reach / step));
  return Float32Array.from({ length: count }, () => random.integer(lo, hi + 1) * step);
}

function randomKernel(
  random: RandomStream,
  inputs: number,
  units: number,
  format: FixedFormat,
  sparsity: number,
  reach: number,
): Float32Array {
  const kernel = randomCodes(random, inputs * units, format, reach);
  const keep = Float32Array.from(kernel, () => (random.uniform() < sparsity ? 0 : 1));
  for (let j = 0; j < units; j++) keep[random.integer(0, inputs) * units + j] = 1;
  return kernel.map((value, k) => value * keep[k]!);
}

function precisionOf(network: Network, design: DenseDesign, random: RandomStream): Record<string, LayerPrecision> {
  const inputs = tensor(randomCodes(random, CALIBRATION_SAMPLES * design.sizes[0]!, design.input, Infinity), [
    CALIBRATION_SAMPLES,
    design.sizes[0]!,
  ]);
  const precision: Record<string, Record<string, string>> = { x: { result: formatText(design.input) } };
  const results = forwardLayers(network, inputs);
  for (const { name, kind } of network.layers) {
    if (kind === 'dense') {
      const text = formatText(design.layerWeights?.[name] ?? design.weight);
      precision[name] = { weight: text, bias: text };
    }
    if (kind === 'relu') {
      const values = toFlat(results.get(name)!.value);
      let largest = 0;
      for (const value of values) largest = Math.max(largest, value);
      const integer = Math.ceil(Math.log2(Math.max(largest, powerOfTwo(-8))));
      precision[name] = { result: formatText(ufixed(design.activationBits, integer, { overflow: 'AP_SAT' })) };
    }
  }
  const last = `dense${design.sizes.length - 1}`;
  precision[last] = { ...precision[last], result: formatText(design.output) };
  if (design.head !== undefined) precision['output'] = { result: formatText(ufixed(8, 0, { overflow: 'AP_SAT' })) };
  return precision;
}
