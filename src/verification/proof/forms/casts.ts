/**
 * The cast as a form: floors where it only cuts, an atom where it rounds to a side or limits.
 *
 * This is the definition that hardware is held to; its values are those of `cast` of `fixed`.
 */
import { castKeepsValues, castType, roundedInterval } from '../../../circuit/index.ts';
import { fractionBits, isWrapping, rawRange } from '../../../fixed/index.ts';
import type { FixedFormat } from '../../../fixed/index.ts';
import { greatest, isConstant, least } from './form.ts';
import type { Form } from './form.ts';
import type { FormStore } from './form-store.ts';
import { floorForm, signedBits, unsignedBits } from './floor.ts';
import { scaleForm, withConstant } from './sums.ts';
import { cast } from '../../../fixed/index.ts';

/** The codes of a cast of form · 2^-fraction. */
export function castForm(store: FormStore, form: Form, fraction: number, format: FixedFormat): Form {
  const drop = fraction - fractionBits(format);
  if (drop < 0) return castForm(store, scaleForm(store, form, 1n << BigInt(-drop)), fraction - drop, format);
  if (isConstant(form)) return store.constant(cast(form.constant, fraction, format));
  const type = { lo: least(form), hi: greatest(form), fraction };
  if (castKeepsValues(type, format)) return form;
  const rounded = roundedInterval(type, format);
  const range = rawRange(format);
  const isInside =
    rounded.lo >= range.lo && rounded.hi <= range.hi && cast(rounded.lo, fractionBits(format), format) === rounded.lo;
  if (isInside || isWrapping(format)) {
    const floor = roundedFloor(store, form, drop, format);
    if (floor !== undefined) {
      if (isInside) return floor;
      return (format.signed ? signedBits : unsignedBits)(store, floor, 0, format.width);
    }
  }
  const { lo, hi } = castType(type, format);
  if (lo === hi) return store.constant(lo);
  return store.ofAtom(store.atom({ kind: 'cast', of: form, drop, format }, lo, hi));
}

/** Rounding that is a floor of a sum: down, or half up. */
function roundedFloor(store: FormStore, form: Form, drop: number, { quantization }: FixedFormat): Form | undefined {
  if (drop === 0 || quantization === 'AP_TRN') return floorForm(store, form, drop);
  if (quantization === 'AP_TRN_ZERO' && least(form) >= 0n) return floorForm(store, form, drop);
  if (quantization !== 'AP_RND') return undefined;
  return floorForm(store, withConstant(form, form.constant + (1n << BigInt(drop - 1))), drop);
}
