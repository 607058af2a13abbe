/** Opens a data set in shards for training (Node only). */
import * as crypto from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { FileError } from '../../errors.ts';
import type { BatchSource } from '../batch-source.ts';
import { nodeFiles } from './node-files.ts';
import { readerWorker } from './reader-worker.ts';
import { indexName, parseShardIndex } from './shard-index.ts';
import type { ShardIndex } from './shard-index.ts';
import { readerLayout, shardSource } from './shard-source.ts';
import type { ShardSourceOptions } from './shard-source.ts';
import { windowReader } from './window-reader.ts';

export interface OpenShardsOptions extends ShardSourceOptions {
  /** Read in a thread of its own, while training goes on. @defaultValue true */
  readonly worker?: boolean;
}

/** A set that is open for training. */
export interface OpenShards extends BatchSource {
  readonly index: ShardIndex;
  /** End the reading thread; an idle one does not hold the process. */
  close(): Promise<void>;
}

/**
 * Open a set that `writeShards` wrote, as a source of batches.
 *
 * All files must be there with the sizes of the index; contents are compared with their hashes when they are first read.
 *
 * @throws FileError when the index or a shard is missing, FormatError when a file is not as the index says
 * @throws ValueError for an option that is out of range
 */
export const openShards = async (folder: string, options: OpenShardsOptions = {}): Promise<OpenShards> => {
  const indexPath = path.join(folder, indexName);
  let text: string;
  try {
    text = await fs.readFile(indexPath, 'utf8');
  } catch (error) {
    throw new FileError(`The index "${indexPath}" of a set of shards cannot be read: ${(error as Error).message}.`);
  }
  const index = parseShardIndex(text, `Index "${indexPath}"`);
  const layout = readerLayout(index, folder);
  const worker = options.worker === false ? null : readerWorker(layout);
  const read = worker?.run ?? windowReader(nodeFiles({ fs, path, crypto }, folder), layout);
  const source = shardSource(index, folder, read, options);
  try {
    await source.check();
  } catch (error) {
    await worker?.close();
    throw error;
  }
  return { ...source, index, close: async () => worker?.close() };
};
