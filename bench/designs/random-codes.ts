/** Random weights of small designs: integer codes, so that hardware and model have the same. */
import type { Network } from '../../src/network/index.ts';
import type { RandomStream } from '../../src/random/index.ts';
import { tensor } from '../../src/tensor/index.ts';

/**
 * Fill the parameters of a network with codes of `weightBits` bits over 2^(weightBits − 2), layer by layer from streams of
 * their names.
 *
 * @param density share of kernel codes that are drawn, the others are 0
 */
export function withRandomCodes(
  network: Network,
  random: RandomStream,
  { weightBits, density }: { readonly weightBits: number; readonly density: number },
): Network {
  const limit = 2 ** (weightBits - 1);
  const layers = network.layers.map((layer) => {
    const drawn = random.split(layer.name);
    const code = (share: number): number =>
      drawn.uniform() < share ? drawn.integer(-limit, limit) / 2 ** (weightBits - 2) : 0;
    const parameters = Object.fromEntries(
      Object.entries(layer.parameters).map(([role, { shape, data }]) => [
        role,
        tensor(
          Float32Array.from(data, () => code(role === 'kernel' ? density : 1)),
          shape,
        ),
      ]),
    );
    return { ...layer, parameters };
  });
  return { ...network, layers } as Network;
}
