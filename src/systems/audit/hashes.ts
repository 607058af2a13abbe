/**
 * What names each part of an audited design: SHA-256 of files as they stand, and of the netlist as canonical text.
 *
 * A second person gets the same from the folder alone. Several files are hashed as one: in the order of their paths,
 * each as its path, a line end, its length in bytes in decimal, a line end, and its bytes.
 */
import { createHash } from 'node:crypto';
import type { Netlist } from '../../netlist/index.ts';
import { isStreamFolder } from '../emitted-project.ts';
import { canonicalJson } from './canonical-json.ts';
import { listFiles, readBytes } from './folder-files.ts';

/** SHA-256 in hexadecimal by part: of a pipeline its circuit, of a stream design its streams and schedules. */
export type AuditHashes = Readonly<
  Record<'network' | 'compile' | 'netlist' | 'verilog' | 'memories' | 'vectors' | 'manifest', string> &
    Partial<Record<'circuit' | 'streams' | 'schedules', string>>
>;

/**
 * Hash the parts of an emitted folder, and the netlist that its circuit makes.
 *
 * @throws FileError if a file is missing or cannot be read
 */
export async function auditHashes(folder: string, netlist: Netlist): Promise<AuditHashes> {
  const one = async (path: string): Promise<string> => sha256([await readBytes(folder, path)]);
  const sources = await listFiles(folder, 'src');
  return {
    network: await one('model/network.json'),
    compile: await one('model/compile.json'),
    ...((await isStreamFolder(folder))
      ? { streams: await one('model/streams.json'), schedules: await one('model/schedules.json') }
      : { circuit: await one('model/circuit.json') }),
    netlist: sha256([canonicalJson(netlist)]),
    verilog: await hashTogether(
      folder,
      sources.filter((path) => path.endsWith('.v')),
    ),
    memories: await hashTogether(
      folder,
      sources.filter((path) => path.endsWith('.mem')),
    ),
    vectors: await hashTogether(folder, await listFiles(folder, 'tb/vectors')),
    manifest: await one('manifest.json'),
  };
}

async function hashTogether(folder: string, paths: readonly string[]): Promise<string> {
  const parts: (string | Uint8Array)[] = [];
  for (const path of paths) {
    const bytes = await readBytes(folder, path);
    parts.push(`${path}\n${bytes.length}\n`, bytes);
  }
  return sha256(parts);
}

function sha256(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
