/**
 * Words: a net together with how its top bit is read. The few moves that lowering makes with them, all of them wiring.
 */
import type { ModuleBuilder } from './module-builder.ts';
import type { Net } from './netlist.ts';

/** A net read as two's complement (`signed`) or as an unsigned number. */
export interface Word {
  readonly net: Net;
  readonly signed: boolean;
}

/** Give the word in exactly `width` bits: extended by its sign, or its low bits. */
export function fitWord(builder: ModuleBuilder, word: Word, width: number): Net {
  return builder.widthOf(word.net) > width
    ? builder.slice(word.net, 0, width)
    : builder.extend(word.net, width, word.signed);
}

/** Floor of word · 2^-amount; a negative amount appends zero bits below. */
export function shiftRight(builder: ModuleBuilder, word: Word, amount: number): Word {
  if (amount <= 0) return { net: shiftLeft(builder, word.net, -amount), signed: word.signed };
  const width = builder.widthOf(word.net);
  if (amount < width) return { net: builder.slice(word.net, amount, width - amount), signed: word.signed };
  return { net: signBit(builder, word), signed: word.signed };
}

/** Append `amount` zero bits below. */
export function shiftLeft(builder: ModuleBuilder, net: Net, amount: number): Net {
  return amount === 0 ? net : builder.concat([net, builder.constant(0n, amount)]);
}

/** Bit `index` of the infinitely extended word. */
export function bitAt(builder: ModuleBuilder, word: Word, index: number): Net {
  return index < builder.widthOf(word.net) ? builder.slice(word.net, index, 1) : signBit(builder, word);
}

/** One bit: the word is negative. */
export function signBit(builder: ModuleBuilder, word: Word): Net {
  return word.signed ? builder.slice(word.net, builder.widthOf(word.net) - 1, 1) : builder.constant(0n, 1);
}

/** One bit: all bits are zero. */
export function isZero(builder: ModuleBuilder, net: Net): Net {
  return builder.equal(net, builder.constant(0n, builder.widthOf(net)));
}
