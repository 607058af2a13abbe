/**
 * Words of hardware as slices of forms: how bits become integers again.
 *
 * A net shows some bits of a form, some cycles late. Slicing, joining and extending words moves no bit into an
 * expression; only where an operator reads a word is it written as a form, and there bits that were cut and joined again
 * become the number that they were. Two views of a word are enough: as an unsigned number and as two's complement; and
 * where only the low bits of a result are kept, any number with these bits will do.
 */
import {
  addForms,
  complementForm,
  delayForm,
  floorForm,
  greatest,
  isConstant,
  least,
  sameForm,
  scaleForm,
  signedBits,
  signPlace,
  unsignedBits,
} from './forms/index.ts';
import type { Form, FormStore } from './forms/index.ts';

/** Bits lsb … lsb + width − 1 of a form, `delay` cycles late; constants have no delay. */
export interface Slice {
  readonly form: Form;
  readonly lsb: number;
  readonly width: number;
  readonly delay: number | undefined;
}

/** A word, least significant slice first. */
export type Word = readonly Slice[];

/** A word as a number, with the cycles that it is late. */
export interface TimedForm {
  readonly form: Form;
  readonly delay: number | undefined;
}

/** How the bits of a word are read; `modular` may differ by multiples of 2^width. */
export type Reading = 'unsigned' | 'signed' | 'modular';

export function widthOfWord(word: Word): number {
  return word.reduce((sum, { width }) => sum + width, 0);
}

/** The low `width` bits of a form. */
export function wordOf(form: Form, width: number, delay: number | undefined): Word {
  return [{ form, lsb: 0, width, delay: isConstant(form) ? undefined : delay }];
}

/** Join words, least significant first; neighbours of one form become one slice. */
export function joinWords(store: FormStore, words: readonly Word[]): Word {
  const slices: Slice[] = [];
  for (const slice of words.flat()) {
    const last = slices.at(-1);
    const joined = last && joinSlices(store, last, slice);
    if (joined) slices[slices.length - 1] = joined;
    else slices.push(slice);
  }
  return slices;
}

function joinSlices(store: FormStore, low: Slice, high: Slice): Slice | undefined {
  if (isConstant(low.form) && isConstant(high.form)) {
    const bits = (slice: Slice): bigint => BigInt.asUintN(slice.width, slice.form.constant >> BigInt(slice.lsb));
    const value = bits(low) | (bits(high) << BigInt(low.width));
    return { form: store.constant(value), lsb: 0, width: low.width + high.width, delay: undefined };
  }
  if (!sameForm(low.form, high.form) || low.delay !== high.delay) return undefined;
  const end = low.lsb + low.width;
  const sign = signPlace(least(low.form), greatest(low.form));
  // All bits from the sign on are equal, so repeated sign bits are bits further up.
  if (high.lsb !== end && !(high.lsb >= sign && end > sign)) return undefined;
  return { ...low, width: low.width + high.width };
}

/** Bits lsb … lsb + width − 1 of a word. */
export function sliceWord(word: Word, lsb: number, width: number): Word {
  const slices: Slice[] = [];
  let offset = 0;
  for (const slice of word) {
    const from = Math.max(lsb, offset);
    const to = Math.min(lsb + width, offset + slice.width);
    if (from < to) slices.push({ ...slice, lsb: slice.lsb + from - offset, width: to - from });
    offset += slice.width;
  }
  return slices;
}

/** Extend a word by zeros or by copies of its top bit. */
export function extendWord(store: FormStore, word: Word, width: number, signed: boolean): Word {
  const missing = width - widthOfWord(word);
  if (missing <= 0) return sliceWord(word, 0, width);
  if (!signed) return joinWords(store, [word, wordOf(store.constant(0n), missing, undefined)]);
  const top = sliceWord(word, widthOfWord(word) - 1, 1);
  return joinWords(store, [word, ...Array.from({ length: missing }, () => top)]);
}

/** Every bit inverted. */
export function invertWord(store: FormStore, word: Word): Word {
  return word.map((slice) => ({ ...slice, form: complementForm(store, slice.form) }));
}

/** The word one cycle later. */
export function registerWord(word: Word): Word {
  return word.map((slice) => ({ ...slice, delay: slice.delay === undefined ? undefined : slice.delay + 1 }));
}

/** Read words as numbers of one cycle: that of the latest input among them. */
export function readWords(
  store: FormStore,
  words: readonly (readonly [Word, Reading])[],
): { readonly forms: readonly Form[]; readonly delay: number | undefined } {
  let delay: number | undefined;
  for (const [word] of words) {
    for (const slice of word) {
      if (slice.delay !== undefined && (delay === undefined || slice.delay < delay)) delay = slice.delay;
    }
  }
  const forms = words.map(([word, reading]) => {
    let form = store.constant(0n);
    let offset = 0;
    word.forEach((slice, k) => {
      const late = slice.delay === undefined ? slice.form : delayForm(store, slice.form, slice.delay - delay!);
      const part = readSlice(store, { ...slice, form: late }, k === word.length - 1 ? reading : 'unsigned');
      form = addForms(store, form, part, 1n << BigInt(offset));
      offset += slice.width;
    });
    return form;
  });
  return { forms, delay };
}

function readSlice(store: FormStore, { form, lsb, width }: Slice, reading: Reading): Form {
  switch (reading) {
    case 'unsigned':
      return unsignedBits(store, form, lsb, width);
    case 'signed':
      return signedBits(store, form, lsb, width);
    case 'modular':
      return floorForm(store, form, lsb);
    default:
      return reading satisfies never;
  }
}

/** Read one word. */
export function readWord(store: FormStore, word: Word, reading: Reading): TimedForm {
  const { forms, delay } = readWords(store, [[word, reading]]);
  return { form: forms[0]!, delay };
}

/**
 * The simplest form with the same low `width` bits: itself where it fits them, else moved by a multiple of 2^width where
 * that fits, else with coefficients reduced modulo 2^width.
 */
export function modularForm(store: FormStore, form: Form, width: number): Form {
  const fitting = fittingForm(form, width);
  if (fitting !== undefined) return fitting;
  const unit = 1n << BigInt(width);
  const { atoms, coefficients } = form.linear;
  if (coefficients.every((c) => c < unit && c > -unit)) return form;
  let reduced = store.constant(BigInt.asIntN(width, form.constant));
  atoms.forEach((atom, k) => {
    reduced = addForms(store, reduced, scaleForm(store, store.ofAtom(atom), BigInt.asIntN(width, coefficients[k]!)));
  });
  return fittingForm(reduced, width) ?? reduced;
}

function fittingForm(form: Form, width: number): Form | undefined {
  const unit = 1n << BigInt(width);
  const half = unit >> 1n;
  const [lo, hi] = [least(form), greatest(form)];
  if ((lo >= -half && hi < half) || (lo >= 0n && hi < unit)) return form;
  const places = BigInt(width);
  const signed = ((lo + half) >> places) << places;
  if (hi - signed < half) return { linear: form.linear, constant: form.constant - signed };
  const unsigned = (lo >> places) << places;
  if (hi - unsigned < unit) return { linear: form.linear, constant: form.constant - unsigned };
  return undefined;
}

/** Tell in which way a word loses nothing: unsigned unless a part of it can be negative. */
export function naturalReading(words: readonly Word[]): Reading {
  const isSigned = words.some((word) => {
    const top = word.at(-1);
    return top !== undefined && least(top.form) < 0n;
  });
  return isSigned ? 'signed' : 'unsigned';
}
