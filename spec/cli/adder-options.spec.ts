/** Options of shared sums: obeyed, and recorded with their defaults. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distillRtl, smallModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);

beforeAll(() => {
  writeFileSync(at('small.json'), smallModel);
  writeFileSync(
    at('shared.yml'),
    'HLSConfig: {Model: {Precision: "ap_fixed<12,4>", Strategy: distributed_arithmetic}}\n',
  );
});
afterAll(folder.remove);

/** Compile the small model; return what its record says of the compiler, and the circuit. */
async function compiled(name: string, ...words: readonly string[]) {
  const common = ['--no-tools', '--vectors', '4', '--out', at(name)];
  const { code, stderr } = await distillRtl('compile', at('small.json'), ...common, ...words);
  expect(code, stderr).toBe(0);
  const { options } = JSON.parse(readFileSync(at(`${name}/run.json`), 'utf8'));
  return { options, circuit: readFileSync(at(`${name}/model/circuit.json`), 'utf8') };
}

describe('compile', () => {
  it('shares sums with two more adder levels than necessary, unless told otherwise', async () => {
    const { options, circuit } = await compiled('default');
    const same = await compiled('same', '--strategy', 'adder-graph', '--adder-depth', '2', '--effort', '1');

    expect(options).toMatchObject({ strategy: 'adder-graph', adderDepth: 2, adderEffort: 1 });
    expect(same.options).toEqual(options);
    expect(same.circuit).toBe(circuit);
  });

  it('obeys and records depth, effort and strategy', async () => {
    const { circuit } = await compiled('shared');
    const flat = await compiled('flat', '--adder-depth', '0', '--effort', '0');
    const single = await compiled('single', '--strategy', 'shift-add');

    expect(flat.options).toMatchObject({ strategy: 'adder-graph', adderDepth: 0, adderEffort: 0 });
    expect(flat.circuit).not.toBe(circuit);
    expect(single.options).toMatchObject({ strategy: 'shift-add' });
    expect(single.circuit).not.toBe(circuit);
  });

  it("takes hls4ml's distributed arithmetic for it, and the command line before the file", async () => {
    const { options } = await compiled('file', '--config', at('shared.yml'));
    const words = await compiled('words', '--config', at('shared.yml'), '--strategy', 'multiplier');

    expect(options).toMatchObject({ profile: 'hls4ml', strategy: 'adder-graph' });
    expect(words.options).toMatchObject({ strategy: 'multiplier' });
  });
});
