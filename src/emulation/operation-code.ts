/**
 * Vector code of every operation but input, constant, scale and table (which do not compute).
 *
 * Sums, products, choices and bit operations are written modulo 2^bits in the lanes of their *result*: the result fits
 * by its type, so what operands and their alignment lose on the left does not matter. Comparisons and casts look at
 * whole values and use lanes that hold them.
 */
import { alignType } from '../circuit/index.ts';
import type { Circuit, Op, Wire, WireType } from '../circuit/index.ts';
import { UnsupportedError } from '../errors.ts';
import { i32x4, i64x2, v128 } from '../wasm/index.ts';
import { castLaneBits, emitCast } from './cast-code.ts';
import { shiftLeft } from './emitter.ts';
import type { Expression } from './emitter.ts';
import { extremumOf } from './extremum.ts';
import { fitsBits } from './lanes.ts';
import type { LaneBits } from './lanes.ts';

/** An expression that can also push operands. */
export interface OperationContext extends Expression {
  readonly circuit: Circuit;
  /** How many low bits of the result are ever looked at; those above may be anything. */
  readonly demand: number;
  /** The half of the samples this expression is for; 0 for 32-bit lanes. */
  readonly half: 0 | 1;
  /** Push the raw code of a wire in the lanes of the expression; wider wires are cut. */
  readonly push: (wire: Wire) => void;
  /** Push all four samples of a wire as 32-bit lanes; the wire must fit. */
  readonly pushNarrow: (wire: Wire) => void;
  /** Push a mask in the lanes of the expression: all ones where a wire is not zero. */
  readonly pushNonZero: (wire: Wire) => void;
}

type ComputedOp = Exclude<Op, { kind: 'input' | 'constant' | 'scale' | 'table' }>;

/** Return the lane width to compute an operation in. Errors: `UnsupportedError` if 64 bits do not suffice. */
export function operationBits(circuit: Circuit, wire: Wire, op: ComputedOp, resultBits: LaneBits): LaneBits {
  const { types } = circuit;
  let bits: LaneBits | undefined = resultBits;
  if (op.kind === 'cast') {
    bits = castLaneBits(types[op.a]!, types[wire]!, op.format);
  } else if (op.kind === 'compare') {
    const fraction = Math.max(types[op.a]!.fraction, types[op.b]!.fraction);
    const aligned = [alignType(types[op.a]!, fraction), alignType(types[op.b]!, fraction)];
    const fit = (width: LaneBits): boolean => aligned.every((type) => fitsBits(type, width));
    bits = fit(32) ? 32 : fit(64) ? 64 : undefined;
  }
  if (bits === undefined) {
    const label = circuit.labels[wire];
    throw new UnsupportedError(
      `Wire ${wire} (${op.kind}${label === undefined ? '' : ` "${label}"`}) of circuit "${circuit.name}" needs more than 64 bits on the way; compiled emulation holds signed 64-bit integers, use the interpreter.`,
    );
  }
  return bits;
}

function isNarrow(type: WireType): boolean {
  return fitsBits(type, 32);
}

/** Write an operation; its result is left on the stack in the lanes of the expression (comparisons: as 0 or 1). */
export function emitOperation(e: OperationContext, wire: Wire, op: ComputedOp): void {
  const { code, lanes, circuit } = e;
  const { types } = circuit;
  /** Push an operand with `fraction` fraction bits, the wire's own binary point moved by `shift`. */
  const pushAligned = (operand: Wire, fraction: number, shift = 0): void => {
    const type = types[operand]!;
    const left = fraction - (type.fraction - shift);
    if (type.lo === type.hi) {
      e.constant(type.lo << BigInt(left));
      return;
    }
    e.push(operand);
    shiftLeft(e, left);
  };
  switch (op.kind) {
    case 'add': {
      const { fraction } = types[wire]!;
      pushAligned(op.a, fraction);
      pushAligned(op.b, fraction, op.shift);
      (op.subtract ? lanes.sub : lanes.add)(code);
      return;
    }
    case 'multiply':
      if (lanes.bits === 64 && isNarrow(types[op.a]!) && isNarrow(types[op.b]!)) {
        e.pushNarrow(op.a);
        e.pushNarrow(op.b);
        (e.half === 0 ? i64x2.extmulLowI32x4S : i64x2.extmulHighI32x4S)(code);
        return;
      }
      e.push(op.a);
      e.push(op.b);
      lanes.mul(code);
      return;
    case 'negate':
      e.push(op.a);
      lanes.neg(code);
      return;
    case 'compare': {
      const fraction = Math.max(types[op.a]!.fraction, types[op.b]!.fraction);
      pushAligned(op.a, fraction);
      pushAligned(op.b, fraction);
      const relations = { lt: lanes.ltS, le: lanes.leS, eq: lanes.eq, ne: lanes.ne };
      relations[op.relation](code);
      // All ones is −1.
      lanes.neg(code);
      return;
    }
    case 'select': {
      const { fraction } = types[wire]!;
      const condition = types[op.condition]!;
      const extremum = extremumOf(circuit, op);
      if (extremum !== undefined) {
        pushAligned(op.a, fraction);
        pushAligned(op.b, fraction);
        (extremum === 'minimum' ? i32x4.minS : i32x4.maxS)(code);
      } else if (condition.lo > 0n || condition.hi < 0n) {
        pushAligned(op.a, fraction);
      } else if (condition.lo === 0n && condition.hi === 0n) {
        pushAligned(op.b, fraction);
      } else {
        pushAligned(op.a, fraction);
        pushAligned(op.b, fraction);
        e.pushNonZero(op.condition);
        v128.bitselect(code);
      }
      return;
    }
    case 'bitwise': {
      const { fraction } = types[wire]!;
      pushAligned(op.a, fraction);
      pushAligned(op.b, fraction);
      v128[op.operation](code);
      return;
    }
    case 'cast': {
      const x = e.scratch();
      e.push(op.a);
      code.set(x);
      emitCast(e, x, types[op.a]!, op.format, e.demand);
      return;
    }
    default:
      op satisfies never;
  }
}
