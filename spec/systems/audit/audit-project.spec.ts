/**
 * Whole audits of emitted folders: good ones are proved and stay proved, one edit of any part is found and shown, and
 * whatever stops an audit is one sentence that leaves nothing behind.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { emitDesign, MUTATION_DESIGNS, type MutationDesign } from '../../../bench/mutations/designs.ts';
import { interpretGraph } from '../../../src/emulation/index.ts';
import {
  auditProject,
  auditRecord,
  type AuditResult,
  type Difference,
  openCount,
  parseAuditRecord,
  readAuditedFolder,
} from '../../../src/systems/index.ts';
import { runIcarus } from '../../../src/verification/index.ts';
import { distillRtl } from '../../cli/capture.ts';
import { lacks } from '../../verification/tools.ts';
import { change, type Emitted, emit } from './emitted.ts';

const designs = Object.fromEntries(MUTATION_DESIGNS.map((design) => [design.name, design]));
const hls4ml = designs['hls4ml']!;
/** One neuron behind one: every product and sum is cast, with rounding, saturation and wrap-around. */
const neuron: MutationDesign = {
  ...hls4ml,
  name: 'neuron',
  inputs: { x: [2] },
  layers: hls4ml.layers.map((layer) => (layer.kind === 'dense' ? { ...layer, attributes: { units: 1 } } : layer)),
};
const names = ['dense', 'neuron', 'tables', 'convolution'] as const;
type Name = (typeof names)[number];

const emitted = {} as Record<Name, Emitted>;
const audited = {} as Record<Name, AuditResult>;
/** Where temporary folders go, so that one that is left can be seen. */
let temporary = '';

const isRunnable = !(lacks('yosys', 'audits') || lacks('iverilog', 'audits'));

beforeAll(async () => {
  if (!isRunnable) return;
  for (const name of names) {
    const design = name === 'neuron' ? neuron : designs[name]!;
    const { network } = emitDesign(design);
    const options = { ...design.compile, layerPrecision: design.precision };
    emitted[name] = await emit(network, options, design.target);
    audited[name] = await auditProject(emitted[name].folder, { vectors: 24 });
  }
  temporary = mkdtempSync(join(tmpdir(), 'distill-rtl-audit-temporary-'));
  vi.stubEnv('TMPDIR', temporary);
}, 60_000);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.stubEnv('TMPDIR', temporary);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
  for (const one of Object.values(emitted)) one.remove();
});

/** An audit without what the clock on the wall makes of it. */
function timeless(result: AuditResult): unknown {
  return { ...result, seconds: null, claims: result.claims.map((claim) => ({ ...claim, seconds: 0 })) };
}

describe.skipIf(!isRunnable)('the audit of an emitted folder', () => {
  it.each(names)('proves %s', (name) => {
    const result = audited[name];

    expect(result.verdict).toBe('proved');
    expect(result.claims.map((claim) => [claim.name, claim.verdict])).toEqual([
      ['circuit = model', 'proved'],
      ['netlist = circuit', 'proved'],
      ['Verilog = netlist', 'proved'],
    ]);
    for (const { modules } of result.claims) {
      expect(modules.length).toBeGreaterThan(2);
      expect(modules.map(openCount)).toEqual(modules.map(() => 0));
    }
    expect(result.difference).toBeNull();
    expect(result.tested.map(({ vectors, mismatches }) => [vectors, mismatches])).toEqual([
      [24, 0],
      [12, 0],
    ]);
    expect(parseAuditRecord(JSON.stringify(auditRecord(result)))).toEqual(result);
  });

  it('says the same when it is repeated, and changes nothing', async () => {
    const { folder } = emitted.tables;
    const files = (): string[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'base64'));
    const before = files();
    const again = await auditProject(folder, { vectors: 24 });

    expect(timeless(again)).toEqual(timeless(audited.tables));
    expect(files()).toEqual(before);
  });

  it('has the hashes of a copy elsewhere, and other hashes for other designs', async () => {
    const copy = emitted.neuron.copy();
    const { hashes } = await auditProject(copy, { vectors: 0 });

    expect(hashes).toEqual(audited.neuron.hashes);
    expect(new Set(names.map((name) => audited[name].hashes['verilog'])).size).toBe(names.length);
    expect(new Set(names.map((name) => audited[name].hashes['netlist'])).size).toBe(names.length);
  });

  it('counts inputs, outputs and cycles', () => {
    expect(audited.convolution.design).toMatchObject({ inputBits: 16, outputBits: 14, latencyCycles: 2 });
    expect(audited.dense.design).toMatchObject({ model: 'dense', top: 'dense', clockMHz: 400, latencyCycles: 4 });
  });
});

/** Codes of every layer that the model's own circuit gives for the input of a difference. */
async function codesFor(folder: string, { inputs }: Difference): Promise<ReadonlyMap<string, readonly bigint[]>> {
  const { specification } = await readAuditedFolder(folder);
  const stimulus = specification.inputs.map(({ name }) => inputs[name]!.map(BigInt));
  return interpretGraph(specification, stimulus);
}

const replaced =
  (from: string, to: string) =>
  (text: string): string => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return changed;
  };

/** Change a constant of the last layer, and the ranges behind it, which a circuit holds too. */
function changeConstant(text: string): string {
  const graph = JSON.parse(text);
  const { types } = graph.layers.find(({ name }: { name: string }) => name === 'fc').circuit;
  const ranges: [string, string][] = [
    ['13,13', '11,11'],
    ['0,195', '0,165'],
    ['-199,-4', '-169,-4'],
    ['-199,26', '-169,26'],
  ];
  for (const [from, to] of ranges) {
    const type = types.find(([lo, hi]: string[]) => `${lo},${hi}` === from);
    [type[0], type[1]] = to.split(',');
  }
  return JSON.stringify(graph);
}

/** Change one weight of a layer, kernels being float32 in base64. */
function changeWeight(text: string): string {
  const network = JSON.parse(text);
  const { kernel } = network.layers.find(({ name }: { name: string }) => name === 'fc2').parameters;
  const weights = new Float32Array(new Uint8Array(Buffer.from(kernel.data, 'base64')).buffer);
  weights[0]! += 0.125;
  kernel.data = Buffer.from(weights.buffer).toString('base64');
  return JSON.stringify(network);
}

interface Edit {
  readonly what: string;
  readonly of: Name;
  readonly file: string;
  readonly edit: (text: string) => string;
  readonly claim: Difference['claim'];
  readonly module: string;
  readonly wire: string | RegExp;
  /** The code that must stand on the wire, where a layer has one for it. */
  readonly expected?: (codes: ReadonlyMap<string, readonly bigint[]>, difference: Difference) => readonly bigint[];
  readonly says: RegExp;
  /** Whether the Verilog still computes the model, so that a simulator shows nothing. @defaultValue false */
  readonly isOnlyInCircuit?: true;
}

const edits: readonly Edit[] = [
  {
    what: 'an operator inside a layer',
    of: 'dense',
    file: 'src/dense_fc2.v',
    edit: replaced('diff_9[5:2]} - {', 'diff_9[5:2]} + {'),
    claim: 'Verilog = netlist',
    module: 'dense_fc2',
    wire: 'diff_41',
    says: /, so that fc2\[1\] is -?\d+ and must be -?\d+\.$/,
  },
  {
    what: 'a constant at the output of a layer',
    of: 'dense',
    file: 'src/dense_fc2.v',
    edit: replaced("8'h80 :", "8'h7f :"),
    claim: 'Verilog = netlist',
    module: 'dense_fc2',
    wire: 'mux_91',
    expected: (codes) => [BigInt.asUintN(8, codes.get('fc2')![1]!)],
    says: /: mux_91 is 127 and must be 128 for x = .*, so that fc2\[1\] is 127 and must be -128\.$/,
  },
  {
    what: 'the register before an output',
    of: 'dense',
    file: 'src/dense.v',
    edit: replaced('assign fc2 = fc2_y_d1;', 'assign fc2 = fc2_y;'),
    claim: 'Verilog = netlist',
    module: 'dense',
    wire: /^fc2/,
    says: /^Verilog = netlist fails in dense: fc2\[0\] comes 1 cycle early for x = \[[^\]]*\]\.$/,
  },
  {
    what: 'a register inside a layer',
    of: 'dense',
    file: 'src/dense_fc2.v',
    edit: replaced('n0_sum_d1[9:1]', 'n0_sum[9:1]'),
    claim: 'Verilog = netlist',
    module: 'dense_fc2',
    wire: 'sum_59',
    says: /: sum_59 stands 2 cycles behind the input and must stand 3 behind it for x = .*, so that fc2\[0\] comes 1 cycle early\.$/,
  },
  {
    what: 'the sense of a reset',
    of: 'dense',
    file: 'src/dense.v',
    edit: replaced('if (rst) valid_d4', 'if (!rst) valid_d4'),
    claim: 'Verilog = netlist',
    module: 'dense',
    wire: /^valid_(d4|out)$/,
    says: /valid_out/,
  },
  {
    what: 'an entry of a table',
    of: 'tables',
    file: 'src/memfiles/tables_act1_tanh.mem',
    edit: (text) => replaced('08', '09')(text),
    claim: 'Verilog = netlist',
    module: 'tables_act1',
    wire: /^rom_[34]$/,
    expected: (codes, { wire }) => [BigInt.asUintN(6, codes.get('act1')![wire === 'rom_3' ? 0 : 1]!)],
    says: /: rom_[34] is 9 and must be 8 for x = /,
  },
  {
    what: 'a constant of the circuit',
    of: 'convolution',
    file: 'model/circuit.json',
    edit: changeConstant,
    claim: 'circuit = model',
    module: 'fc',
    wire: 'fc[0]',
    expected: (codes) => [codes.get('fc')![0]!],
    says: /^circuit = model fails in fc: fc\[0\] is -?\d+ and must be -?\d+ for x = \[.*\]; z = \[.*\]\. The Verilog gives what the model says for this input\.$/,
    isOnlyInCircuit: true,
  },
  {
    what: 'a weight of the model',
    of: 'dense',
    file: 'model/network.json',
    edit: changeWeight,
    claim: 'circuit = model',
    module: 'fc2',
    wire: 'fc2[0]',
    expected: (codes) => [codes.get('fc2')![0]!],
    says: /^circuit = model fails in fc2: fc2\[0\] is -?\d+ and must be -?\d+ for x = \[.*\]\.$/,
  },
];

describe.skipIf(!isRunnable)('the audit of a folder in which one thing was changed', () => {
  it.each(edits)('$what', async ({ of, file, edit, claim, module, wire, expected, says, isOnlyInCircuit = false }) => {
    const folder = emitted[of].copy();
    change(folder, file, edit, true);
    const counterexample = join(`${folder}-audit`, 'counterexample');
    mkdirSync(`${folder}-audit`);
    const result = await auditProject(folder, { vectors: 8, counterexample });
    const difference = result.difference!;

    expect(result.verdict).toBe('different');
    expect(parseAuditRecord(JSON.stringify(auditRecord(result)))).toEqual(result);
    expect(difference).toMatchObject({ claim, module });
    if (typeof wire === 'string') expect(difference.wire).toBe(wire);
    else expect(difference.wire).toMatch(wire);
    expect(result.claims.find(({ name }) => name === claim)!.verdict).toBe('different');
    expect(difference.sentence).toMatch(says);
    const codes = await codesFor(folder, difference);
    if (expected !== undefined) {
      expect(expected(codes, difference).map(String)).toContain(difference.expected);
      expect(difference.found).not.toBe(difference.expected);
    }
    expect(difference.files).toContain(`${of}.vcd`);
    for (const path of difference.files) expect(existsSync(join(counterexample, path))).toBe(true);
    const { result: run } = await runIcarus(counterexample);
    expect(run).toMatchObject({ passed: isOnlyInCircuit });
    expect(run!.text).toMatch(isOnlyInCircuit ? /^PASS/m : /^FAIL/m);
    // What the sentence says of an output is what model and simulator give for the input.
    const [, port, element, found, must] =
      /(\w+)\[(\d+)\] is (-?\d+) and must be (-?\d+)/.exec(difference.sentence) ?? [];
    if (port !== undefined && !isOnlyInCircuit) {
      expect(must).toBe(String(codes.get(port)![Number(element)]!));
      const width = { dense: 8, tables: 6, convolution: 7, neuron: 7 }[of];
      const bits = BigInt.asUintN(width, run!.outputs[0]!.word >> BigInt(width * Number(element)));
      expect(bits).toBe(BigInt.asUintN(width, BigInt(found!)));
    }
    expect(readFileSync(join(counterexample, `${of}.vcd`), 'utf8')).toMatch(/\$var .* \S+ valid_out \$end/);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('ends with 3 on the command line, and with 0 where nothing was changed', async () => {
    const [good, bad] = [emitted.tables.copy(), emitted.tables.copy()];
    change(bad, 'src/memfiles/tables_act1_tanh.mem', replaced('08', '09'), true);
    const passed = await distillRtl('audit', good, '--vectors', '4');
    const failed = await distillRtl('audit', bad, '--vectors', '4');

    expect(passed.code).toBe(0);
    expect(passed.stdout).toMatch(
      /^For every one of the 2¹² input vectors, src\/\*\.v computes .*, 3 clock cycles later\.$/m,
    );
    expect(readdirSync(`${good}-audit`).toSorted()).toEqual(['audit.html', 'audit.json', 'run.json']);
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(
      /\ndistill-rtl: Verilog = netlist fails in tables_act1: rom_[34] is 9 and must be 8 /,
    );
    expect(readdirSync(`${bad}-audit`).toSorted()).toEqual(['audit.html', 'audit.json', 'counterexample', 'run.json']);
    expect(() => execFileSync('make', ['-C', `${bad}-audit/counterexample`], { stdio: 'pipe' })).toThrow(/FAIL|make/);
  });
});

/** Take a file away, and its line in the manifest. */
function unlist(folder: string, path: string): void {
  rmSync(join(folder, path));
  change(folder, 'manifest.json', (text) => {
    const manifest = JSON.parse(text);
    delete manifest.sha256[path];
    return JSON.stringify(manifest);
  });
}

describe.skipIf(!isRunnable)('a folder that cannot be audited', () => {
  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'truncated Verilog',
      (folder) => change(folder, 'src/tables_fc1.v', (text) => text.slice(0, text.length / 2), true),
      /^The Verilog cannot be read: Yosys says ".*syntax error/,
    ],
    [
      'a module that is missing',
      (folder) => unlist(folder, 'src/tables_fc1.v'),
      /^The Verilog cannot be read: Yosys says ".*tables_fc1.*not part of the design/,
    ],
    [
      'a memory that is missing',
      (folder) => unlist(folder, 'src/memfiles/tables_act1_tanh.mem'),
      /^The Verilog cannot be read: Yosys says ".*tables_act1_tanh\.mem/,
    ],
    [
      'the model of another folder',
      (folder) => {
        const other = readFileSync(join(emitted.dense.folder, 'model/network.json'), 'utf8');
        change(folder, 'model/network.json', () => other, true);
      },
      /^manifest\.json in ".*" is of the model "tables", and model\/network\.json of "dense"\.$/,
    ],
    [
      'the options of another folder',
      (folder) => {
        const other = readFileSync(join(emitted.dense.folder, 'model/compile.json'), 'utf8');
        change(folder, 'model/compile.json', () => other, true);
      },
      /^model\/network\.json in ".*" does not compile with model\/compile\.json: /,
    ],
    [
      'a file that is not that of the manifest',
      (folder) => change(folder, 'src/tables.v', (text) => `${text}\n`),
      /^src\/tables\.v in ".*" is not the file that manifest\.json lists: its SHA-256 is /,
    ],
  ])('%s', async (_, damage, sentence) => {
    const folder = emitted.tables.copy();
    damage(folder);
    mkdirSync(`${folder}-audit`);
    writeFileSync(join(`${folder}-audit`, 'run.json'), '{ "name": "distill-rtl" }');
    const before = readdirSync(emitted.tables.root);
    const { code, stdout, stderr } = await distillRtl('audit', folder);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const last = /(?:^|\n)distill-rtl: ([^\n]+)\n$/.exec(stderr)?.[1];
    expect(last).toMatch(sentence);
    expect(last).not.toContain(temporary);
    expect(readdirSync(emitted.tables.root)).toEqual(before);
    expect(readdirSync(`${folder}-audit`)).toEqual(['run.json']);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe.skipIf(!isRunnable)('an audit that is stopped', () => {
  it('by the lack of Yosys ends with 1', async () => {
    const folder = emitted.tables.copy();
    vi.stubEnv('PATH', '/nowhere');
    const { code, stdout, stderr } = await distillRtl('audit', folder, '--yosys', 'system');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/\ndistill-rtl: yosys is not installed; install it with "apt-get install yosys"\.\n$/);
    expect(existsSync(`${folder}-audit`)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each(['read', 'yosys', 'circuit = model', 'Verilog = netlist', 'test'] as const)(
    'by its signal in the step "%s" throws an AbortError',
    async (name) => {
      const controller = new AbortController();
      const audit = auditProject(emitted.tables.folder, {
        signal: controller.signal,
        onStart: (step) => step === name && controller.abort(new DOMException('', 'AbortError')),
      });

      await expect(audit).rejects.toMatchObject({ name: 'AbortError' });
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  it('by Ctrl-C ends with 130 and leaves nothing', async () => {
    const folder = emitted.convolution.copy();
    const before = readdirSync(emitted.convolution.root);
    const listeners = process.listenerCount('SIGINT');
    const timer = setInterval(() => {
      if (process.listenerCount('SIGINT') === listeners) return;
      clearInterval(timer);
      process.listeners('SIGINT').at(-1)!('SIGINT');
    }, 1);
    const { code, stdout, stderr } = await distillRtl('audit', folder);

    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/distill-rtl: interrupted\n$/);
    expect(readdirSync(emitted.convolution.root)).toEqual(before);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** Mount a disk of a few pages; undefined where that is not allowed. */
function tinyDisk(): { path: string; remove: () => void } | undefined {
  const path = mkdtempSync(join(tmpdir(), 'distill-rtl-disk-'));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', path], { stdio: 'pipe' });
  } catch {
    remove();
    process.stderr.write('skipped: audits onto a full disk; no disk can be mounted here\n');
    return undefined;
  }
  return {
    path,
    remove: () => {
      execFileSync('umount', [path]);
      remove();
    },
  };
}
const disk = isRunnable ? tinyDisk() : undefined;
afterAll(() => disk?.remove());

describe.skipIf(disk === undefined)('the report of an audit on a full disk', () => {
  it('is refused in one sentence, with nothing left', async () => {
    const { code, stdout, stderr } = await distillRtl(
      'audit',
      emitted.tables.folder,
      '--out',
      join(disk!.path, 'audit'),
    );

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/\ndistill-rtl: [^\n]*no space is left[^\n]*\.\n$/);
    expect(readdirSync(disk!.path)).toEqual([]);
  });

  it('is refused where the counterexample does not fit', async () => {
    const folder = emitted.tables.copy();
    cpSync(emitted.tables.folder, folder, { recursive: true });
    change(folder, 'src/memfiles/tables_act1_tanh.mem', replaced('08', '09'), true);
    const { code, stdout, stderr } = await distillRtl('audit', folder, '--out', join(disk!.path, 'audit'));

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/\ndistill-rtl: [^\n]*no space is left[^\n]*\.\n$/);
    expect(readdirSync(disk!.path)).toEqual([]);
  });
});
