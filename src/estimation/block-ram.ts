/**
 * Memories in block RAM: which go there and how many blocks of 18 Kb they take.
 *
 * A memory is read through registers that nothing else stands before. Two reads share a copy of it, one at each port.
 */

/** A memory takes block RAM when it holds at least this many bits and registers follow all its reads directly. */
export const BRAM_MINIMUM_BITS = 8192;

/** Words and bits of one block of 18 Kb with two ports; the first shape has one port only. */
const SHAPES = [
  { words: 512, bits: 36, ports: 1 },
  { words: 1024, bits: 18, ports: 2 },
  { words: 2048, bits: 9, ports: 2 },
  { words: 4096, bits: 4, ports: 2 },
  { words: 8192, bits: 2, ports: 2 },
  { words: 16384, bits: 1, ports: 2 },
] as const;

/**
 * Count the blocks of 18 Kb for a memory of `words` words (a power of two) with so many reads; 0 where it is too small.
 */
export function blockRamHalves(words: number, bits: number, reads: number): number {
  if (words * bits < BRAM_MINIMUM_BITS) return 0;
  const blocks = (ports: 1 | 2): number =>
    Math.min(
      ...SHAPES.filter((shape) => shape.ports >= ports).map((shape) => {
        return Math.ceil(words / shape.words) * Math.ceil(bits / shape.bits);
      }),
    );
  return Math.floor(reads / 2) * Math.min(blocks(2), 2 * blocks(1)) + (reads % 2) * blocks(1);
}
