/** Exact integer expressions in a normal form. */
export { castForm } from './casts.ts';
export { delayForm, withoutReset } from './delays.ts';
export { innerAtoms } from './divided-range.ts';
export { factorOf } from './linear-range.ts';
export { evaluateOperation } from './evaluate.ts';
export type { Operation } from './evaluate.ts';
export { floorForm, isNegative, signedBits, signPlace, unsignedBits } from './floor.ts';
export { formStore, RESET_INPUT } from './form-store.ts';
export type { FormStore } from './form-store.ts';
export { greatest, isConstant, least, operandsOf, sameForm } from './form.ts';
export type { Atom, Form, Linear, LookUp, Meaning } from './form.ts';
export { andForms, isBit, isLess, isZero, multiplyForms, orForms, selectForm, tableForm, xorForms } from './logic.ts';
export { addForms, complementForm, contentOf, notForm, scaleForm, subtractForms, withConstant } from './sums.ts';
