/**
 * Where every wire of a compiled circuit lives, decided before any code is written.
 *
 * What is computed is cut, in order, into pieces of bounded size, since engines compile very large functions slowly and
 * badly. A piece runs for all lane groups of a block before the next one starts, so its code stays in the instruction
 * cache. Values used within one piece are locals; values that cross pieces get memory slots, reused after the last
 * piece that reads them, so that the slots of a block stay in the data cache.
 */
import type { Circuit, Wire } from '../circuit/index.ts';
import { UnsupportedError } from '../errors.ts';
import { demandedBits } from './demand.ts';
import { laneBits } from './lanes.ts';
import type { LaneBits } from './lanes.ts';
import { chooseProducts } from './products.ts';
import { readsOf, scheduleSteps, writesOf } from './schedule.ts';
import type { Step, ValueId } from './schedule.ts';

/** Operations per function; larger ones gain nothing and compile slower. */
const PIECE = 400;

export interface Plan {
  readonly circuit: Circuit;
  /** root[v]: the value that holds the raw code of v (scales only move the binary point). */
  readonly root: Int32Array;
  /** Lane width of each value that is computed. */
  readonly bits: readonly LaneBits[];
  /** What to compute, in order, cut into pieces. */
  readonly pieces: readonly (readonly Step[])[];
  /** Position (index over all pieces) of the last use of a value within the piece that computes it. */
  readonly lastLocalUse: Int32Array;
  /** Byte offset of a value's slot within the slots of a lane group, or −1. */
  readonly slot: Int32Array;
  /** How many low bits of each wire are ever looked at. */
  readonly demand: Uint8Array;
  /** Bytes of all slots of one lane group. */
  readonly slotBytes: number;
  /** How many wires are computed as dot products. */
  readonly products: number;
}

/** Tell whether a value is known when code is written; pairs never are. */
export function isKnown(circuit: Circuit, wire: Wire): boolean {
  const type = circuit.types[wire];
  return type !== undefined && type.lo === type.hi;
}

function laneBitsOf(circuit: Circuit, wire: Wire): LaneBits {
  const bits = laneBits(circuit.types[wire]!);
  if (bits === undefined) {
    const label = circuit.labels[wire];
    const { lo, hi } = circuit.types[wire]!;
    throw new UnsupportedError(
      `Wire ${wire} (${circuit.ops[wire]!.kind}${label === undefined ? '' : ` "${label}"`}) of circuit "${circuit.name}" has raw codes ${lo} to ${hi}; compiled emulation holds signed 64-bit integers, use the interpreter.`,
    );
  }
  return bits;
}

/** Cut the steps, in order, into pieces: each tile for itself, operations in runs of bounded size. */
function piecesOf(steps: readonly Step[]): Step[][] {
  const pieces: Step[][] = [];
  for (const step of steps) {
    const last = pieces.at(-1);
    const open = last !== undefined && last.length < PIECE && last[0]!.kind !== 'tile' && step.kind !== 'tile';
    if (open) last.push(step);
    else pieces.push([step]);
  }
  return pieces;
}

/** Hands out byte ranges and takes them back, lowest free address first. */
function rangeAllocator(): {
  take: (bytes: number) => number;
  give: (start: number, bytes: number) => void;
  end: () => number;
} {
  /** Free ranges in order of address; none touch. */
  const free: { start: number; bytes: number }[] = [];
  let end = 0;
  return {
    take(bytes) {
      const at = free.findIndex((range) => range.bytes >= bytes);
      if (at < 0) {
        end += bytes;
        return end - bytes;
      }
      const range = free[at]!;
      const { start } = range;
      range.start += bytes;
      range.bytes -= bytes;
      if (range.bytes === 0) free.splice(at, 1);
      return start;
    },
    give(start, bytes) {
      let at = free.findIndex((range) => range.start > start);
      if (at < 0) at = free.length;
      free.splice(at, 0, { start, bytes });
      for (const k of [at, at - 1]) {
        const [range, next] = [free[k], free[k + 1]];
        if (range !== undefined && next !== undefined && range.start + range.bytes === next.start) {
          range.bytes += next.bytes;
          free.splice(k + 1, 1);
        }
      }
    },
    end: () => end,
  };
}

/** Plan a circuit without dead operations. Errors: `UnsupportedError` naming a wire that needs more than 64 bits. */
export function planCircuit(circuit: Circuit): Plan {
  const { ops } = circuit;
  const scaled = new Int32Array(ops.length);
  for (const [wire, op] of ops.entries()) scaled[wire] = op.kind === 'scale' ? scaled[op.a]! : wire;
  const chosen = chooseProducts(circuit, scaled);
  const demand = demandedBits(circuit, chosen);
  const { steps, pairs } = scheduleSteps(circuit, scaled, chosen, demand);
  const values = ops.length + pairs;
  const root = Int32Array.from({ length: values }, (_, value) => scaled[value] ?? value);
  const bits = Array.from({ length: values }, (_, value): LaneBits =>
    value < ops.length && chosen.needed[value] === 1 ? laneBitsOf(circuit, value) : 32,
  );

  const pieces = piecesOf(steps);
  const pieceOf = new Int32Array(values).fill(-1);
  const lastLocalUse = new Int32Array(values).fill(-1);
  const lastPiece = new Int32Array(values).fill(-1);
  let position = 0;
  for (const [k, piece] of pieces.entries()) {
    for (const step of piece) {
      for (const operand of readsOf(circuit, step)) {
        const source = root[operand]!;
        if (isKnown(circuit, source)) continue;
        lastPiece[source] = k;
        if (pieceOf[source] === k) lastLocalUse[source] = position;
      }
      for (const value of writesOf(step)) pieceOf[value] = k;
      position++;
    }
  }

  const slot = new Int32Array(values).fill(-1);
  const slots = rangeAllocator();
  const ending = new Map<number, ValueId[]>();
  for (const [k, piece] of pieces.entries()) {
    const give = (value: ValueId): void => {
      const last = Math.max(k, lastPiece[value]!);
      const list = ending.get(last);
      if (list === undefined) ending.set(last, [value]);
      else list.push(value);
    };
    for (const step of piece) {
      const written = writesOf(step);
      if (step.kind === 'tile') {
        // A tile stores its values side by side.
        const start = slots.take(16 * written.length);
        for (const [at, value] of written.entries()) slot[value] = start + 16 * at;
        written.forEach(give);
        continue;
      }
      const kept = written.filter((value) => lastPiece[value]! > k);
      for (const value of kept) slot[value] = slots.take(bits[value]! / 2);
      kept.forEach(give);
    }
    for (const value of ending.get(k) ?? []) slots.give(slot[value]!, bits[value]! / 2);
  }
  return {
    circuit,
    root,
    bits,
    pieces,
    lastLocalUse,
    slot,
    demand,
    slotBytes: slots.end(),
    products: chosen.products.size,
  };
}
