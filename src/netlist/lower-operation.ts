/**
 * One circuit operation as strict cells.
 *
 * A wire becomes a word of `widthOf(type)` bits, two's complement where the interval reaches below zero. Since every
 * exact result fits its word, arithmetic modulo 2^width is exact, and operands may be cut to the width of the result.
 * An addition of shifted operands lets the low bits of the finer one pass beside the adder: each saved bit is a look-up
 * table, and it keeps synthesis from fusing neighbouring adders into larger compressors.
 */
import { bitLength, isSigned, widthOf } from '../circuit/index.ts';
import type { Circuit, Op, Wire, WireType } from '../circuit/index.ts';
import { UnsupportedError } from '../errors.ts';
import { lowerCast } from './lower-cast.ts';
import type { ModuleBuilder } from './module-builder.ts';
import type { Net } from './netlist.ts';
import { fitWord, isZero, shiftLeft, shiftRight, signBit } from './words.ts';
import type { Word } from './words.ts';

/** Widest ROM address: a million words, beyond any block RAM of the known parts. */
const MAX_ADDRESS_BITS = 20;

/** An operation kind with its fields. */
type Of<K extends Op['kind']> = Extract<Op, { kind: K }>;

/**
 * Lower operation `wire` of a circuit.
 *
 * @param net the word of an operand wire, `widthOf` its type bits wide
 * @param input the word of an input element, `widthOf` the wire's type bits wide
 * @returns the word of the wire, `widthOf` its type bits wide
 */
export function lowerOperation(
  builder: ModuleBuilder,
  circuit: Circuit,
  wire: Wire,
  net: (operand: Wire) => Net,
  input: (port: number, index: number, wire: Wire) => Net,
): Net {
  const op = circuit.ops[wire]!;
  const type = circuit.types[wire]!;
  const width = widthOf(type);
  const word = (operand: Wire): Word => ({ net: net(operand), signed: isSigned(circuit.types[operand]!) });
  const typeOf = (operand: Wire): WireType => circuit.types[operand]!;
  switch (op.kind) {
    case 'input':
      return input(op.port, op.index, wire);
    case 'constant':
      return builder.constant(BigInt.asUintN(width, type.lo), width);
    case 'scale':
      return net(op.a);
    case 'add':
      return lowerAdd(
        builder,
        op,
        word(op.a),
        word(op.b),
        type.fraction - typeOf(op.a).fraction,
        type.fraction - typeOf(op.b).fraction + op.shift,
        width,
      );
    case 'negate':
      return builder.subtract(builder.constant(0n, width), fitWord(builder, word(op.a), width));
    case 'multiply': {
      const a = word(op.a);
      const b = word(op.b);
      const product = builder.multiply(a.net, b.net, a.signed, b.signed);
      return fitWord(builder, { net: product, signed: true }, width);
    }
    case 'compare':
      return lowerCompare(builder, op, word(op.a), word(op.b), typeOf(op.a).fraction, typeOf(op.b).fraction);
    case 'select': {
      const condition = net(op.condition);
      const chosen = builder.widthOf(condition) === 1 ? condition : builder.not(isZero(builder, condition));
      return builder.mux(
        chosen,
        aligned(builder, word(op.a), type.fraction - typeOf(op.a).fraction, width),
        aligned(builder, word(op.b), type.fraction - typeOf(op.b).fraction, width),
      );
    }
    case 'bitwise': {
      const a = aligned(builder, word(op.a), type.fraction - typeOf(op.a).fraction, width);
      const b = aligned(builder, word(op.b), type.fraction - typeOf(op.b).fraction, width);
      return builder[op.operation](a, b);
    }
    case 'table':
      return lowerTable(builder, circuit, op, net(op.a), width);
    case 'cast':
      return lowerCast(builder, word(op.a), typeOf(op.a), op.format, width);
    default:
      return op satisfies never;
  }
}

/** The word moved up by `shift` bits, in `width` bits. */
function aligned(builder: ModuleBuilder, word: Word, shift: number, width: number): Net {
  return fitWord(builder, { net: shiftLeft(builder, word.net, shift), signed: word.signed }, width);
}

/** Low bits that pass beside the adder: those of the finer operand; from a subtrahend they would borrow. */
function passingBits(op: Of<'add'>, shiftA: number, shiftB: number, width: number): number {
  return shiftB > 0 ? Math.min(shiftB, width) : op.subtract ? 0 : Math.min(shiftA, width);
}

/** Count the bits of an addition that go through its adder: the width of the result without those that pass beside. */
export function adderWidth(circuit: Circuit, op: Of<'add'>, wire: Wire): number {
  const type = circuit.types[wire]!;
  const shiftA = type.fraction - circuit.types[op.a]!.fraction;
  const shiftB = type.fraction - circuit.types[op.b]!.fraction + op.shift;
  const width = widthOf(type);
  return width - passingBits(op, shiftA, shiftB, width);
}

/** a·2^shiftA ± b·2^shiftB modulo 2^width; at least one of the shifts is 0. */
function lowerAdd(
  builder: ModuleBuilder,
  op: Of<'add'>,
  a: Word,
  b: Word,
  shiftA: number,
  shiftB: number,
  width: number,
): Net {
  const combine = op.subtract ? builder.subtract : builder.add;
  const pass = passingBits(op, shiftA, shiftB, width);
  if (pass === 0) {
    return combine(aligned(builder, a, shiftA, width), aligned(builder, b, shiftB, width));
  }
  const low = fitWord(builder, shiftB > 0 ? a : b, pass);
  if (pass === width) return low;
  const high = combine(
    fitWord(builder, shiftRight(builder, a, shiftB > 0 ? pass : 0), width - pass),
    fitWord(builder, shiftRight(builder, b, shiftB > 0 ? 0 : pass), width - pass),
  );
  return builder.concat([high, low]);
}

/** One bit: a relation b, as values. */
function lowerCompare(
  builder: ModuleBuilder,
  op: Of<'compare'>,
  a: Word,
  b: Word,
  fractionA: number,
  fractionB: number,
): Net {
  const fraction = Math.max(fractionA, fractionB);
  const shiftA = fraction - fractionA;
  const shiftB = fraction - fractionB;
  switch (op.relation) {
    case 'lt':
      return lessThan(builder, a, shiftA, b, shiftB);
    case 'le':
      return builder.not(lessThan(builder, b, shiftB, a, shiftA));
    case 'eq':
    case 'ne': {
      const width = commonWidth(builder, a, shiftA, b, shiftB);
      const equal = builder.equal(aligned(builder, a, shiftA, width), aligned(builder, b, shiftB, width));
      return op.relation === 'eq' ? equal : builder.not(equal);
    }
    default:
      return op.relation satisfies never;
  }
}

/** One bit: a·2^shiftA < b·2^shiftB. */
function lessThan(builder: ModuleBuilder, a: Word, shiftA: number, b: Word, shiftB: number): Net {
  // a < b·2^s exactly if floor(a / 2^s) < b: the low bits of a cannot decide. A constant b counts its own zeros too.
  const zeros = shiftB + trailingZeros(builder, b.net);
  if (zeros > 0 && shiftA === 0) {
    const left = shiftRight(builder, a, zeros);
    const right = shiftRight(builder, b, zeros - shiftB);
    return lessThan(builder, left, 0, right, 0);
  }
  const cell = builder.cellOf(b.net);
  if (shiftA === 0 && shiftB === 0 && cell.kind === 'constant' && cell.value === 0n) return signBit(builder, a);
  const width = commonWidth(builder, a, shiftA, b, shiftB);
  return builder.less(aligned(builder, a, shiftA, width), aligned(builder, b, shiftB, width), a.signed || b.signed);
}

/** Trailing zero bits of a non-zero constant; 0 for every other net. */
function trailingZeros(builder: ModuleBuilder, net: Net): number {
  const cell = builder.cellOf(net);
  if (cell.kind !== 'constant' || cell.value === 0n) return 0;
  let zeros = 0;
  while (((cell.value >> BigInt(zeros)) & 1n) === 0n) zeros += 1;
  return zeros;
}

/** Bits that hold both shifted words, with a sign bit if either has one. */
function commonWidth(builder: ModuleBuilder, a: Word, shiftA: number, b: Word, shiftB: number): number {
  const signed = a.signed || b.signed;
  const bits = (word: Word, shift: number): number =>
    builder.widthOf(word.net) + shift + (signed && !word.signed ? 1 : 0);
  return Math.max(bits(a, shiftA), bits(b, shiftB));
}

/**
 * A ROM addressed by as many low bits of the operand as tell its codes apart: any 2^k neighbouring codes differ in
 * their low k bits, wherever the interval stands. Patterns that the operand cannot take repeat the last entry.
 */
function lowerTable(builder: ModuleBuilder, circuit: Circuit, op: Of<'table'>, address: Net, width: number): Net {
  const table = circuit.tables[op.table]!;
  const { lo, hi } = circuit.types[op.a]!;
  const bits = Math.max(1, bitLength(hi - lo));
  if (bits > MAX_ADDRESS_BITS) {
    throw new UnsupportedError(
      `circuit ${circuit.name}: table ${table.name} needs an address of ${bits} bits; at most ${MAX_ADDRESS_BITS} are supported`,
    );
  }
  const words: bigint[] = [];
  for (let pattern = 0; pattern < 2 ** bits; pattern += 1) {
    const offset = BigInt.asUintN(bits, BigInt(pattern) - lo);
    const raw = offset > hi - lo ? hi : lo + offset;
    words.push(BigInt.asUintN(width, table.values[Number(raw - table.lo)]!));
  }
  const used = builder.slice(address, 0, Math.min(bits, builder.widthOf(address)));
  return builder.rom(used, builder.addRom(table.name, width, words));
}
