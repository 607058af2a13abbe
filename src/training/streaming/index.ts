/**
 * Data sets on disk in shards, written and read for training, and files that appear whole or not at all: Node only.
 *
 * What needs no file system (`shardSource`, `windowReader` over files from anywhere) is exported by `training/index.ts`.
 */
export { openShards } from './open-shards.ts';
export type { OpenShards, OpenShardsOptions } from './open-shards.ts';
export type { Shard, ShardFile, ShardIndex, ShardRole, ShardTensor } from './shard-index.ts';
export type { ShardSourceOptions } from './shard-source.ts';
export { writeShards } from './write-shards.ts';
export type { SampleBatch, WriteShardsOptions } from './write-shards.ts';
export { writeWholeFile } from '../whole-file.ts';
