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
import { readsOf, scheduleSteps, stepSize, writesOf } from './schedule.ts';
import type { Step, ValueId } from './schedule.ts';

/** Vector instructions per function, about; larger ones gain nothing and compile slower. */
const PIECE = 800;

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

/** Cut the steps, in order, into pieces of bounded size. */
function piecesOf(steps: readonly Step[]): Step[][] {
  const pieces: Step[][] = [];
  let size = Infinity;
  for (const step of steps) {
    const own = stepSize(step);
    if (size + own > PIECE) {
      pieces.push([]);
      size = 0;
    }
    pieces.at(-1)!.push(step);
    size += own;
  }
  return pieces;
}

/** Plan a circuit without dead operations. Errors: `UnsupportedError` naming a wire that needs more than 64 bits. */
export function planCircuit(circuit: Circuit): Plan {
  const { ops } = circuit;
  const scaled = new Int32Array(ops.length);
  for (const [wire, op] of ops.entries()) scaled[wire] = op.kind === 'scale' ? scaled[op.a]! : wire;
  const chosen = chooseProducts(circuit, scaled);
  const { steps, pairs } = scheduleSteps(circuit, scaled, chosen);
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
  const free: Readonly<Record<LaneBits, number[]>> = { 32: [], 64: [] };
  const ending = new Map<number, ValueId[]>();
  let slotBytes = 0;
  for (const [k, piece] of pieces.entries()) {
    for (const value of piece.flatMap(writesOf)) {
      const last = lastPiece[value]!;
      if (last <= k) continue;
      const width = bits[value]!;
      let offset = free[width].pop();
      if (offset === undefined) {
        offset = slotBytes;
        slotBytes += width / 2;
      }
      slot[value] = offset;
      const list = ending.get(last);
      if (list === undefined) ending.set(last, [value]);
      else list.push(value);
    }
    for (const value of ending.get(k) ?? []) free[bits[value]!].push(slot[value]!);
  }
  const demand = demandedBits(circuit, chosen);
  return { circuit, root, bits, pieces, lastLocalUse, slot, demand, slotBytes, products: chosen.products.size };
}
