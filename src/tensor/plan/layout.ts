/**
 * Where everything lies in the memory of a plan, fixed before the first step.
 *
 * Shared by all workers: control words, inputs, constants, results, the rows of nodes that outlive their phase, and the
 * partial sums of every shard. Each worker has an area of its own: whole nodes, the tiles of nodes that live within a
 * phase (buffers are used again when their last reader is through), and the blocks in which partial sums are merged.
 */
import { LEAF } from '../backends/js/reduce.ts';
import { sizeOfShape } from '../shape.ts';
import { innerShape, isRowWise, type PlanNode } from './graph.ts';
import { isBatchSum, type LegalGraph } from './legalise.ts';
import type { Place, Places } from './places.ts';
import type { Kernel, Schedule } from './schedule.ts';

/** Bytes of control words at the start of the memory. */
export const CONTROL_BYTES = 1024;
/** Vectors may read beyond the last element, never into the next page. */
const SLACK = 64;
/** Bytes that the buffers of a tile may fill, so that they stay in the second-level cache. */
const TILE_BYTES = 256 * 1024;

/** How the rows of a batch are cut. */
export interface Shards {
  /** Leaves of 64 rows per shard, a power of two. */
  readonly leaves: number;
  readonly count: number;
}

export interface Layout extends Places {
  /** Bytes of everything that is shared. */
  readonly sharedBytes: number;
  /** Bytes of the area of one worker. */
  readonly workerBytes: number;
  /** Rows of a tile, by phase. */
  readonly tileRows: readonly number[];
  /** Bytes of a block of partial sums, by phase; 0 where there are none. */
  readonly blockBytes: readonly number[];
  /** Address of the block of shard 0, by phase; the others follow. */
  readonly blocks: readonly number[];
  /** Where merging blocks start in a worker's area. */
  readonly mergeOffset: number;
  readonly shards: Shards;
}

/** Cut a batch for so many workers. The cut does not change any bits. */
export function cutShards(batch: number, workers: number): Shards {
  const leaves = Math.max(1, Math.ceil(batch / LEAF));
  const wanted = workers === 1 ? 1 : Math.min(32, 4 * workers);
  let size = 1;
  while (Math.ceil(leaves / size) > wanted) size *= 2;
  return { leaves: size, count: Math.ceil(leaves / size) };
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * Lay a plan out.
 *
 * @param bound the input whose buffer a result takes, where it is the next state of one
 */
export function layOut(
  graph: LegalGraph,
  schedule: Schedule,
  bound: ReadonlyMap<PlanNode, PlanNode>,
  workers: number,
): Layout {
  const { batch, nodes, viewOf } = graph;
  const { phases, stored } = schedule;
  const shards = cutShards(batch, workers);
  const places = new Map<PlanNode, Place>();
  let shared = CONTROL_BYTES;
  const takeShared = (bytes: number): number => {
    const address = shared;
    shared = align(shared + bytes + SLACK);
    return address;
  };
  const wholeBytes = (node: PlanNode): number => 4 * sizeOfShape(node.shape);
  const rowBytes = (node: PlanNode): number => 4 * sizeOfShape(innerShape(node));
  const atShared = (node: PlanNode): void => {
    places.set(node, { space: 'shared', address: takeShared(wholeBytes(node)), tileLocal: false });
  };

  for (const node of nodes) if (node.operation === 'input' || node.operation === 'constant') atShared(node);
  for (const result of graph.results) {
    const state = bound.get(result);
    if (state === undefined) atShared(result);
    else places.set(result, places.get(state)!);
  }

  // Who reads what, phase by phase.
  const outlives = new Set<PlanNode>();
  const madeIn = new Map<PlanNode, number>();
  phases.forEach(({ rows }, p) => {
    for (const kernel of rows) for (const node of madeBy(kernel)) if (!madeIn.has(node)) madeIn.set(node, p);
  });
  phases.forEach(({ rows, before }, p) => {
    for (const kernel of [...before, ...rows]) {
      for (const { base, everyRow } of readBy(kernel, viewOf))
        if (everyRow || madeIn.get(base) !== p) outlives.add(base);
    }
  });
  for (const node of stored) if (isRowWise(node) && outlives.has(node) && !places.has(node)) atShared(node);

  const workerBase = { used: 0 };
  const takeWorker = (bytes: number): number => {
    const offset = workerBase.used;
    workerBase.used = align(offset + bytes + SLACK);
    return offset;
  };
  for (const node of stored) {
    if (!isRowWise(node) && !places.has(node))
      places.set(node, { space: 'worker', address: takeWorker(wholeBytes(node)), tileLocal: false });
  }

  // The tallest tiles whose buffers stay in the cache.
  const tileStart = workerBase.used;
  let tileEnd = tileStart;
  const isTileLocal = (node: PlanNode): boolean => stored.has(node) && !places.has(node);
  const tileRows = phases.map(({ rows }) => {
    const lives = livesOf(rows, viewOf, isTileLocal);
    let height = LEAF;
    const fit = (): ReturnType<typeof packLives> => packLives(lives, (node) => align(rowBytes(node) * height + SLACK));
    let packed = fit();
    while (height > 1 && packed.peak > TILE_BYTES) {
      height /= 2;
      packed = fit();
    }
    for (const [node, offset] of packed.offsets)
      places.set(node, { space: 'worker', address: tileStart + offset, tileLocal: true });
    tileEnd = Math.max(tileEnd, tileStart + packed.peak);
    return height;
  });
  workerBase.used = align(tileEnd + SLACK);

  const partials = new Map<PlanNode, { phase: number; offset: number }>();
  const blockBytes = phases.map(({ sums }, phase) => {
    let bytes = 0;
    for (const node of sums) {
      partials.set(node, { phase, offset: bytes });
      bytes = align(bytes + wholeBytes(node));
    }
    return bytes;
  });
  const blocks = blockBytes.map((bytes) => takeShared(bytes * shards.count));
  const levels = Math.log2(shards.leaves) + 2;
  const mergeOffset = takeWorker(levels * Math.max(0, ...blockBytes));
  return {
    placeOf: (node) => {
      const place = places.get(node);
      if (place === undefined) throw new Error(`Node ${node.id} (${node.operation}) of a plan has no place.`);
      return place;
    },
    partialOf: (node) => partials.get(node)!.offset,
    shardsOf: (node) => {
      const { phase, offset } = partials.get(node)!;
      return Array.from({ length: shards.count }, (_, s) => blocks[phase]! + s * blockBytes[phase]! + offset);
    },
    sharedBytes: shared,
    workerBytes: align(workerBase.used),
    tileRows,
    blockBytes,
    blocks,
    mergeOffset,
    shards,
  };
}

function madeBy(kernel: Kernel): readonly PlanNode[] {
  if (kernel.kind === 'node') return [kernel.node];
  return kernel.product === null ? kernel.members : [kernel.product, ...kernel.members];
}

/** The stored nodes that a kernel reads, and whether it may read rows other than those of its tile. */
function readBy(
  kernel: Kernel,
  viewOf: (node: PlanNode) => { readonly base: PlanNode },
): readonly { readonly base: PlanNode; readonly everyRow: boolean }[] {
  const made = madeBy(kernel);
  const readers = kernel.kind === 'node' ? [kernel.node] : [...made, ...kernel.sums];
  return readers.flatMap((node) =>
    node.inputs.flatMap((input, index) => {
      const { base } = viewOf(input);
      if (isBatchSum(base) || (kernel.kind === 'loop' && made.includes(base) && base === input)) return [];
      const table = node.operation === 'indexSelect' ? 0 : node.operation === 'indexAdd' ? 2 : -1;
      return [{ base, everyRow: index === table || node.operation === 'invertIndex' }];
    }),
  );
}

/** The kernels from which to which a buffer is in use. */
interface Life {
  readonly from: number;
  to: number;
}

/** When the tile-local buffers of a phase are in use. */
function livesOf(
  kernels: readonly Kernel[],
  viewOf: (node: PlanNode) => { readonly base: PlanNode },
  isTileLocal: (node: PlanNode) => boolean,
): ReadonlyMap<PlanNode, Life> {
  const lives = new Map<PlanNode, Life>();
  kernels.forEach((kernel, k) => {
    for (const node of madeBy(kernel))
      if (isRowWise(node) && isTileLocal(node) && !lives.has(node)) lives.set(node, { from: k, to: k });
    for (const { base } of readBy(kernel, viewOf)) {
      const life = lives.get(base);
      if (life !== undefined) life.to = k;
    }
  });
  return lives;
}

/** Give buffers offsets, sharing room where lives do not meet. */
function packLives(
  lives: ReadonlyMap<PlanNode, Life>,
  bytesOf: (node: PlanNode) => number,
): { readonly offsets: ReadonlyMap<PlanNode, number>; readonly peak: number } {
  const offsets = new Map<PlanNode, number>();
  let peak = 0;
  for (const [node, life] of lives) {
    const bytes = bytesOf(node);
    const busy = [...offsets]
      .filter(([other]) => lives.get(other)!.from <= life.to && lives.get(other)!.to >= life.from)
      .map(([other, offset]) => ({ from: offset, to: offset + bytesOf(other) }))
      .toSorted((x, y) => x.from - y.from);
    let offset = 0;
    for (const range of busy) if (range.from < offset + bytes && range.to > offset) offset = range.to;
    offsets.set(node, offset);
    peak = Math.max(peak, offset + bytes);
  }
  return { offsets, peak };
}
