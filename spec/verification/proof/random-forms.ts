/**
 * Random forms beside what they must be worth: programs that call the constructors of forms and, next to each call,
 * compute the same on whole numbers.
 *
 * The inputs take every combination of their few values, one cycle after the other, so a law over a program is a law over
 * all inputs. The values are computed here and not by the evaluator of the package; the evaluator is compared with them.
 */
import * as fc from 'fast-check';
import { cast, fractionBits } from '../../../src/fixed/index.ts';
import type { FixedFormat } from '../../../src/fixed/index.ts';
import { formats } from '../../../src/verification/arbitraries/index.ts';
import {
  addForms,
  andForms,
  castForm,
  complementForm,
  delayForm,
  floorForm,
  formStore,
  greatest,
  isBit,
  isLess,
  isNegative,
  isZero,
  least,
  multiplyForms,
  notForm,
  operandsOf,
  orForms,
  RESET_INPUT,
  scaleForm,
  selectForm,
  signedBits,
  subtractForms,
  tableForm,
  unsignedBits,
  withConstant,
  withoutReset,
  xorForms,
} from '../../../src/verification/proof/index.ts';
import type { Atom, Form, FormStore } from '../../../src/verification/proof/index.ts';
import { followSamples } from '../../../src/verification/proof/samples.ts';
import type { Samples } from '../../../src/verification/proof/samples.ts';

/** A form with its value in each cycle, with the reset as it comes and with the reset held low. */
export interface Valued {
  readonly form: Form;
  readonly values: readonly bigint[];
  readonly unreset: readonly bigint[];
}

export interface RandomForms {
  readonly store: FormStore;
  /** Number of cycles; every combination of inputs occurs in one. */
  readonly count: number;
  /** Inputs first, then one form per step that was possible. */
  readonly forms: readonly Valued[];
  /** The evaluator of the package over the same cycles. */
  readonly samples: Samples;
}

export const FORM_KINDS = [
  'add',
  'subtract',
  'scale',
  'constant',
  'floor',
  'unsignedBits',
  'signedBits',
  'isNegative',
  'isZero',
  'isLess',
  'select',
  'not',
  'complement',
  'and',
  'or',
  'xor',
  'multiply',
  'table',
  'cast',
  'delay',
  'withoutReset',
] as const;

export type FormKind = (typeof FORM_KINDS)[number];

interface Step {
  readonly kind: FormKind;
  readonly picks: readonly [number, number, number];
  /** A factor or a constant. */
  readonly number: bigint;
  readonly place: number;
  readonly width: number;
  readonly format: FixedFormat;
}

export interface FormProgram {
  /** Least value and number of values of each input. */
  readonly inputs: readonly { readonly lo: bigint; readonly size: number }[];
  readonly hasReset: boolean;
  readonly steps: readonly Step[];
}

/** The program with one step in another way: one number, place, width, operand, kind or format. */
export function editedPrograms(program: FormProgram, choice: FormChoice = {}): fc.Arbitrary<FormProgram> {
  return fc
    .tuple(fc.nat(program.steps.length - 1), fc.nat(5), formPrograms({ ...choice, maxSteps: 1 }))
    .map(([at, part, other]) => {
      const step = program.steps[at]!;
      const from = other.steps[0]!;
      const [first, second, third] = step.picks;
      const edits: readonly Partial<Step>[] = [
        { number: step.number + 1n },
        { place: (step.place + 1) % 8 },
        { width: 1 + (step.width % 7) },
        { picks: [second, first, third] },
        { kind: from.kind },
        { format: from.format },
      ];
      return { ...program, steps: program.steps.with(at, { ...step, ...edits[part] }) };
    });
}

export interface FormChoice {
  /** A kind that stands twice comes twice as often. @defaultValue all */
  readonly kinds?: readonly FormKind[];
  /** @defaultValue 14 */
  readonly maxSteps?: number;
  /** Most values of an input. @defaultValue 6 */
  readonly maxSize?: number;
  /** Most inputs. @defaultValue 3 */
  readonly maxInputs?: number;
}

/** Generate programs of calls; every program can be carried out. */
export function formPrograms(choice: FormChoice = {}): fc.Arbitrary<FormProgram> {
  const { kinds = FORM_KINDS, maxSteps = 14, maxSize = 6, maxInputs = 3 } = choice;
  const pick = fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 30 }));
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    picks: fc.tuple(pick, pick, pick),
    number: fc.oneof(
      fc.bigInt({ min: -9n, max: 9n }),
      fc.bigInt({ min: -300n, max: 300n }),
      fc.constantFrom(2n, 4n, -8n, 16n, -1n, 1n),
    ),
    place: fc.nat({ max: 7 }),
    width: fc.integer({ min: 1, max: 7 }),
    format: formats({ maxWidth: 6, minFraction: -2 }),
  });
  const range = fc.record({ lo: fc.bigInt({ min: -9n, max: 3n }), size: fc.integer({ min: 2, max: maxSize }) });
  return fc.record({
    inputs: fc.array(range, { minLength: 1, maxLength: maxInputs }),
    hasReset: kinds.includes('withoutReset') ? fc.boolean() : fc.constant(false),
    steps: fc.array(step, { minLength: 1, maxLength: maxSteps, size: 'max' }),
  });
}

/** Forms beyond this magnitude are not built upon: they only make the numbers longer. */
const LARGEST = 1n << 48n;

/** Carry a program out, in a store of its own or in one that has forms of the same inputs. */
export function buildForms({ inputs, hasReset, steps }: FormProgram, store: FormStore = formStore()): RandomForms {
  const ranges = [
    ...inputs.map(({ lo, size }, k) => ({ name: `x${k}`, lo, size })),
    ...(hasReset ? [{ name: RESET_INPUT, lo: 0n, size: 2 }] : []),
  ];
  const count = ranges.reduce((product, { size }) => product * size, 1);
  const columns = new Map<string, readonly bigint[]>();
  const forms: Valued[] = [];
  let period = 1;
  for (const { name, lo, size } of ranges) {
    const values = Array.from({ length: count }, (_, k) => lo + BigInt(Math.floor(k / period) % size));
    period *= size;
    columns.set(name, values);
    const form = store.ofAtom(store.atom({ kind: 'input', name }, lo, lo + BigInt(size) - 1n));
    forms.push({ form, values, unreset: name === RESET_INPUT ? values.map(() => 0n) : values });
  }
  for (const step of steps) {
    const next = apply(store, forms, step);
    if (next !== undefined && least(next.form) > -LARGEST && greatest(next.form) < LARGEST) forms.push(next);
  }
  return { store, count, forms, samples: followSamples(count, (name) => columns.get(name)!) };
}

function apply(store: FormStore, forms: readonly Valued[], step: Step): Valued | undefined {
  const { kind, number, place, width, format } = step;
  const [a, b, c] = step.picks.map((pick) => forms[forms.length - 1 - (pick % forms.length)]!) as [
    Valued,
    Valued,
    Valued,
  ];
  /** The result of a constructor, and of the same on the values of a, b and c in each cycle. */
  const result = (form: Form, value: (x: bigint, y: bigint, z: bigint) => bigint): Valued => ({
    form,
    values: a.values.map((x, k) => value(x, b.values[k]!, c.values[k]!)),
    unreset: a.unreset.map((x, k) => value(x, b.unreset[k]!, c.unreset[k]!)),
  });
  const bit = (holds: boolean): bigint => (holds ? 1n : 0n);
  switch (kind) {
    case 'add':
      return result(addForms(store, a.form, b.form, number), (x, y) => x + number * y);
    case 'subtract':
      return result(subtractForms(store, a.form, b.form), (x, y) => x - y);
    case 'scale':
      return result(scaleForm(store, a.form, number), (x) => x * number);
    case 'constant':
      return result(withConstant(a.form, a.form.constant + number), (x) => x + number);
    case 'floor':
      return result(floorForm(store, a.form, place - 1), (x) => shifted(x, place - 1));
    case 'unsignedBits':
      return result(unsignedBits(store, a.form, place, width), (x) => BigInt.asUintN(width, x >> BigInt(place)));
    case 'signedBits':
      return result(signedBits(store, a.form, place, width), (x) => BigInt.asIntN(width, x >> BigInt(place)));
    case 'isNegative':
      return result(isNegative(store, a.form), (x) => bit(x < 0n));
    case 'isZero':
      return result(isZero(store, a.form), (x) => bit(x === 0n));
    case 'isLess':
      return result(isLess(store, a.form, b.form), (x, y) => bit(x < y));
    case 'select': {
      // The condition is a bit; every other choice asks for a sign, as rectifiers and clamps do.
      const condition = isBit(c.form)
        ? { form: c.form, holds: (z: bigint) => z === 1n }
        : { form: isNegative(store, c.form), holds: (z: bigint) => z < 0n };
      const form = selectForm(store, condition.form, a.form, b.form);
      return result(form, (x, y, z) => (condition.holds(z) ? x : y));
    }
    case 'not':
      return isBit(a.form) ? result(notForm(store, a.form), (x) => 1n - x) : undefined;
    case 'complement':
      return result(complementForm(store, a.form), (x) => ~x);
    case 'and':
      return result(andForms(store, a.form, b.form), (x, y) => x & y);
    case 'or':
      return result(orForms(store, a.form, b.form), (x, y) => x | y);
    case 'xor':
      return result(xorForms(store, a.form, b.form), (x, y) => x ^ y);
    case 'multiply':
      return result(multiplyForms(store, a.form, b.form), (x, y) => x * y);
    case 'table': {
      const [lo, hi] = [least(a.form), greatest(a.form)];
      if (hi - lo > 300n) return undefined;
      // Longer than needed at both ends, so that addresses that are off by one show.
      const entry = (x: bigint): bigint => BigInt.asIntN(8, (x * x * 5n + x) * number);
      const values = Array.from({ length: Number(hi - lo) + 3 }, (_, k) => entry(lo - 1n + BigInt(k)));
      return result(tableForm(store, a.form, lo - 1n, values), entry);
    }
    case 'cast': {
      const fraction = place - 2 + fractionBits(format);
      return result(castForm(store, a.form, fraction, format), (x) => cast(x, fraction, format));
    }
    case 'delay':
      return {
        form: delayForm(store, a.form, width % 3),
        values: late(a.values, width % 3),
        unreset: late(a.unreset, width % 3),
      };
    case 'withoutReset':
      return { form: withoutReset(store, a.form), values: a.unreset, unreset: a.unreset };
    default:
      return kind satisfies never;
  }
}

function shifted(value: bigint, places: number): bigint {
  return places < 0 ? value << BigInt(-places) : value >> BigInt(places);
}

function late(values: readonly bigint[], cycles: number): readonly bigint[] {
  const count = values.length;
  return values.map((_, k) => values[(k - (cycles % count) + count) % count]!);
}

/** List the atoms that a form depends on. */
export function atomsWithin(form: Form): readonly Atom[] {
  const found = new Set<Atom>();
  const stack = [...form.linear.atoms];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    if (next.meaning.kind === 'delayed') stack.push(next.meaning.of);
    for (const operand of operandsOf(next)) stack.push(...operand.linear.atoms);
  }
  return [...found];
}

/** Say what is wrong with a form in words; undefined where its values and all intervals are right. */
export function problemOf({ form, values }: Valued, samples: Samples): string | undefined {
  const found = samples.seriesOf(form);
  const differing = found.findIndex((value, k) => value !== values[k]);
  if (differing >= 0) return `is ${found[differing]} in cycle ${differing}, must be ${values[differing]}`;
  const outside = values.find((value) => value < least(form) || value > greatest(form));
  if (outside !== undefined) return `is ${outside}, outside its interval ${least(form)} to ${greatest(form)}`;
  for (const atom of atomsWithin(form)) {
    const beyond = samples.seriesOfAtom(atom).find((value) => value < atom.lo || value > atom.hi);
    if (beyond !== undefined)
      return `has a ${atom.meaning.kind} of ${beyond}, outside its interval ${atom.lo} to ${atom.hi}`;
  }
  return undefined;
}
