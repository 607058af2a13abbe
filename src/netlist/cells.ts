/**
 * What a cell reads and what it computes: the two facts that folding, validation and levelling share.
 *
 * `evaluateCell` is the arithmetic meaning, on BigInt bit patterns, of every cell that its operands alone determine. It is
 * the reference for the simulator's word-wise kernels and the constant folder of the builder, so the two cannot drift
 * apart unnoticed.
 */
import type { Cell, Net } from './netlist.ts';

/** A cell whose output follows its inputs within the cycle and that stands inside one module. */
export type CombinationalCell = Exclude<Cell, { kind: 'input' | 'register' | 'instance' }>;

/** A cell whose output its operands alone determine: combinational, and no read of a memory. */
export type PureCell = Exclude<CombinationalCell, { kind: 'memory' }>;

/**
 * Nets that a cell reads itself within the cycle. The inputs of an instance are listed by the instance, what is written
 * to a memory by the memory.
 */
export function operandsOf(cell: Cell): readonly Net[] {
  switch (cell.kind) {
    case 'constant':
    case 'input':
    case 'instance':
      return [];
    case 'extend':
    case 'slice':
    case 'not':
      return [cell.a];
    case 'concat':
      return cell.parts;
    case 'and':
    case 'or':
    case 'xor':
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'equal':
    case 'less':
      return [cell.a, cell.b];
    case 'mux':
      return [cell.select, cell.a, cell.b];
    case 'rom':
    case 'memory':
      return [cell.address];
    case 'register':
      return cell.enable === undefined ? [cell.d] : [cell.d, cell.enable];
    default:
      return cell satisfies never;
  }
}

/** Say whether a cell is combinational within its own module. */
export function isCombinational(cell: Cell): cell is CombinationalCell {
  return cell.kind !== 'input' && cell.kind !== 'register' && cell.kind !== 'instance';
}

/** Bits of the addresses of a memory of so many words. */
export function addressWidth(words: number): number {
  return 32 - Math.clz32(words - 1);
}

/** Give the all-ones pattern of a width in bits. */
export function ones(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/**
 * Compute one cell on bit patterns.
 *
 * @param cell the cell
 * @param width width of its output in bits
 * @param value bit pattern of an operand net, 0 ≤ value < 2^width
 * @param widthOf width of an operand net
 * @param words contents of the ROM with that number
 * @returns the output pattern, 0 ≤ result < 2^width
 */
export function evaluateCell(
  cell: PureCell,
  width: number,
  value: (net: Net) => bigint,
  widthOf: (net: Net) => number,
  words: (rom: number) => readonly bigint[],
): bigint {
  const read = (net: Net, signed: boolean): bigint => (signed ? BigInt.asIntN(widthOf(net), value(net)) : value(net));
  switch (cell.kind) {
    case 'constant':
      return cell.value;
    case 'extend':
      return BigInt.asUintN(width, read(cell.a, cell.signed));
    case 'slice':
      return BigInt.asUintN(width, value(cell.a) >> BigInt(cell.lsb));
    case 'concat':
      return cell.parts.reduce((sum, part) => (sum << BigInt(widthOf(part))) | value(part), 0n);
    case 'not':
      return value(cell.a) ^ ones(width);
    case 'and':
      return value(cell.a) & value(cell.b);
    case 'or':
      return value(cell.a) | value(cell.b);
    case 'xor':
      return value(cell.a) ^ value(cell.b);
    case 'add':
      return BigInt.asUintN(width, value(cell.a) + value(cell.b));
    case 'subtract':
      return BigInt.asUintN(width, value(cell.a) - value(cell.b));
    case 'multiply':
      return BigInt.asUintN(width, read(cell.a, cell.signedA) * read(cell.b, cell.signedB));
    case 'equal':
      return value(cell.a) === value(cell.b) ? 1n : 0n;
    case 'less':
      return read(cell.a, cell.signed) < read(cell.b, cell.signed) ? 1n : 0n;
    case 'mux':
      return value(cell.select) === 1n ? value(cell.a) : value(cell.b);
    case 'rom':
      return words(cell.rom)[Number(value(cell.address))]!;
    default:
      return cell satisfies never;
  }
}
