/**
 * ROMs in block RAM or in look-up tables.
 *
 * Registers that give the whole address become part of a ROM as those behind it do (`memory_dff`). In block RAM they
 * cost nothing then; of a ROM in tables Yosys makes one with registers behind it, as many as its words have bits.
 */
import { FALSE, TRUE } from './bit-network.ts';
import type { Literal } from './bit-network.ts';
import { blockRamHalves } from './block-ram.ts';
import type { Block } from './block.ts';
import type { Placement } from './place-memories.ts';
import { buildTable, tableBit, varyingBits } from './word-blocks.ts';

type RomRead = Extract<Block, { kind: 'rom' }>;

/** Place all live ROMs. */
export function placeRoms(placement: Placement): void {
  const { network, live, registers, counts, sink, workIn } = placement;
  const reads = new Map<number, RomRead[]>();
  for (const { block } of live.blocks) {
    if (block.kind !== 'rom') continue;
    const known = reads.get(block.memory);
    if (known === undefined) reads.set(block.memory, [block]);
    else known.push(block);
  }
  for (const blocks of reads.values()) {
    const behind = blocks.map((block) => registers.behind(block));
    const isBefore = blocks.map((block, k) => behind[k] === undefined && registers.before(block) !== undefined);
    const { words, owner } = blocks[0]!;
    const halves = romHalves(words, blocks.length);
    const isBlock = halves > 0 && blocks.every((_, k) => behind[k] !== undefined || isBefore[k]);
    if (isBlock) counts[owner]!.bram18 += halves;
    blocks.forEach((block, k) => {
      workIn(block.owner);
      if (isBlock) {
        (isBefore[k] ? registers.nextAddress(block) : block.a).forEach(sink);
        registers.absorb(block);
      } else if (isBefore[k]) registerTable(placement, block);
      else buildTable(network, block);
    });
  }
}

/** Blocks of 18 Kb for a ROM with so many reads; 0 where it is too small. Columns that never change take no room. */
export function romHalves(words: readonly bigint[], reads: number): number {
  const width = varyingBits(words).toString(2).replaceAll('0', '').length;
  return blockRamHalves(words.length, width, reads);
}

/** Look the next address up, and keep what is found in registers. */
function registerTable({ network, live, registers, counts, sink }: Placement, block: RomRead): void {
  const address = registers.nextAddress(block);
  registers.absorb(block);
  const kept = new Map<Literal, Literal>([
    [FALSE, FALSE],
    [TRUE, TRUE],
  ]);
  for (let k = 0; k < block.width; k += 1) {
    if (live.readers[block.first + k] === 0) continue;
    const found = tableBit(network, block.words, k, address);
    let q = kept.get(found);
    if (q === undefined) {
      kept.set(found, (q = network.source()));
      sink(found);
      counts[block.owner]!.ff += 1;
    }
    network.define(2 * (block.first + k), q);
  }
}
