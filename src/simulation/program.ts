/**
 * Compiles flattened cells into a list of instructions on 32-bit words.
 *
 * A value of w bits lives in ceil(w / 32) consecutive words, lowest first, as a bit pattern with clear bits above w.
 * Most nets of a network fit one word and get one-word instructions; wider ones (buses between layers, wide products)
 * get the loops of `wide.ts`. Behind the values stand the contents of the memories, a place for every address, so that
 * a read needs no comparison. An instruction is `STRIDE` integers: operation, destination, then what `execute` expects.
 */
import { addressWidth } from '../netlist/index.ts';
import type { FlatCell, FlatMemory, Slot } from './elaborate.ts';

/** Integers per instruction. */
export const STRIDE = 8;

/** Operation numbers; `execute` holds their meaning. */
export const OP = {
  add: 0,
  subtract: 1,
  and: 2,
  or: 3,
  xor: 4,
  not: 5,
  copy: 6,
  signExtend: 7,
  slice: 8,
  sliceAcross: 9,
  join: 10,
  multiply: 11,
  equal: 12,
  lessSigned: 13,
  lessUnsigned: 14,
  mux: 15,
  rom: 16,
  place: 17,
  clear: 18,
  wideAdd: 19,
  wideSubtract: 20,
  wideLogic: 21,
  wideExtend: 22,
  wideSlice: 23,
  wideMultiply: 24,
  wideEqual: 25,
  wideLess: 26,
  wideMux: 27,
  wideRom: 28,
  memory: 29,
  wideMemory: 30,
} as const;

/** Instructions and the memory they work on. */
export interface Program {
  readonly code: Int32Array;
  /** Total 32-bit words of all values and of the contents of all memories. */
  readonly words: number;
  /** First word of each slot. */
  readonly offsets: Int32Array;
  /** Where the contents of each memory begin. */
  readonly contents: readonly number[];
  /** Contents of all ROMs, word by word. */
  readonly roms: Int32Array;
}

/** Words of a value of `width` bits. */
export function wordsOf(width: number): number {
  return (width + 31) >>> 5;
}

/** Mask of the used bits in the highest word of a value. */
export function topMask(width: number): number {
  return (width & 31) === 0 ? -1 : (1 << (width & 31)) - 1;
}

/** Write a bit pattern into consecutive words. */
export function storePattern(memory: Int32Array, offset: number, width: number, pattern: bigint): void {
  let rest = pattern;
  for (let k = 0; k < wordsOf(width); k += 1) {
    memory[offset + k] = Number(rest & 0xffffffffn) | 0;
    rest >>= 32n;
  }
}

/** Read a bit pattern from consecutive words. */
export function loadPattern(memory: Int32Array, offset: number, width: number): bigint {
  if (width <= 32) return BigInt(memory[offset]! >>> 0);
  let pattern = 0n;
  for (let k = wordsOf(width) - 1; k >= 0; k -= 1) pattern = (pattern << 32n) | BigInt(memory[offset + k]! >>> 0);
  return pattern;
}

/** Compile the cells of `order`. */
export function compileProgram(
  cells: readonly FlatCell[],
  memories: readonly FlatMemory[],
  order: readonly Slot[],
): Program {
  const offsets = new Int32Array(cells.length);
  let words = 0;
  cells.forEach((cell, slot) => {
    offsets[slot] = words;
    words += wordsOf(cell.width);
  });
  const contents = memories.map(({ memory }) => {
    const from = words;
    words += 2 ** addressWidth(memory.words) * wordsOf(memory.width);
    return from;
  });
  const code: number[] = [];
  const romWords: number[] = [];
  const romOffsets = new Map<unknown, number>();
  const emit = (...fields: number[]): void => {
    for (let k = 0; k < STRIDE; k += 1) code.push(fields[k] ?? 0);
  };
  const romOffset = (rom: { readonly width: number; readonly words: readonly bigint[] }): number => {
    let at = romOffsets.get(rom);
    if (at === undefined) {
      at = romWords.length;
      romOffsets.set(rom, at);
      const one = new Int32Array(wordsOf(rom.width));
      for (const word of rom.words) {
        storePattern(one, 0, rom.width, word);
        romWords.push(...one);
      }
    }
    return at;
  };
  for (const slot of order) {
    const { cell, module, width, operands, memory } = cells[slot]!;
    const to = offsets[slot]!;
    const at = operands.map((operand) => offsets[operand]!);
    const widths = operands.map((operand) => cells[operand]!.width);
    const [a, b, c] = at as [number, number, number];
    const [widthA, widthB] = widths as [number, number];
    const mask = topMask(width);
    const narrow = width <= 32 && widths.every((w) => w <= 32);
    const count = wordsOf(width);
    switch (cell.kind) {
      case 'add':
      case 'subtract':
        if (narrow) emit(OP[cell.kind], to, a, b, mask);
        else emit(cell.kind === 'add' ? OP.wideAdd : OP.wideSubtract, to, a, b, count, mask);
        break;
      case 'and':
      case 'or':
      case 'xor':
        if (narrow) emit(OP[cell.kind], to, a, b);
        else emit(OP.wideLogic, to, a, b, count, OP[cell.kind], mask);
        break;
      case 'not':
        if (narrow) emit(OP.not, to, a, mask);
        else emit(OP.wideLogic, to, a, a, count, OP.not, mask);
        break;
      case 'extend':
        if (!narrow) emit(OP.wideExtend, to, a, widthA, width, cell.signed ? 1 : 0);
        else if (cell.signed) emit(OP.signExtend, to, a, 32 - widthA, mask);
        else emit(OP.copy, to, a);
        break;
      case 'slice': {
        const first = a + (cell.lsb >>> 5);
        const shift = cell.lsb & 31;
        if (width > 32) emit(OP.wideSlice, to, a, cell.lsb, width);
        else if (shift + width <= 32) emit(OP.slice, to, first, shift, mask);
        else emit(OP.sliceAcross, to, first, shift, mask);
        break;
      }
      case 'concat':
        compileConcat(emit, to, width, at, widths);
        break;
      case 'multiply':
        if (narrow) emit(OP.multiply, to, a, b, cell.signedA ? 32 - widthA : 0, cell.signedB ? 32 - widthB : 0, mask);
        else emit(OP.wideMultiply, to, a, b, cell.signedA ? -widthA : widthA, cell.signedB ? -widthB : widthB, width);
        break;
      case 'equal':
        if (narrow) emit(OP.equal, to, a, b);
        else emit(OP.wideEqual, to, a, b, wordsOf(widthA));
        break;
      case 'less':
        if (!narrow) emit(OP.wideLess, to, a, b, widthA, cell.signed ? 1 : 0);
        else if (cell.signed) emit(OP.lessSigned, to, a, b, 32 - widthA);
        else emit(OP.lessUnsigned, to, a, b);
        break;
      case 'mux':
        if (narrow) emit(OP.mux, to, a, b, c);
        else emit(OP.wideMux, to, a, b, c, count);
        break;
      case 'rom':
        if (narrow) emit(OP.rom, to, a, romOffset(module.roms[cell.rom]!));
        else emit(OP.wideRom, to, a, romOffset(module.roms[cell.rom]!), count);
        break;
      case 'memory':
        if (narrow) emit(OP.memory, to, a, contents[memory]!);
        else emit(OP.wideMemory, to, a, contents[memory]!, count);
        break;
      case 'constant':
      case 'input':
      case 'register':
      case 'instance':
        throw new Error(`cell kind ${cell.kind} is not evaluated`);
      default:
        cell satisfies never;
    }
  }
  return { code: Int32Array.from(code), words, offsets, contents, roms: Int32Array.from(romWords) };
}

/** Parts stand most significant first; narrow results are shifted together, wide ones placed word by word. */
function compileConcat(
  emit: (...fields: number[]) => void,
  to: number,
  width: number,
  at: readonly number[],
  widths: readonly number[],
): void {
  if (width <= 32) {
    emit(OP.copy, to, at[0]!);
    for (let k = 1; k < at.length; k += 1) emit(OP.join, to, to, at[k]!, widths[k]!);
    return;
  }
  emit(OP.clear, to, wordsOf(width));
  let lsb = 0;
  for (let k = at.length - 1; k >= 0; k -= 1) {
    for (let done = 0; done < widths[k]!; done += 32) {
      const position = lsb + done;
      const bits = Math.min(32, widths[k]! - done);
      const crosses = (position & 31) + bits > 32 ? 1 : 0;
      emit(OP.place, to + (position >>> 5), at[k]! + (done >>> 5), position & 31, crosses);
    }
    lsb += widths[k]!;
  }
}
