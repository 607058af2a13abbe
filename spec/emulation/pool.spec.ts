import { afterEach, describe, expect, it } from 'vitest';
import { compileNetwork } from '../../src/compile/index.ts';
import { compileEmulator, emulatorPool, type EmulatorPool } from '../../src/emulation/index.ts';
import { ValueError } from '../../src/errors.ts';
import { buildNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';

const network = buildNetwork(
  'pooled',
  [{ name: 'in', shape: [5] }],
  [
    { kind: 'dense', name: 'fc1', attributes: { units: 7 } },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'out', attributes: { units: 2 } },
  ],
  stream('pool spec'),
);
const graph = compileNetwork(network, { profile: 'hls4ml', precision: 'ap_fixed<16,6>' });
const draw = stream('pool inputs');
const batch = 1003;
const inputs = Int32Array.from({ length: batch * 5 }, () => draw.integer(-32768, 32768));

const pools: EmulatorPool[] = [];
const open = async (workers: number): Promise<EmulatorPool> => {
  const pool = await emulatorPool(graph, { workers, observe: 'all' });
  pools.push(pool);
  return pool;
};
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

describe('emulatorPool', () => {
  it.each([1, 2, 3])('gives the same codes with %i workers as without', async (workers) => {
    const expected = compileEmulator(graph, { observe: 'all' }).run(batch, [inputs]);
    const pool = await open(workers);
    expect(await pool.run(batch, [inputs])).toEqual(expected);
    // Again, overlapping, and with less than one sample per worker.
    const [again, one, none] = await Promise.all([
      pool.run(batch, [inputs]),
      pool.run(1, [inputs.slice(0, 5)]),
      pool.run(0, [new Int32Array(0)]),
    ]);
    expect(again).toEqual(expected);
    expect(one!.map((codes) => codes.length)).toEqual(pool.outputs.map(({ formats }) => formats.length));
    expect(none!.every((codes) => codes.length === 0)).toBe(true);
  });

  it('names the sample of a bad code by its place in the whole batch', async () => {
    const bad = inputs.slice();
    bad[1000 * 5 + 2] = 40_000;
    const pool = await open(2);
    await expect(pool.run(batch, [bad])).rejects.toThrow(/Sample 1000, element 2 of input "in" .* is 40000/);
    expect(await pool.run(2, [inputs.slice(0, 10)])).toHaveLength(pool.outputs.length);
  });

  it('refuses a number of workers that is none', async () => {
    await expect(emulatorPool(graph, { workers: 0 })).rejects.toThrow(ValueError);
  });
});
