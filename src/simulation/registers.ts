/**
 * All registers of a flattened netlist at a rising edge: first every next value is taken, then every register loads.
 *
 * Three tight loops over numbers, because registers are most of a pipeline: those of one word that always load, those of
 * one word with an enable or a reset (counters and handshakes), and the wide ones.
 */
import type { FlatCell } from './elaborate.ts';
import { storePattern, wordsOf } from './program.ts';

export interface Registers {
  /** Take the next values from the settled memory. */
  sample(isResetting: boolean): void;
  /** Load them. */
  load(): void;
}

/** Where one register reads and writes. */
interface Plan {
  readonly q: number;
  readonly d: number;
  readonly words: number;
  /** Place of the enable; −1 without one. */
  readonly enable: number;
  /** Words of the reset pattern; undefined without a reset. */
  readonly reset: Int32Array | undefined;
}

/** Find the registers among cells whose values stand at `offsets` in `memory`. */
export function registers(cells: readonly FlatCell[], offsets: Int32Array, memory: Int32Array): Registers {
  const plans = cells.flatMap(({ cell, width, operands }, slot): Plan[] => {
    if (cell.kind !== 'register') return [];
    const reset = cell.reset === undefined ? undefined : new Int32Array(wordsOf(width));
    if (reset !== undefined) storePattern(reset, 0, width, cell.reset!);
    const enable = cell.enable === undefined ? -1 : offsets[operands[1]!]!;
    return [{ q: offsets[slot]!, d: offsets[operands[0]!]!, words: wordsOf(width), enable, reset }];
  });
  const isPlain = ({ words, enable, reset }: Plan): boolean => words === 1 && enable < 0 && reset === undefined;
  const plain = plans.filter(isPlain);
  const held = plans.filter((plan) => plan.words === 1 && !isPlain(plan));
  const wide = plans.filter((plan) => plan.words > 1);

  const plainFrom = Int32Array.from(plain, ({ d }) => d);
  const plainTo = Int32Array.from(plain, ({ q }) => q);
  const plainNext = new Int32Array(plain.length);
  const heldFrom = Int32Array.from(held, ({ d }) => d);
  const heldTo = Int32Array.from(held, ({ q }) => q);
  const heldEnable = Int32Array.from(held, ({ enable }) => enable);
  const heldHasReset = Uint8Array.from(held, ({ reset }) => (reset === undefined ? 0 : 1));
  const heldReset = Int32Array.from(held, ({ reset }) => reset?.[0] ?? 0);
  const heldNext = new Int32Array(held.length);
  const wideNext = wide.map(({ words }) => new Int32Array(words));
  const loads = new Uint8Array(wide.length);

  return {
    sample: (isResetting) => {
      for (let k = 0; k < plainFrom.length; k += 1) plainNext[k] = memory[plainFrom[k]!]!;
      for (let k = 0; k < heldFrom.length; k += 1) {
        if (isResetting && heldHasReset[k] === 1) heldNext[k] = heldReset[k]!;
        else {
          const enable = heldEnable[k]!;
          heldNext[k] = memory[enable >= 0 && memory[enable] === 0 ? heldTo[k]! : heldFrom[k]!]!;
        }
      }
      for (let k = 0; k < wide.length; k += 1) {
        const { d, words, enable, reset } = wide[k]!;
        const next = wideNext[k]!;
        const resets = isResetting && reset !== undefined;
        loads[k] = resets || enable < 0 || memory[enable] !== 0 ? 1 : 0;
        if (resets) next.set(reset);
        else if (loads[k] === 1) for (let w = 0; w < words; w += 1) next[w] = memory[d + w]!;
      }
    },
    load: () => {
      for (let k = 0; k < plainTo.length; k += 1) memory[plainTo[k]!] = plainNext[k]!;
      for (let k = 0; k < heldTo.length; k += 1) memory[heldTo[k]!] = heldNext[k]!;
      for (let k = 0; k < wide.length; k += 1) {
        if (loads[k] === 0) continue;
        const { q, words } = wide[k]!;
        const next = wideNext[k]!;
        for (let w = 0; w < words; w += 1) memory[q + w] = next[w]!;
      }
    },
  };
}
