/**
 * The place where equal atoms and equal sums become the same object.
 *
 * Stateful: it only ever grows. All sides of a proof share one store, which is what makes comparing them a comparison
 * of objects; they share nothing else.
 */
import type { Atom, Form, Linear, LookUp, Meaning } from './form.ts';
import { operandsOf } from './form.ts';
import { dividedRange } from './divided-range.ts';
import { linearRange } from './linear-range.ts';

export interface FormStore {
  /** Number of atoms so far. */
  readonly size: number;
  constant(value: bigint): Form;
  /** The form 1 · atom. */
  ofAtom(atom: Atom): Form;
  /** Find or make an atom; the interval must hold for all inputs. */
  atom(meaning: Meaning, lo: bigint, hi: bigint): Atom;
  /** Find or make a sum; atoms ascend by id, coefficients are not 0. */
  linear(atoms: readonly Atom[], coefficients: readonly bigint[]): Linear;
  lookUp(lo: bigint, values: readonly bigint[]): LookUp;
}

/** Name of the input whose influence `Atom.resets` marks. */
export const RESET_INPUT = 'rst';

/** Write a form as a key. */
function formKey({ linear, constant }: Form): string {
  return `${linear.id}+${constant}`;
}

function meaningKey(meaning: Meaning): string {
  switch (meaning.kind) {
    case 'input':
    case 'opaque':
      return `${meaning.kind} ${meaning.name}`;
    case 'floor':
      return `f ${formKey(meaning.of)} ${meaning.shift}`;
    case 'select':
      return `s ${formKey(meaning.condition)} ${formKey(meaning.a)} ${formKey(meaning.b)}`;
    case 'zero':
      return `z ${formKey(meaning.of)}`;
    case 'product':
      return `p ${formKey(meaning.a)} ${formKey(meaning.b)}`;
    case 'table':
      return `t ${formKey(meaning.of)} ${meaning.table.id}`;
    case 'and':
    case 'xor':
      return `${meaning.kind} ${meaning.operands.map(formKey).join(' ')}`;
    case 'cast': {
      const { signed, width, quantization, overflow, saturationBits } = meaning.format;
      return `c ${formKey(meaning.of)} ${meaning.drop} ${signed} ${width} ${quantization} ${overflow} ${saturationBits}`;
    }
    case 'delayed':
      return `d ${meaning.of.id} ${meaning.cycles}`;
    default:
      return meaning satisfies never;
  }
}

function dependsOnReset(atom: Pick<Atom, 'meaning'>): boolean {
  const { meaning } = atom;
  if (meaning.kind === 'input') return meaning.name === RESET_INPUT;
  if (meaning.kind === 'delayed') return meaning.of.resets;
  return operandsOf(atom as Atom).some(({ linear }) => linear.atoms.some(({ resets }) => resets));
}

/** Make an empty store. */
export function formStore(): FormStore {
  const atoms = new Map<string, Atom>();
  const linears = new Map<string, Linear>();
  const tables = new Map<string, LookUp>();
  const nothing: Linear = { id: 0, atoms: [], coefficients: [], lo: 0n, hi: 0n };
  const store: FormStore = {
    get size() {
      return atoms.size;
    },
    constant: (value) => ({ linear: nothing, constant: value }),
    ofAtom: (atom) => ({ linear: store.linear([atom], [1n]), constant: 0n }),
    atom(meaning, lo, hi) {
      const key = meaningKey(meaning);
      let atom = atoms.get(key);
      if (atom === undefined) {
        atom = { id: atoms.size, lo, hi, meaning, resets: dependsOnReset({ meaning }) };
        atoms.set(key, atom);
      }
      return atom;
    },
    linear(terms, coefficients) {
      if (terms.length === 0) return nothing;
      let key = '';
      for (let k = 0; k < terms.length; k++) key += `${terms[k]!.id}:${coefficients[k]} `;
      let linear = linears.get(key);
      if (linear === undefined) {
        const range = dividedRange(terms, coefficients, linearRange(terms, coefficients));
        linear = { id: linears.size + 1, atoms: terms, coefficients, ...range };
        linears.set(key, linear);
      }
      return linear;
    },
    lookUp(lo, values) {
      const key = `${lo} ${values.join(' ')}`;
      let table = tables.get(key);
      if (table === undefined) tables.set(key, (table = { id: tables.size, lo, values }));
      return table;
    },
  };
  return store;
}
