/** A small training that Node and a page run with the same code, and the hash of all that came of it. */
import { buildNetwork, hashNetwork, sha256, type LayerSpec } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { setComputeBackend, tensor, type Tensor } from '../../src/tensor/index.ts';
import { fit, meanSquaredError } from '../../src/training/index.ts';

const layers: readonly LayerSpec[] = [
  { kind: 'conv2d', attributes: { filters: 5, size: [3, 3], padding: 'same' } },
  { kind: 'batchNormalization' },
  { kind: 'relu' },
  { kind: 'pooling2d', attributes: { operation: 'maximum', size: [2, 2] } },
  { kind: 'flatten' },
  { kind: 'dense', attributes: { units: 12 } },
  { kind: 'tanh' },
  { kind: 'dropout', attributes: { rate: 0.25 } },
  { kind: 'dense', attributes: { units: 2 } },
];

const numbers = (name: string, shape: readonly number[]): Tensor => {
  const source = stream('browser', name);
  const length = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float32Array.from({ length }, () => source.uniform(-1, 1)),
    shape,
  );
};

/**
 * Train for two epochs of uneven batches (200 and 120 of 320 samples, 80 to validate).
 *
 * @returns SHA-256 of the network, the buffers of Adam and the history of losses
 * @throws Error where the step is not planned but should be
 */
export async function trained(backend: 'js' | 'wasm', workers: number): Promise<string> {
  setComputeBackend(backend);
  const network = buildNetwork('n', [{ name: 'x', shape: [6, 8, 2] }], layers, stream('browser', 'start'));
  const result = await fit(
    network,
    { inputs: numbers('inputs', [400, 6, 8, 2]), targets: numbers('targets', [400, 2]) },
    {
      loss: (prediction, targets) => meanSquaredError(prediction, targets),
      optimizer: { kind: 'adam' },
      epochs: 2,
      batchSize: 200,
      validation: 0.2,
      stream: stream('browser', 'fit'),
      workers,
      onEager: (reason) => {
        throw new Error(`The step was not planned: ${reason}`);
      },
    },
  );
  const { optimizer } = result.checkpoint;
  const slots = optimizer.slots.map((slot) => Object.entries(slot).map(([name, values]) => [name, ...values]));
  return sha256(JSON.stringify([hashNetwork(result.network), optimizer.step, slots, result.history]));
}
