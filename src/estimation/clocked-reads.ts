/**
 * Which reads of ROMs and memories go into block RAM, where data come at the clock: with the registers behind them, or
 * those before them, inside. The same rules as in `place-roms.ts` and `place-memories.ts`, without counting.
 */
import type { BitNetwork } from './bit-network.ts';
import { blockRamHalves } from './block-ram.ts';
import type { Block } from './block.ts';
import type { LiveBits, LiveFlipFlop } from './live-bits.ts';
import { chooseMemory } from './memory-shapes.ts';
import { readRegisters } from './read-registers.ts';
import type { ReadRegisters } from './read-registers.ts';

/** A read in block RAM. */
export interface ClockedRead {
  readonly block: Block;
  /** Registers behind it, which are inside; undefined where those before it are. */
  readonly behind: readonly LiveFlipFlop[] | undefined;
  /** Whether a word that is being written shows at once, past the block. */
  readonly isBypassed: boolean;
}

/** Find the reads in block RAM. */
export function clockedReads(network: BitNetwork, live: LiveBits): readonly ClockedRead[] {
  const registers = readRegisters(live, network);
  const reads = new Map<string, Block[]>();
  for (const { block } of live.blocks) {
    if (block.kind !== 'rom' && block.kind !== 'memory') continue;
    const key = `${block.kind} ${block.memory}`;
    reads.set(key, [...(reads.get(key) ?? []), block]);
  }
  return [...reads.values()].flatMap((blocks) => {
    const all = blocks.map((block) => readOf(registers, block));
    const clocked = all.flatMap((read) => read ?? []);
    return clocked.length === all.length && isInBlocks(network, live, clocked) ? clocked : [];
  });
}

function readOf(registers: ReadRegisters, block: Block): ClockedRead | undefined {
  const behind = registers.behind(block);
  if (behind === undefined && registers.before(block) === undefined) return undefined;
  return { block, behind, isBypassed: block.kind === 'memory' && behind === undefined };
}

function isInBlocks(network: BitNetwork, live: LiveBits, reads: readonly ClockedRead[]): boolean {
  const { block } = reads[0]!;
  if (block.kind === 'rom') return blockRamHalves(block.words.length, block.width, reads.length) > 0;
  if (block.kind !== 'memory') return false;
  const { words, width, address } = live.memories[block.memory]!;
  // With registers before it a read has an address of its own, one cycle ahead.
  const readsWritten = reads.some(
    (read) =>
      read.behind !== undefined &&
      read.block.a.every((bit, k) => network.resolve(bit) === network.resolve(address[k]!)),
  );
  const plan = chooseMemory({
    words,
    width,
    reads: reads.length - Number(readsWritten),
    readsWritten,
    isClocked: true,
    transparentReads: reads.filter(({ isBypassed }) => isBypassed).length,
  });
  return plan.kind === 'blocks';
}
