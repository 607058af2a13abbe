/** A small network as an emitted folder, and copies of it to damage. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompileOptions } from '../../../src/compile/index.ts';
import { buildNetwork, type Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { buildHardware, compileFor, type HardwareTarget, randomStimuli } from '../../../src/systems/index.ts';

export const target = { part: 'xcvu13p-flga2577-2-e', clockMHz: 200 };
export const compile: CompileOptions = { precision: 'ap_fixed<7,3>', adderDepth: Infinity };

export function network(name = 'tiny', units = 3): Network {
  return buildNetwork(
    name,
    [{ name: 'in', shape: [4] }],
    [
      { kind: 'dense', name: 'fc1', attributes: { units } },
      { kind: 'relu', name: 'relu1' },
      { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
      { kind: 'sigmoid', name: 'out' },
    ],
    stream('audited', name),
  );
}

export interface Emitted {
  readonly root: string;
  /** The folder as it was emitted; not to be changed. */
  readonly folder: string;
  /** A copy of it that may be changed. */
  copy(): string;
  remove(): void;
}

export async function emit(
  model: Network = network(),
  options: CompileOptions = compile,
  at: HardwareTarget = target,
): Promise<Emitted> {
  const root = mkdtempSync(join(tmpdir(), 'distill-rtl-audit-'));
  const folder = join(root, 'emitted');
  const stimuli = randomStimuli(compileFor(model, at, options).graph.inputs, 12, stream('audited'));
  await buildHardware(model, stimuli, folder, { target: at, compile: options, simulators: [] });
  let copies = 0;
  const copy = (): string => {
    const path = join(root, `copy${copies++}`);
    cpSync(folder, path, { recursive: true });
    return path;
  };
  return { root, folder, copy, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Change a text file of a folder; `sign` writes its new hash into the manifest. */
export function change(folder: string, path: string, edit: (text: string) => string, sign = false): void {
  const text = edit(readFileSync(join(folder, path), 'utf8'));
  writeFileSync(join(folder, path), text);
  if (!sign) return;
  change(folder, 'manifest.json', (manifest) => {
    const data = JSON.parse(manifest) as { sha256: Record<string, string> };
    data.sha256[path] = createHash('sha256').update(text).digest('hex');
    return JSON.stringify(data);
  });
}
