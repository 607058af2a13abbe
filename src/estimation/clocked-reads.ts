/**
 * Which reads of ROMs and memories go into block RAM, where data come at the clock: with the registers behind them, or
 * those before them, inside.
 */
import type { BitNetwork } from './bit-network.ts';
import type { LiveBits, LiveFlipFlop } from './live-bits.ts';
import type { Block } from './block.ts';
import { planMemory } from './place-memories.ts';
import type { PlacedRead } from './place-memories.ts';
import { romHalves } from './place-roms.ts';
import { readRegisters } from './read-registers.ts';

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
  const reads = new Map<string, PlacedRead[]>();
  for (const { block } of live.blocks) {
    if (block.kind !== 'rom' && block.kind !== 'memory') continue;
    const key = `${block.kind} ${block.memory}`;
    const behind = registers.behind(block);
    const before = behind === undefined ? registers.before(block) : undefined;
    reads.set(key, [...(reads.get(key) ?? []), { block, behind, before }]);
  }
  return [...reads.values()].flatMap((all) =>
    isInBlocks(network, live, all)
      ? all.map(({ block, behind }) => {
          return { block, behind, isBypassed: block.kind === 'memory' && behind === undefined };
        })
      : [],
  );
}

function isInBlocks(network: BitNetwork, live: LiveBits, reads: readonly PlacedRead[]): boolean {
  const { block } = reads[0]!;
  if (block.kind === 'memory') return planMemory(network, live.memories[block.memory]!, reads).plan.kind === 'blocks';
  const isClocked = reads.every(({ behind, before }) => behind !== undefined || before !== undefined);
  return isClocked && block.kind === 'rom' && romHalves(block.words, reads.length) > 0;
}
