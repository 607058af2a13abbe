/**
 * The files of a set in a folder, over Node's file system.
 *
 * The function is self-contained, imports nothing and closes over nothing, because its text also runs in a worker; it is
 * given the modules that it needs.
 */
import type * as crypto from 'node:crypto';
import type * as fs from 'node:fs/promises';
import type * as path from 'node:path';
import type { ShardFiles } from './window-reader.ts';

/** Parts of `node:fs/promises`, `node:path` and `node:crypto`. */
export interface NodeModules {
  readonly fs: Pick<typeof fs, 'open' | 'stat'>;
  readonly path: Pick<typeof path, 'join'>;
  readonly crypto: Pick<typeof crypto, 'createHash'>;
}

/** Give access to the files of a folder. */
export function nodeFiles({ fs, path, crypto }: NodeModules, folder: string): ShardFiles {
  return {
    async stat(name) {
      const { size, mtimeMs } = await fs.stat(path.join(folder, name));
      return { size, modified: mtimeMs };
    },
    async read(name, from, into) {
      const file = await fs.open(path.join(folder, name), 'r');
      try {
        let done = 0;
        while (done < into.length) {
          const { bytesRead } = await file.read(into, done, into.length - done, from + done);
          if (bytesRead === 0) throw new Error(`it ends at byte ${from + done}`);
          done += bytesRead;
        }
      } finally {
        await file.close();
      }
    },
    async hash(name) {
      const file = await fs.open(path.join(folder, name), 'r');
      try {
        const hash = crypto.createHash('sha256');
        const chunk = new Uint8Array(1 << 20);
        for (;;) {
          const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
          if (bytesRead === 0) return hash.digest('hex');
          hash.update(chunk.subarray(0, bytesRead));
        }
      } finally {
        await file.close();
      }
    },
  };
}
