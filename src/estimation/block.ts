/**
 * Word-level operations that stay whole in a flattened netlist: sums, products, comparisons and reads of ROMs and
 * memories.
 *
 * Equal ones exist once: the same kind, width and operands, of memories the same memory.
 */
import type { BitNetwork, Literal } from './bit-network.ts';

interface BlockShape {
  /** Node of the first result bit; the others follow it. */
  readonly first: number;
  readonly width: number;
  /** Number of the cell that made it, the same whenever the netlist is taken apart. */
  readonly cell: number;
  /** Index of the module that it stands in, in the netlist's order. */
  readonly owner: number;
  /** Operands, least significant bit first. */
  readonly a: readonly Literal[];
  readonly b: readonly Literal[];
}

/** A word-level operation; its result bits are sources of the network. */
export type Block = BlockShape &
  (
    | { readonly kind: 'add' | 'subtract' }
    | { readonly kind: 'multiply'; readonly signed: boolean }
    | { readonly kind: 'less'; readonly signed: boolean }
    /** `a` is the address, `b` is empty; reads of one ROM bear its number. */
    | { readonly kind: 'rom'; readonly words: readonly bigint[]; readonly memory: number }
    /** `a` is the address, `b` is empty; `memory` is the number of what is read among the memories. */
    | { readonly kind: 'memory'; readonly memory: number }
  );

/** A block that has no result bits yet. */
export type NewBlock<B = Block> = B extends Block ? Omit<B, 'first'> : never;

/** A number that equal blocks share. */
function blockHash({ kind, width, a, b }: Pick<Block, 'kind' | 'width' | 'a' | 'b'>): number {
  let hash = Math.imul(kind.charCodeAt(0) + 31 * width, 0x9e3779b1);
  for (const bit of a) hash = Math.imul(hash ^ bit, 0x85ebca6b) ^ (hash >>> 13);
  for (const bit of b) hash = Math.imul(hash ^ bit, 0xc2b2ae35) ^ (hash >>> 16);
  return hash;
}

function isSameBlock(p: NewBlock, q: NewBlock): boolean {
  const isAlike = p.kind === q.kind && p.width === q.width && detailOf(p) === detailOf(q);
  return isAlike && isSameBits(p.a, q.a) && isSameBits(p.b, q.b);
}

/** What distinguishes blocks of one kind and equal operands. */
function detailOf(block: NewBlock): number | boolean | undefined {
  if (block.kind === 'rom' || block.kind === 'memory') return block.memory;
  return block.kind === 'multiply' || block.kind === 'less' ? block.signed : undefined;
}

function isSameBits(p: readonly Literal[], q: readonly Literal[]): boolean {
  return p.length === q.length && p.every((bit, k) => bit === q[k]);
}

/** The blocks of a netlist under construction. */
export interface BlockTable {
  readonly blocks: readonly Block[];
  /** The result bits of a block, which are sources of the network; those of an equal one that is there already. */
  addBlock(block: NewBlock): readonly Literal[];
}

/** Open an empty table. */
export function blockTable(network: BitNetwork): BlockTable {
  const blocks: Block[] = [];
  const shared = new Map<number, Block[]>();
  return {
    blocks,
    addBlock: (block) => {
      if (block.width === 0) return [];
      const hash = blockHash(block);
      const alike = shared.get(hash);
      let known = alike?.find((other) => isSameBlock(other, block));
      if (known === undefined) {
        known = { ...block, first: network.size() } as Block;
        for (let k = 0; k < block.width; k += 1) network.source();
        blocks.push(known);
        if (alike === undefined) shared.set(hash, [known]);
        else alike.push(known);
      }
      const bits: Literal[] = [];
      for (let k = 0; k < block.width; k += 1) bits.push(2 * (known.first + k));
      return bits;
    },
  };
}
