/** The networks of the RPC muon trigger, teacher and student, on images of 9 detector layers. */
import { buildNetwork } from '../src/network/index.ts';
import type { LayerSpec, Network } from '../src/network/index.ts';
import type { RandomStream } from '../src/random/index.ts';

/** Convolutions of 3 × 3 with a ReLU each. */
const convolutions = (filters: readonly number[], padding: 'valid' | 'same'): LayerSpec[] =>
  filters.flatMap((count): LayerSpec[] => [
    { kind: 'conv2d', attributes: { filters: count, size: [3, 3], padding } },
    { kind: 'relu' },
  ]);

const maximum = (size: readonly number[]): LayerSpec => ({
  kind: 'pooling2d',
  attributes: { operation: 'maximum', size },
});

/** Layers before the dense ones. */
const fronts: Readonly<Record<'cnn' | 'cnn-student', readonly LayerSpec[]>> = {
  cnn: [...convolutions([10, 10], 'same'), maximum([1, 2]), ...convolutions([17, 17, 17], 'same'), maximum([2, 2])],
  'cnn-student': convolutions([1, 1, 6, 6], 'valid'),
};

/** Build a network with fresh parameters. @param columns strips per layer */
export function muonNetwork(model: 'cnn' | 'cnn-student', columns: number, random: RandomStream): Network {
  const head = [10, 10].flatMap((units): LayerSpec[] => [{ kind: 'dense', attributes: { units } }, { kind: 'relu' }]);
  return buildNetwork(
    model,
    [{ name: 'x', shape: [9, columns, 1] }],
    [...fronts[model], { kind: 'flatten' }, ...head, { kind: 'dense', attributes: { units: 2 } }],
    random,
  );
}
