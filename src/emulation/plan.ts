/**
 * Where every wire of a compiled circuit lives, decided before any code is written.
 *
 * The operations are cut, in order, into pieces of bounded size, since engines compile very large functions slowly and
 * badly. A piece runs for all lane groups of a block before the next one starts, so its code stays in the instruction
 * cache. Values used within one piece are locals; values that cross pieces get memory slots, reused after the last
 * piece that reads them, so that the slots of a block stay in the data cache.
 */
import type { Circuit, Wire } from '../circuit/index.ts';
import { operandsOf } from '../circuit/index.ts';
import { UnsupportedError } from '../errors.ts';
import { demandedBits } from './demand.ts';
import { laneBits } from './lanes.ts';
import type { LaneBits } from './lanes.ts';

/** Operations per function; larger ones gain nothing and compile slower. */
const PIECE = 400;

export interface Plan {
  readonly circuit: Circuit;
  /** root[w]: the wire that holds the raw code of w (scales only move the binary point). */
  readonly root: Int32Array;
  /** Lane width of each wire that is not constant. */
  readonly bits: readonly LaneBits[];
  /** Wires to compute, in order, cut into pieces. */
  readonly pieces: readonly (readonly Wire[])[];
  /** Position (index over all pieces) of the last use of a wire within the piece that computes it. */
  readonly lastLocalUse: Int32Array;
  /** Byte offset of a wire's slot within the slots of a lane group, or −1. */
  readonly slot: Int32Array;
  /** How many low bits of each wire are ever looked at. */
  readonly demand: Uint8Array;
  /** Bytes of all slots of one lane group. */
  readonly slotBytes: number;
}

/** Tell whether a wire is known when code is written. */
export function isKnown(circuit: Circuit, wire: Wire): boolean {
  const { lo, hi } = circuit.types[wire]!;
  return lo === hi;
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

/** Plan a circuit without dead operations. Errors: `UnsupportedError` naming a wire that needs more than 64 bits. */
export function planCircuit(circuit: Circuit): Plan {
  const { ops } = circuit;
  const root = new Int32Array(ops.length);
  const bits: LaneBits[] = [];
  const computed: Wire[] = [];
  for (const [wire, op] of ops.entries()) {
    root[wire] = op.kind === 'scale' ? root[op.a]! : wire;
    const known = isKnown(circuit, wire);
    bits.push(known ? 32 : laneBitsOf(circuit, wire));
    if (root[wire] === wire && !known) computed.push(wire);
  }

  const pieces: Wire[][] = [];
  for (let k = 0; k < computed.length; k += PIECE) pieces.push(computed.slice(k, k + PIECE));
  const pieceOf = new Int32Array(ops.length).fill(-1);
  for (const [k, piece] of pieces.entries()) for (const wire of piece) pieceOf[wire] = k;

  const lastLocalUse = new Int32Array(ops.length).fill(-1);
  const lastPiece = new Int32Array(ops.length).fill(-1);
  for (const [position, wire] of computed.entries()) {
    const piece = pieceOf[wire]!;
    for (const operand of operandsOf(ops[wire]!)) {
      const source = root[operand]!;
      if (isKnown(circuit, source)) continue;
      lastPiece[source] = piece;
      if (pieceOf[source] === piece) lastLocalUse[source] = position;
    }
  }

  const slot = new Int32Array(ops.length).fill(-1);
  const free: Readonly<Record<LaneBits, number[]>> = { 32: [], 64: [] };
  const ending = new Map<number, Wire[]>();
  let slotBytes = 0;
  for (const [k, piece] of pieces.entries()) {
    for (const wire of piece) {
      const last = lastPiece[wire]!;
      if (last <= k) continue;
      const width = bits[wire]!;
      let offset = free[width].pop();
      if (offset === undefined) {
        offset = slotBytes;
        slotBytes += width / 2;
      }
      slot[wire] = offset;
      const list = ending.get(last);
      if (list === undefined) ending.set(last, [wire]);
      else list.push(wire);
    }
    for (const wire of ending.get(k) ?? []) free[bits[wire]!].push(slot[wire]!);
  }
  return { circuit, root, bits, pieces, lastLocalUse, slot, demand: demandedBits(circuit), slotBytes };
}
