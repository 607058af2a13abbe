/**
 * Registers that make a read of a ROM or memory one at the clock, as Yosys' `memory_dff` finds them, and which of them
 * become part of it. Stateful: what is absorbed is remembered.
 */
import { TRUE } from './bit-network.ts';
import type { BitNetwork, Literal } from './bit-network.ts';
import type { Block } from './block.ts';
import type { LiveBits, LiveFlipFlop } from './live-bits.ts';

/** What finds and keeps the registers around reads. */
export interface ReadRegisters {
  /**
   * The registers behind a read: every bit that is used goes to one flip-flop only, all with the same enable and reset.
   * Undefined where something else stands behind it.
   */
  behind(block: Block): readonly LiveFlipFlop[] | undefined;
  /** The registers before a read, which give all address bits that are no constants; undefined where others do. */
  before(block: Block): readonly LiveFlipFlop[] | undefined;
  /** The address that will stand in such registers after the next edge, which a read at the clock takes. */
  nextAddress(block: Block): readonly Literal[];
  /** Make the registers behind a read part of it, or else those before it where nothing else reads them. */
  absorb(block: Block): void;
  /** All registers that have become part of reads. */
  absorbed(): ReadonlySet<LiveFlipFlop>;
}

/** Look for registers in a design. */
export function readRegisters(live: LiveBits, network: BitNetwork): ReadRegisters {
  const { resolve } = network;
  const readerOf = new Map<Literal, LiveFlipFlop>();
  for (const flipFlop of live.flipFlops) readerOf.set(resolve(flipFlop.data), flipFlop);
  const inside = new Set<LiveFlipFlop>();
  /** Reads that have taken the place of each register before them. */
  const takenBy = new Map<LiveFlipFlop, number>();
  const registers: ReadRegisters = {
    behind: ({ first, width }) => {
      const found: LiveFlipFlop[] = [];
      for (let k = 0; k < width; k += 1) {
        const uses = live.readers[first + k]!;
        if (uses === 0) continue;
        const flipFlop = uses === 1 ? readerOf.get(2 * (first + k)) : undefined;
        if (flipFlop === undefined || !isAlike(flipFlop, found[0] ?? flipFlop)) return undefined;
        found.push(flipFlop);
      }
      return found;
    },
    before: ({ a }) => {
      const found: LiveFlipFlop[] = [];
      for (const bit of a) {
        const resolved = resolve(bit);
        if (resolved <= TRUE) continue;
        const flipFlop = resolved & 1 ? undefined : live.flipFlopOf(resolved >> 1);
        if (flipFlop === undefined) return undefined;
        found.push(flipFlop);
      }
      return found.length === 0 ? undefined : found;
    },
    nextAddress: ({ a }) =>
      a.map((bit) => {
        const q = resolve(bit);
        const flipFlop = live.flipFlopOf(q >> 1);
        if (flipFlop === undefined) return q;
        return flipFlop.enable === undefined ? flipFlop.d : network.mux(flipFlop.enable, flipFlop.d, q);
      }),
    absorb: (block) => {
      const behind = registers.behind(block);
      for (const flipFlop of behind ?? []) inside.add(flipFlop);
      if (behind !== undefined) return;
      for (const flipFlop of registers.before(block) ?? []) {
        const taken = (takenBy.get(flipFlop) ?? 0) + 1;
        takenBy.set(flipFlop, taken);
        // One that can hold reads itself.
        if (flipFlop.enable === undefined && taken === live.readers[flipFlop.q]) inside.add(flipFlop);
      }
    },
    absorbed: () => inside,
  };
  return registers;
}

/** Whether two flip-flops share enable and reset. */
function isAlike(p: LiveFlipFlop, q: LiveFlipFlop): boolean {
  return (
    p.enable === q.enable &&
    (p.reset === undefined) === (q.reset === undefined) &&
    p.controls.length === q.controls.length &&
    p.controls.every((control, k) => control === q.controls[k])
  );
}
