/**
 * The teacher of the RPC muon trigger with 16 bits, trained in floats on the toy of `muon-images.ts` where that is quick.
 *
 * Weights, biases, inputs and activations are `ap_fixed<16,6>`, sums exact up to there. Training matters to the hardware:
 * how large weights become decides how many bits of them differ, and by that whether products take DSP blocks.
 */
import type { LayerPrecision, Network } from '../../src/network/index.ts';
import type { RandomStream } from '../../src/random/index.ts';
import { fit, meanSquaredError } from '../../src/training/index.ts';
import { muonNetwork } from '../muon-networks.ts';
import { muonImages } from './muon-images.ts';

export const TEACHER_FORMAT = 'ap_fixed<16,6>';
/** Bits of fraction of that. */
export const TEACHER_FRACTION = 10;

/** Events and epochs of a training. */
export interface TeacherTraining {
  readonly events: number;
  readonly epochs: number;
}

/** Make a teacher. @param training none leaves the weights as Glorot draws them */
export async function muonTeacher(
  columns: number,
  random: RandomStream,
  training: TeacherTraining | undefined,
): Promise<Network> {
  const start = muonNetwork('cnn', columns, random.split('start'));
  if (training === undefined) return inFormat(start);
  const { images, targets } = muonImages(training.events, columns, random.split('events'));
  const { network } = await fit(
    start,
    { inputs: images, targets },
    {
      loss: (prediction, wanted) => meanSquaredError(prediction, wanted),
      batchSize: 128,
      epochs: training.epochs,
      learningRate: 0.003,
      stream: random.split('training'),
    },
  );
  return inFormat(network);
}

function inFormat(network: Network): Network {
  const formats = network.layers.flatMap(({ name, kind, parameters }): [string, LayerPrecision][] => {
    const result = { result: TEACHER_FORMAT };
    if (parameters['kernel'] !== undefined) {
      const isLast = network.outputs.includes(name);
      return [[name, { weight: TEACHER_FORMAT, bias: TEACHER_FORMAT, ...(isLast && result) }]];
    }
    return kind === 'relu' ? [[name, result]] : [];
  });
  return { ...network, precision: { x: { result: TEACHER_FORMAT }, ...Object.fromEntries(formats) } };
}
