/**
 * The student of the RPC muon trigger with weights and activations of a few bits, trained on the toy of `muon-images.ts`.
 *
 * As published: weights of n bits times one power of two per layer, which is an `ap_fixed<n, 1 + k>`; activations in
 * `ap_ufixed<n, I>`; the output layer wide; images of single bits. Training is short: first in floats, then with
 * everything on its grid. It is there so that weights are those of a network that has learnt, not for physics. The two
 * convolutions of one filter begin without negative weights, else one can die at once.
 */
import { calibratePrecision, quantizationAware, quantizationTransform } from '../../src/compression/index.ts';
import { formatText, fixed } from '../../src/fixed/index.ts';
import { type LayerPrecision, type Network, predict, withParameters } from '../../src/network/index.ts';
import type { RandomStream } from '../../src/random/index.ts';
import { type Tensor, tensor, toFloats } from '../../src/tensor/index.ts';
import { type Dataset, eraseState, fit, type LossFunction, meanSquaredError } from '../../src/training/index.ts';
import { muonNetwork } from '../muon-networks.ts';
import { MUON_MOMENTUM, muonImages } from './muon-images.ts';

/** Columns of the student's images. */
export const STUDENT_COLUMNS = 16;
/** The output layer's weights, biases and results. */
export const WIDE = 'ap_fixed<16,6,AP_RND,AP_SAT>';
/** Threshold of the trigger in GeV. */
const THRESHOLD = 10;
/** Share of activations that must fit their format, in percent. */
const PERCENTILE = 99.5;
const BATCH = 128;
const RATE = 0.003;

export interface StudentTraining {
  readonly events: number;
  /** Epochs in floats, then on the grids. */
  readonly epochs: readonly [number, number];
}

export const STUDENT_TRAINING: StudentTraining = { events: 12_000, epochs: [8, 8] };

/** What a trained student does on events that it has not seen. */
export interface StudentQuality {
  /** Mean squared error of both targets, and that of the best constant. */
  readonly error: number;
  readonly constantError: number;
  /** Shares of events that pass the threshold: muons above 15 GeV, below 8 GeV, noise alone. */
  readonly plateau: number;
  readonly leakage: number;
  readonly fakes: number;
}

/** Train a student of so many bits; the same stream gives the same network. */
export async function trainStudent(
  bits: number,
  random: RandomStream,
  { events, epochs: [floatEpochs, gridEpochs] }: StudentTraining = STUDENT_TRAINING,
): Promise<Network> {
  const { images, targets } = muonImages(events, STUDENT_COLUMNS, random.split('events'));
  const data: Dataset = { inputs: images, targets };
  const start = withPositiveStem(muonNetwork('cnn-student', STUDENT_COLUMNS, random.split('start')));
  const loss: LossFunction = (prediction, wanted) => meanSquaredError(prediction, wanted);
  const float = await fit(start, data, {
    loss,
    batchSize: BATCH,
    epochs: floatEpochs,
    learningRate: RATE,
    stream: random.split('float'),
  });
  const plan = studentFormats(float.network, images, bits);
  const onGrid = await fit(float.network, data, {
    loss,
    batchSize: BATCH,
    epochs: gridEpochs,
    learningRate: RATE / 2,
    stream: random.split('grid'),
    transforms: [eraseState(quantizationAware(plan))],
  });
  return onGrid.network;
}

/** Make the kernels of the convolutions of one filter non-negative. */
function withPositiveStem(network: Network): Network {
  const stem = network.layers.filter(({ kind, parameters }) => kind === 'conv2d' && parameters['bias']!.shape[0] === 1);
  const updates = stem.map(({ name, parameters }) => {
    const kernel = parameters['kernel']!;
    return [name, { kernel: tensor(toFloats(kernel).map(Math.abs), kernel.shape) }] as const;
  });
  return withParameters(network, Object.fromEntries(updates));
}

/** The formats of a trained float network at so many bits. */
function studentFormats(network: Network, images: Tensor, bits: number): Record<string, LayerPrecision> {
  const calibrated = calibratePrecision(network, images, {
    weightBits: bits,
    activationBits: bits,
    percentile: PERCENTILE,
    quantization: 'AP_RND',
  });
  const last = network.outputs[0]!;
  const formats = network.layers.flatMap(({ name, kind, parameters }): [string, LayerPrecision][] => {
    if (name === last) return [[name, { weight: WIDE, bias: WIDE, result: WIDE }]];
    if (kind === 'relu') return [[name, { result: calibrated[name]!['result']! }]];
    const { kernel, bias } = parameters;
    if (kernel === undefined || bias === undefined) return [];
    return [[name, { weight: scaledFormat(kernel, bits), bias: scaledFormat(bias, bits) }]];
  });
  return { x: { result: 'ap_ufixed<1,1>' }, ...Object.fromEntries(formats) };
}

/** The format of n bits over [-s, s) with s = 2^round(log2 of the largest magnitude). */
function scaledFormat(values: Tensor, bits: number): string {
  const largest = toFloats(values).reduce((most, value) => Math.max(most, Math.abs(value)), 2 ** -8);
  const integer = 1 + Math.round(Math.log2(largest));
  return formatText(fixed(bits, integer, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
}

/**
 * Measure a trained student on new events.
 *
 * @param seen the stream that it was trained with
 */
export function studentQuality(network: Network, seen: RandomStream, events: number): StudentQuality {
  const { images, targets } = muonImages(events, STUDENT_COLUMNS, seen.split('test'));
  const transform = quantizationTransform(network.precision ?? {});
  const found = toFloats(predict(network, images, { transform }));
  const wanted = toFloats(targets);
  const means = [0, 1].map((k) => wanted.reduce((sum, value, at) => (at % 2 === k ? sum + value : sum), 0) / events);
  const mean = (of: (at: number) => number): number =>
    wanted.reduce((sum, _, at) => sum + of(at) ** 2, 0) / wanted.length;
  const passing = (isOf: (momentum: number) => boolean): number => {
    let [all, passed] = [0, 0];
    for (let event = 0; event < events; event += 1) {
      if (!isOf(MUON_MOMENTUM * wanted[2 * event]!)) continue;
      all += 1;
      if (MUON_MOMENTUM * found[2 * event]! >= THRESHOLD) passed += 1;
    }
    return passed / all;
  };
  return {
    error: mean((at) => found[at]! - wanted[at]!),
    constantError: mean((at) => wanted[at]! - means[at % 2]!),
    plateau: passing((momentum) => momentum > 15),
    leakage: passing((momentum) => momentum > 0 && momentum < 8),
    fakes: passing((momentum) => momentum === 0),
  };
}
