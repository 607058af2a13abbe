/** An emitted folder is read back whole, or the first part that does not fit is named in one sentence. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optimizeAdders, parseGraph, serializeGraph } from '../../../src/circuit/index.ts';
import { compileNetwork } from '../../../src/compile/index.ts';
import { DistillError } from '../../../src/errors.ts';
import { hashNetwork } from '../../../src/network/index.ts';
import { buildPipeline, checkManifest, checkTopPorts, readAuditedFolder } from '../../../src/systems/index.ts';
import { topPorts } from '../../../src/verilog/index.ts';
import { change, compile, emit, type Emitted, network, target } from './emitted.ts';

let emitted: Emitted;
let wider: Emitted;
beforeAll(async () => {
  emitted = await emit();
  wider = await emit(network('tiny', 4));
});
afterAll(() => {
  emitted.remove();
  wider.remove();
});

/** The sentence of an error that leaves with exit code 2. */
async function complaint(folder: string): Promise<string> {
  const error: unknown = await readAuditedFolder(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DistillError);
  expect((error as DistillError).exitCode).toBe(2);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

const replaceIn = (folder: string, path: string, from: string | RegExp, to: string): void =>
  change(folder, path, (text) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return changed;
  });

describe('readAuditedFolder', () => {
  it('gives network, options, circuit and specification of the folder', async () => {
    const read = await readAuditedFolder(emitted.folder);

    expect(hashNetwork(read.network)).toBe(hashNetwork(network()));
    expect(read.compile).toMatchObject(compile);
    expect(read.hasOwnOptimizer).toBe(false);
    expect(serializeGraph(read.circuit)).toBe(serializeGraph(compileNetwork(network(), compile)));
    expect(read.specification.layers.map(({ name }) => name)).toEqual(read.circuit.layers.map(({ name }) => name));
    expect(read.manifest.vectors).toBe(12);
  });

  it('determines the Verilog with what it reads', async () => {
    const { circuit, manifest } = await readAuditedFolder(emitted.folder);
    const { netlist } = buildPipeline(circuit, manifest);
    expect(netlist.top).toBe(manifest.top);
  });

  it('knows that adders were made by an optimiser of its own, and needs none', async () => {
    const own = await emit(network(), { ...compile, adderOptimizer: optimizeAdders });
    const read = await readAuditedFolder(own.folder);
    own.remove();
    expect(read.hasOwnOptimizer).toBe(true);
    expect(read.compile).not.toHaveProperty('adderOptimizer');
  });

  it.each(['network', 'circuit', 'compile'])('names model/%s.json where it is no text of its kind', async (name) => {
    const path = `model/${name}.json`;
    const folder = emitted.copy();
    const whole = readFileSync(join(folder, path), 'utf8');

    change(folder, path, () => '');
    expect(await complaint(folder)).toBe(`${path} in "${folder}" is empty.`);
    change(folder, path, () => whole.slice(0, whole.length / 2));
    expect(await complaint(folder)).toMatch(
      new RegExp(`^${path} in ".*" is damaged: The .* (is|are) not (valid )?JSON: `),
    );
    change(folder, path, () => '{}');
    expect(await complaint(folder)).toMatch(new RegExp(`^${path} in ".*" is damaged: The `));
    rmSync(join(folder, path));
    mkdirSync(join(folder, path));
    expect(await complaint(folder)).toBe(`${path} in "${folder}" cannot be read: it is a folder.`);
  });

  it('names a missing network or circuit', async () => {
    const folder = emitted.copy();
    rmSync(join(folder, 'model/circuit.json'));
    expect(await complaint(folder)).toBe(`model/circuit.json in "${folder}" is missing.`);
    rmSync(join(folder, 'model'), { recursive: true });
    expect(await complaint(folder)).toBe(`model/network.json in "${folder}" is missing.`);
  });

  it('asks to compile again what an earlier version emitted', async () => {
    const folder = emitted.copy();
    rmSync(join(folder, 'model/compile.json'));
    change(folder, 'manifest.json', (text) => text.replace(/ *"model\/compile.json".*\n/, ''));
    await expect(checkManifest(folder)).resolves.toBeDefined();
    expect(await complaint(folder)).toBe(
      `Folder "${folder}" has no model/compile.json, which earlier versions did not write; compile the model again.`,
    );
  });

  it('refuses what is no folder, and a folder without a manifest', async () => {
    expect(await complaint(join(emitted.root, 'nowhere'))).toMatch(/^Folder ".*" does not exist\.$/);
    expect(await complaint(join(emitted.folder, 'Makefile'))).toMatch(/is a file; it must be a folder/);
    expect(await complaint(emitted.root)).toMatch(/is no emitted project: it has no manifest\.json\.$/);
  });

  it('names the manifest of another model', async () => {
    const folder = emitted.copy();
    replaceIn(folder, 'manifest.json', '"model": "tiny"', '"model": "other"');
    expect(await complaint(folder)).toBe(
      `manifest.json in "${folder}" is of the model "other", and model/network.json of "tiny".`,
    );
  });

  const refusal = (folder: string, what: string): string =>
    `model/circuit.json in "${folder}" is not of model/network.json with the options of model/compile.json: ${what}.`;

  it('names the first disagreement of network and circuit', async () => {
    const folder = emitted.copy();
    cpSync(join(wider.folder, 'model/circuit.json'), join(folder, 'model/circuit.json'));
    expect(await complaint(folder)).toBe(refusal(folder, `its layer "fc1" has 4 elements, and the network's 3`));
  });

  it.each([
    ['"name":"tiny"', '"name":"huge"', `it is named "huge", and the network "tiny"`],
    [/"in"/g, '"event"', `its inputs are event, and the network's in`],
    [/"relu1"/g, '"relu9"', `its layers are fc1, relu9, fc2, out, and the network's fc1, relu1, fc2, out`],
    ['"outputs":["out"]', '"outputs":["fc2"]', `its outputs are fc2, and the network's out`],
  ])('names a circuit where %s is %s', async (from, to, what) => {
    const folder = emitted.copy();
    replaceIn(folder, 'model/circuit.json', from, to);
    expect(await complaint(folder)).toBe(refusal(folder, what));
  });

  it('names the options that give other formats', async () => {
    const folder = emitted.copy();
    replaceIn(folder, 'model/compile.json', 'ap_fixed<7,3>', 'ap_fixed<8,3>');
    expect(await complaint(folder)).toBe(
      refusal(folder, `element 0 of its input "in" is ap_fixed<7,3>, and the network's is ap_fixed<8,3>`),
    );
  });

  it('names ports of a circuit that do not hold what the network computes', async () => {
    const folder = emitted.copy();
    const narrow = compileNetwork(network(), { ...compile, layerPrecision: { fc1: { result: 'ap_fixed<7,3>' } } });
    change(folder, 'model/circuit.json', () => serializeGraph(narrow));
    expect(await complaint(folder)).toMatch(
      /: element 0 of its layer "fc1" is ap_fixed<7,3>, and the network's is ap_/,
    );
  });

  it('names options that the network cannot be compiled with', async () => {
    const folder = emitted.copy();
    replaceIn(folder, 'model/compile.json', '"layerPrecision": {}', '"layerPrecision": {"fc9": {"result": "auto"}}');
    expect(await complaint(folder)).toMatch(
      /^model\/network\.json in ".*" does not compile with model\/compile\.json: Precision is given for "fc9"/,
    );
  });
});

describe('checkTopPorts', () => {
  it('takes the ports of the netlist in any order, and names the first that differs', async () => {
    const circuit = parseGraph(readFileSync(join(emitted.folder, 'model/circuit.json'), 'utf8'));
    const { netlist } = buildPipeline(circuit, target);
    const ports = topPorts(netlist);
    const check = (found: typeof ports) => () => checkTopPorts('DIR', netlist, found);
    const refused = (what: string): string => `src/tiny.v in "DIR" is not of model/circuit.json: ${what}.`;
    const edited = (name: string, edit: object): typeof ports =>
      ports.map((port) => (port.name === name ? { ...port, ...edit } : port));

    expect(ports.map(({ name }) => name)).toEqual(['clk', 'rst', 'valid_in', 'in', 'valid_out', 'out']);
    expect(check(ports)).not.toThrow();
    expect(check(ports.toReversed())).not.toThrow();
    expect(check(ports.slice(1))).toThrow(refused('it has no port "clk"'));
    expect(check(edited('in', { width: 27 }))).toThrow(
      refused(`its port "in" is an input of 27 bits, and the circuit's an input of 28 bits`),
    );
    expect(check(edited('valid_out', { direction: 'in' }))).toThrow(
      refused(`its port "valid_out" is an input of 1 bit, and the circuit's an output of 1 bit`),
    );
    expect(check([...ports, { name: 'scan', direction: 'in', width: 1 }])).toThrow(
      refused('it has a port "scan", which the circuit has not'),
    );
  });
});
