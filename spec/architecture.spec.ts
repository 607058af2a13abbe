/** The dependency directions of the design, checked against every import in src/. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = resolve('src');

/** What each folder may import directly; what those may import is allowed too. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  random: [],
  wasm: [],
  fixed: [],
  tensor: ['random', 'wasm'],
  autograd: ['tensor'],
  network: ['autograd'],
  training: ['network'],
  // Quantizers are ap_fixed formats by definition, and `fixed` is a leaf: one parser and one rounding for both wings.
  compression: ['training', 'fixed'],
  circuit: ['fixed'],
  netlist: ['circuit'],
  compile: ['network', 'netlist'],
  emulation: ['circuit', 'wasm'],
  simulation: ['netlist', 'wasm'],
  verilog: ['netlist'],
  estimation: ['netlist'],
  verification: ['emulation', 'simulation', 'verilog', 'estimation', 'compile'],
  physics: ['random', 'tensor'],
  formats: ['network', 'fixed'],
  report: [],
  systems: ['compression', 'compile', 'verification', 'physics', 'formats', 'report'],
  cli: ['systems'],
};

function closure(folder: string, seen: Set<string> = new Set([folder])): Set<string> {
  for (const next of mayImport[folder] ?? []) {
    if (!seen.has(next)) closure(next, seen.add(next));
  }
  return seen;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** Folder directly below src/, or '' for a file at its root. */
const folderOf = (path: string): string => {
  const parts = relative(source, path).split('/');
  return parts.length > 1 ? parts[0]! : '';
};

const edges = filesBelow(source).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => ({
    file: relative(source, file),
    from: folderOf(file),
    to: folderOf(resolve(dirname(file), match[1]!)),
    target: relative(source, resolve(dirname(file), match[1]!)),
  })),
);

describe('dependency directions', () => {
  it('knows every folder of src/', () => {
    const folders = readdirSync(source).filter((name) => statSync(join(source, name)).isDirectory());
    expect(folders.filter((folder) => !(folder in mayImport))).toEqual([]);
  });

  it('point one way, as the design says', () => {
    const wrong = edges.filter((edge) => edge.from !== '' && edge.to !== '' && !closure(edge.from).has(edge.to));
    expect(wrong).toEqual([]);
  });

  it('enter another folder by its index', () => {
    const byBackDoor = edges.filter(
      (edge) => edge.to !== '' && edge.from !== edge.to && !/(^|\/)index\.ts$/.test(edge.target),
    );
    expect(byBackDoor).toEqual([]);
  });
});
