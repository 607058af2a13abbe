/** Hashes name each part, and can be made again with nothing but the folder and a hash function. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Netlist } from '../../../src/netlist/index.ts';
import {
  auditHashes,
  type AuditHashes,
  buildPipeline,
  canonicalJson,
  readAuditedFolder,
} from '../../../src/systems/index.ts';
import { smallNetlist } from '../../verilog/small-design.ts';
import { change, emit, type Emitted } from './emitted.ts';

let emitted: Emitted;
let netlist: Netlist;
beforeAll(async () => {
  emitted = await emit();
  const { circuit, manifest } = await readAuditedFolder(emitted.folder);
  netlist = buildPipeline(circuit, manifest).netlist;
});
afterAll(() => emitted.remove());

const differing = (a: AuditHashes, b: AuditHashes): string[] =>
  Object.keys(a).filter((part) => a[part as keyof AuditHashes] !== b[part as keyof AuditHashes]);

describe('auditHashes', () => {
  it('are those of the formula', async () => {
    const hashes = await auditHashes(emitted.folder, netlist);

    const bytes = (path: string): Buffer => readFileSync(join(emitted.folder, path));
    const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
    const together = (part: string, end: string): string =>
      sha256(
        readdirSync(join(emitted.folder, part))
          .filter((name) => name.endsWith(end))
          .toSorted()
          .map((name) => `${part}/${name}\n${bytes(`${part}/${name}`).length}\n${bytes(`${part}/${name}`).toString()}`)
          .join(''),
      );
    expect(hashes.network).toBe(sha256(bytes('model/network.json')));
    expect(hashes.compile).toBe(sha256(bytes('model/compile.json')));
    expect(hashes.circuit).toBe(sha256(bytes('model/circuit.json')));
    expect(hashes.manifest).toBe(sha256(bytes('manifest.json')));
    expect(hashes.verilog).toBe(together('src', '.v'));
    expect(hashes.memories).toBe(together('src/memfiles', '.mem'));
    expect(hashes.vectors).toBe(together('tb/vectors', '.mem'));
    expect(hashes.netlist).toBe(sha256(canonicalJson(netlist)));
    expect(new Set(Object.values(hashes)).size).toBe(8);
  });

  it('change for the part that changes alone', async () => {
    const before = await auditHashes(emitted.folder, netlist);
    const folder = emitted.copy();
    expect(differing(before, await auditHashes(folder, netlist))).toEqual([]);

    expect(differing(before, await auditHashes(folder, smallNetlist()))).toEqual(['netlist']);
    change(folder, 'src/tiny.v', (text) => `${text} `);
    expect(differing(before, await auditHashes(folder, netlist))).toEqual(['verilog']);
    writeFileSync(join(folder, 'src/memfiles/more.mem'), '');
    writeFileSync(join(folder, 'tb/vectors/more.mem'), '');
    expect(differing(before, await auditHashes(folder, netlist))).toEqual(['verilog', 'memories', 'vectors']);
  });
});

describe('canonicalJson', () => {
  test.prop([fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.bigInt(), fc.dictionary(fc.string(), fc.nat())))])(
    'does not depend on the order of keys',
    (data) => {
      const reversed = Object.fromEntries(Object.entries(data).toReversed());
      expect(canonicalJson(reversed)).toBe(canonicalJson(data));
    },
  );

  it('writes big integers in decimal', () => {
    expect(canonicalJson({ b: 2n ** 70n, a: [1, { d: undefined, c: -3n }] })).toBe(
      '{"a":[1,{"c":"-3"}],"b":"1180591620717411303424"}',
    );
  });
});
