import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greatest, isConstant, least, signPlace } from '../../../src/verification/proof/index.ts';
import type { FormStore, Word } from '../../../src/verification/proof/index.ts';
import {
  extendWord,
  invertWord,
  joinWords,
  modularForm,
  naturalReading,
  readWord,
  readWords,
  registerWord,
  sliceWord,
  widthOfWord,
  wordOf,
} from '../../../src/verification/proof/bits.ts';
import type { Reading } from '../../../src/verification/proof/bits.ts';
import { buildForms, FORM_KINDS, formPrograms } from './random-forms.ts';
import type { FormProgram, Valued } from './random-forms.ts';
import { runs } from './runs.ts';

/** A word and its bit pattern in each cycle. */
interface ValuedWord {
  readonly word: Word;
  readonly patterns: readonly bigint[];
}

const operations = ['show', 'slice', 'join', 'extend', 'invert', 'register', 'again'] as const;

const steps = fc.array(
  fc.record({
    operation: fc.constantFrom(...operations),
    picks: fc.tuple(fc.nat(8), fc.nat(8)),
    lsb: fc.nat(9),
    width: fc.integer({ min: 1, max: 10 }),
    signed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 14, size: 'max' },
);

type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const late = (values: readonly bigint[], cycles: number): readonly bigint[] =>
  values.map((_, k) => values[(k - (cycles % values.length) + values.length) % values.length]!);

/** Make words of forms and of each other; beside each what its bits are. */
function buildWords(store: FormStore, forms: readonly Valued[], program: Steps): readonly ValuedWord[] {
  const words: ValuedWord[] = [];
  const show = ({ form, values }: Valued, width: number): ValuedWord => ({
    word: wordOf(form, width, 0),
    patterns: values.map((value) => BigInt.asUintN(width, value)),
  });
  for (const { operation, picks, lsb, width, signed } of program) {
    const [a, b] = picks.map((pick) => words[words.length - 1 - (pick % Math.max(1, words.length))]);
    if (operation === 'show' || a === undefined || b === undefined) {
      words.push(show(forms[forms.length - 1 - (picks[0] % forms.length)]!, width + lsb));
      continue;
    }
    const own = widthOfWord(a.word);
    switch (operation) {
      case 'slice':
      case 'again': {
        const from = lsb % own;
        const many = 1 + (width % (own - from));
        const part = {
          word: sliceWord(a.word, from, many),
          patterns: a.patterns.map((pattern) => BigInt.asUintN(many, pattern >> BigInt(from))),
        };
        // Cut and joined again in three pieces: the word it was.
        if (operation === 'slice') words.push(part);
        else
          words.push({
            word: joinWords(store, [
              sliceWord(a.word, 0, from),
              part.word,
              sliceWord(a.word, from + many, own - from - many),
            ]),
            patterns: a.patterns,
          });
        break;
      }
      case 'join':
        if (own + widthOfWord(b.word) > 40) break;
        words.push({
          word: joinWords(store, [a.word, b.word]),
          patterns: a.patterns.map((pattern, k) => pattern | (b.patterns[k]! << BigInt(own))),
        });
        break;
      case 'extend':
        words.push({
          word: extendWord(store, a.word, own + width - 3 < 1 ? 1 : own + width - 3, signed),
          patterns: a.patterns.map((pattern) => {
            const to = own + width - 3 < 1 ? 1 : own + width - 3;
            return BigInt.asUintN(to, signed ? BigInt.asIntN(own, pattern) : pattern);
          }),
        });
        break;
      case 'invert':
        words.push({ word: invertWord(store, a.word), patterns: a.patterns.map((p) => BigInt.asUintN(own, ~p)) });
        break;
      case 'register':
        words.push({ word: registerWord(a.word), patterns: late(a.patterns, 1) });
        break;
      default:
        operation satisfies never;
    }
  }
  return words;
}

const programs: fc.Arbitrary<FormProgram> = formPrograms({
  kinds: FORM_KINDS.filter((kind) => kind !== 'withoutReset'),
  maxSteps: 6,
  maxInputs: 2,
});

/** What a pattern of some bits is in a reading, and whether a number is that. */
function isRead(found: bigint, pattern: bigint, width: number, reading: Reading): boolean {
  if (reading === 'modular') return BigInt.asUintN(width, found) === pattern;
  return found === (reading === 'signed' ? BigInt.asIntN(width, pattern) : pattern);
}

describe('words', () => {
  it('are read as the numbers that their bits are, whatever was cut, joined, extended, inverted and delayed', () => {
    fc.assert(
      fc.property(programs, steps, (program, calls) => {
        const { store, forms, samples } = buildForms(program);
        for (const { word, patterns } of buildWords(store, forms, calls)) {
          for (const reading of ['unsigned', 'signed', 'modular', naturalReading([word])] as const) {
            const { form, delay } = readWord(store, word, reading);
            const found = late(samples.seriesOf(form), delay ?? 0);
            if (delay === undefined) expect(isConstant(form)).toBe(true);
            const wrong = found.findIndex((value, k) => !isRead(value, patterns[k]!, widthOfWord(word), reading));
            expect(wrong, `${reading} in cycle ${wrong}`).toBe(-1);
            const outside = samples.seriesOf(form).find((value) => value < least(form) || value > greatest(form));
            expect(outside).toBeUndefined();
          }
        }
      }),
      { numRuns: runs(400) },
    );
  });

  it('are read together in one cycle', () => {
    fc.assert(
      fc.property(programs, steps, (program, calls) => {
        const { store, forms, samples } = buildForms(program);
        const words = buildWords(store, forms, calls).slice(-3);
        const { forms: found, delay } = readWords(
          store,
          words.map(({ word }) => [word, 'signed'] as const),
        );
        words.forEach(({ word, patterns }, index) => {
          const values = late(samples.seriesOf(found[index]!), delay ?? 0);
          expect(values).toEqual(patterns.map((pattern) => BigInt.asIntN(widthOfWord(word), pattern)));
        });
      }),
      { numRuns: runs(200) },
    );
  });

  it('that were cut anywhere and joined again are one slice', () => {
    fc.assert(
      fc.property(programs, fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(20)), (program, width, cuts) => {
        const { store, forms } = buildForms(program);
        const { form } = forms.at(-1)!;
        fc.pre(!isConstant(form));
        const whole = wordOf(form, width, 0);
        const places = [...new Set([0, ...cuts.filter((cut) => cut < width), width])].toSorted((a, b) => a - b);
        const parts = places.slice(1).map((end, k) => sliceWord(whole, places[k]!, end - places[k]!));
        expect(joinWords(store, parts)).toEqual(whole);
        const top = sliceWord(whole, width - 1, 1);
        // Copies of a bit that is the sign are bits further up.
        fc.pre(width > signPlace(least(form), greatest(form)));
        expect(joinWords(store, [whole, top, top])).toEqual(wordOf(form, width + 2, 0));
      }),
      { numRuns: runs(200) },
    );
  });
});

describe('modularForm', () => {
  it('keeps the low bits and is the number itself where one fits them', () => {
    fc.assert(
      fc.property(programs, fc.integer({ min: 1, max: 12 }), (program, width) => {
        const { store, forms, samples } = buildForms(program);
        for (const { form, values } of forms) {
          const low = modularForm(store, form, width);
          const found = samples.seriesOf(low);
          expect(found.map((value) => BigInt.asUintN(width, value))).toEqual(
            values.map((value) => BigInt.asUintN(width, value)),
          );
          expect(found.every((value) => value >= least(low) && value <= greatest(low))).toBe(true);
          if (signPlace(least(form), greatest(form)) < width) expect(low).toEqual(form);
        }
      }),
      { numRuns: runs(200) },
    );
  });
});
