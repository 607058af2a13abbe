/** Forms in time: the value of a form some cycles earlier, and with the reset held low. */
import { RESET_INPUT } from './form-store.ts';
import type { FormStore } from './form-store.ts';
import { isConstant } from './form.ts';
import type { Atom, Form } from './form.ts';
import { castForm } from './casts.ts';
import { floorForm } from './floor.ts';
import { andForms, isZero, multiplyForms, selectForm, tableForm, xorForms } from './logic.ts';
import { addForms, scaleForm } from './sums.ts';
import { fractionBits } from '../../../fixed/index.ts';

/** The form `cycles` earlier. */
export function delayForm(store: FormStore, form: Form, cycles: number): Form {
  if (cycles === 0 || isConstant(form)) return form;
  let result = store.constant(form.constant);
  form.linear.atoms.forEach((atom, k) => {
    const [of, before] = atom.meaning.kind === 'delayed' ? [atom.meaning.of, atom.meaning.cycles] : [atom, 0];
    const delayed = store.atom({ kind: 'delayed', of, cycles: before + cycles }, atom.lo, atom.hi);
    result = addForms(store, result, store.ofAtom(delayed), form.linear.coefficients[k]!);
  });
  return result;
}

/** The form where the reset input is 0 and was 0 before. */
export function withoutReset(store: FormStore, form: Form): Form {
  if (!form.linear.atoms.some(({ resets }) => resets)) return form;
  let result = store.constant(form.constant);
  form.linear.atoms.forEach((atom, k) => {
    const value = atom.resets ? atomWithoutReset(store, atom) : store.ofAtom(atom);
    result = addForms(store, result, scaleForm(store, value, form.linear.coefficients[k]!));
  });
  return result;
}

function atomWithoutReset(store: FormStore, { meaning }: Atom): Form {
  const inside = (form: Form): Form => withoutReset(store, form);
  switch (meaning.kind) {
    case 'input':
    case 'opaque':
      return meaning.name === RESET_INPUT ? store.constant(0n) : store.ofAtom(store.atom(meaning, 0n, 1n));
    case 'delayed':
      return delayForm(store, atomWithoutReset(store, meaning.of), meaning.cycles);
    case 'floor':
      return floorForm(store, inside(meaning.of), meaning.shift);
    case 'zero':
      return isZero(store, inside(meaning.of));
    case 'select':
      return selectForm(store, inside(meaning.condition), inside(meaning.a), inside(meaning.b));
    case 'product':
      return multiplyForms(store, inside(meaning.a), inside(meaning.b));
    case 'table':
      return tableForm(store, inside(meaning.of), meaning.table.lo, meaning.table.values);
    case 'and':
      return meaning.operands.map(inside).reduce((p, q) => andForms(store, p, q));
    case 'xor':
      return meaning.operands.map(inside).reduce((p, q) => xorForms(store, p, q));
    case 'cast':
      return castForm(store, inside(meaning.of), meaning.drop + fractionBits(meaning.format), meaning.format);
    default:
      return meaning satisfies never;
  }
}
