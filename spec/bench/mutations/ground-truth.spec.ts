/** The ground truth of the mutation study: known faults are seen, texts that mean the same are not reported. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitDesign, MUTATION_DESIGNS } from '../../../bench/mutations/designs.ts';
import { type GroundTruth, openGroundTruth, type Truth } from '../../../bench/mutations/ground-truth.ts';
import { unpackVector } from '../../../src/netlist/index.ts';
import type { TextFile } from '../../../src/verilog/index.ts';
import { lacks } from '../../verification/tools.ts';

const design = emitDesign(MUTATION_DESIGNS.find(({ name }) => name === 'tables')!);

/** Edit a file by a pattern that it must hold. */
function edited(path: string, pattern: RegExp, text: string): readonly TextFile[] {
  const file = design.files.find((candidate) => candidate.path === path)!;
  const after = file.text.replace(pattern, text);
  expect(after).not.toBe(file.text);
  return design.files.map((other) => (other === file ? { path, text: after } : other));
}

describe.skipIf(lacks('iverilog', 'ground truth of edited Verilog'))('openGroundTruth', () => {
  let folder: string;
  let simulation: GroundTruth;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mutations-spec-'));
    simulation = await openGroundTruth(design, folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const truthOf = (path: string, pattern: RegExp, text: string): Promise<Truth> =>
    simulation.check(edited(path, pattern, text));
  const how = (truth: Truth): string => (truth.kind === 'different' ? truth.difference.how : truth.kind);

  it('tries every input', () => {
    expect(simulation.stimuli.exhaustive).toBe(true);
    const seen = simulation.stimuli.cycles.filter(({ valid }) => valid).map(({ words }) => words[0]!);
    expect(new Set(seen).size).toBe(2 ** 12);
  });

  it('finds the original the same', async () => {
    expect(await simulation.check(design.files)).toEqual({ kind: 'same', vectors: 4096, exhaustive: true });
  });

  it('finds a sum with its operands exchanged the same', async () => {
    const truth = await truthOf('src/tables_fc1.v', /= ([^;?&]*?) \+ ([^;]*);/, '= $2 + $1;');
    expect(truth).toEqual({ kind: 'same', vectors: 4096, exhaustive: true });
  });

  it('finds a sum made a difference, names an input that shows it, and shows it again', async () => {
    const files = edited('src/tables_fc1.v', / \+ /, ' - ');
    const truth = await simulation.check(files);
    expect(how(truth)).toBe('value');
    const { formats, name } = design.graph.inputs[0]!;
    const word = truth.kind === 'different' ? truth.difference.input![name]! : '';
    const codes = { [name]: unpackVector(formats, BigInt(`0x${word}`)).map(String) };
    expect(how(await simulation.replay(files, codes))).toBe('value');
    expect(how(await simulation.replay(design.files, codes))).toBe('same');
  });

  it('finds one wrong digit of a table', async () => {
    expect(how(await truthOf('src/memfiles/tables_act1_tanh.mem', /^04$/m, '05'))).toBe('value');
  });

  it.each([
    ['a reset negated', 'src/tables.v', /if \(rst\)/, 'if (!rst)', 'value'],
    ['a reset that never comes', 'src/tables.v', /if \(rst\)/, "if (1'b0)", 'value'],
    ['a reset to 1', 'src/tables.v', /<= 1'b0/, "<= 1'b1", 'value'],
    [
      'a valid bit that is never updated',
      'src/tables.v',
      /else valid_d1 <= valid_in/,
      'else valid_d1 <= valid_d1',
      'value',
    ],
    ['a stage of the valid bit left out', 'src/tables.v', /valid_d2 <= valid_d1/, 'valid_d2 <= valid_in', 'value'],
    ['the falling edge', 'src/tables_fc1.v', /posedge/, 'negedge', 'value'],
    ['a register without values', 'src/tables.v', /act2_y_d1 <= act2_y;/, 'act2_y_d1 <= act2_y_d1;', 'unknown'],
    ['a port of another width', 'src/tables.v', /output wire \[11:0\]/, 'output wire [12:0]', 'interface'],
    ['no Verilog', 'src/tables_fc1.v', /assign/, 'assing', 'refused'],
    ['an unknown name', 'src/tables_fc1.v', /assign y = \{/, 'assign y = {ghost[0], ', 'refused'],
  ])('finds %s', async (_, path, pattern, text, expected) => {
    expect(how(await truthOf(path, pattern, text))).toBe(expected);
  });
});
