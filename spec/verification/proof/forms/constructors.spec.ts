import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildForms, FORM_KINDS, formPrograms, problemOf } from '../random-forms.ts';
import type { FormKind } from '../random-forms.ts';
import { runs } from '../runs.ts';

/** Each kind that is asked for, as often as all others together that it can be built on. */
const emphasis: readonly (readonly [string, readonly FormKind[]])[] = [
  ['everything', FORM_KINDS],
  [
    'sums and floors',
    ['add', 'subtract', 'scale', 'constant', 'floor', 'floor', 'unsignedBits', 'signedBits', 'isNegative'],
  ],
  ['casts', ['cast', 'cast', 'cast', 'add', 'scale', 'constant', 'select', 'multiply']],
  ['choices', ['select', 'select', 'isLess', 'isNegative', 'isZero', 'add', 'scale', 'constant', 'floor', 'not']],
  [
    'bitwise logic',
    ['and', 'or', 'xor', 'and', 'or', 'xor', 'not', 'complement', 'constant', 'unsignedBits', 'scale', 'isZero'],
  ],
  ['products and tables', ['multiply', 'multiply', 'table', 'table', 'add', 'scale', 'constant', 'floor', 'isZero']],
  [
    'time',
    [
      'delay',
      'delay',
      'withoutReset',
      'withoutReset',
      'select',
      'add',
      'floor',
      'and',
      'xor',
      'cast',
      'table',
      'multiply',
      'isZero',
    ],
  ],
];

describe('the constructors of forms', () => {
  it.each(emphasis)('compute what they say, within their intervals, for all inputs: %s', (_, kinds) => {
    fc.assert(
      fc.property(formPrograms({ kinds }), (program) => {
        const { forms, samples } = buildForms(program);
        for (const valued of forms) expect(problemOf(valued, samples)).toBeUndefined();
      }),
      { numRuns: runs(300) },
    );
  });
});
