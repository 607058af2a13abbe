/**
 * Delay lines as shift registers: three or more plain flip-flops in a row that nothing else reads become look-up tables.
 *
 * As Yosys' `xilinx_srl -fixed -minlen 3` does it: no reset, no set, the same enable, no inversion between them. A table
 * holds 32 bits; a line that is one longer than full tables ends in a flip-flop.
 */
import type { LiveFlipFlop } from './live-bits.ts';

/** Shortest line that becomes a shift register. */
const SHORTEST_LINE = 3;

/** Bits in one table (SRLC32E; up to 16 it is an SRL16E). */
const LINE_BITS = 32;

/** A delay line. */
export interface ShiftRegister {
  readonly owner: number;
  readonly tables: number;
  /** Flip-flops that are left of it. */
  readonly flipFlops: number;
  readonly members: readonly LiveFlipFlop[];
}

/**
 * Find the delay lines.
 *
 * @param sourceOf the flip-flop whose output a flip-flop's data input reads directly, if it has no other reader
 */
export function shiftRegisters(
  flipFlops: readonly LiveFlipFlop[],
  sourceOf: (flipFlop: LiveFlipFlop) => LiveFlipFlop | undefined,
): ShiftRegister[] {
  const isPlain = ({ reset, controls }: LiveFlipFlop): boolean => reset === undefined && controls.length === 0;
  const next = new Map<LiveFlipFlop, LiveFlipFlop>();
  const continued = new Set<LiveFlipFlop>();
  for (const flipFlop of flipFlops) {
    const before = isPlain(flipFlop) ? sourceOf(flipFlop) : undefined;
    if (before === undefined || !isPlain(before) || before.enable !== flipFlop.enable) continue;
    next.set(before, flipFlop);
    continued.add(flipFlop);
  }
  const lines: ShiftRegister[] = [];
  for (const first of next.keys()) {
    if (continued.has(first)) continue;
    const members = [first];
    for (let at = next.get(first); at !== undefined; at = next.get(at)) members.push(at);
    if (members.length < SHORTEST_LINE) continue;
    const odd = members.length % LINE_BITS === 1 ? 1 : 0;
    lines.push({ owner: first.owner, tables: Math.ceil((members.length - odd) / LINE_BITS), flipFlops: odd, members });
  }
  return lines;
}
