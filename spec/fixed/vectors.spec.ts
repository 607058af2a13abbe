/** The reference rows of C++ ap_types: the thinned ones always, the full files where they lie beside the checkout. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkOddRow, DEVIATION_CLASSES } from '../conformance/apfixed-deviations.ts';
import { ROW_CHECKS } from '../conformance/apfixed-rows.ts';
import { apfixed } from '../conformance/apfixed.ts';
import type { FileResult } from '../conformance/result.ts';

const FULL = '../shared/vectors';

const resultsOf = (directory: string): FileResult[] => [...(apfixed(directory) as Iterable<FileResult>)];

const summaryOf = (results: readonly FileResult[]): unknown =>
  results.map(({ file, failed, unsupported, firstFailure }) => ({ file, failed, unsupported, firstFailure }));

const clean = (results: readonly FileResult[]): unknown =>
  results.map(({ file }) => ({ file, failed: 0, unsupported: 0, firstFailure: null }));

describe('reference rows', () => {
  it('agree in every thinned file', () => {
    const results = resultsOf('fixtures');
    expect(results).toHaveLength(19);
    expect(results.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThan(5000);
    expect(summaryOf(results)).toEqual(clean(results));
  });

  it.skipIf(!existsSync(`${FULL}/apfixed`))('agree in every full file', () => {
    const results = resultsOf(FULL);
    expect(results.length).toBeGreaterThan(0);
    expect(summaryOf(results)).toEqual(clean(results));
  });
});

describe('the row checks notice a wrong cell', () => {
  it.each([
    ['a1_from_double', 's4:2:RND:SAT:0,3fe0000000000000,3'],
    ['a2_fixed_to_fixed', 'u9:12,s4:2:RND:SAT:0,1,6'],
    ['a3_binary', '+,u1:1,u1:1,u2:2,1,1,3'],
    ['a3_binary', '+,u1:1,u1:1,u3:3,1,1,2'],
    ['a3_cint', 'cmp,s4:2,2,0,,100101'],
    ['a3_compare', 'u1:1,u1:1,1,1,010011'],
    ['a3_compound', '+,s4:4,s4:4,1,1;1,2;4'],
    ['a3_unary_shift', 'lnot,s4:4,,0,bool,0'],
    ['a4_convert', 's1:1,-1,bff0000000000000,bf800000,-1,-1,-1,0b11,-0x2'],
    ['a4_from_string', 's4:2:TRN:WRAP:0,0.5,1'],
  ])('%s: %s', (file, row) => {
    expect(ROW_CHECKS[file]!(row.split(','))).toMatch(/^expected .* found /);
  });
});

describe('the classes of oddities', () => {
  it('reject a row that belongs to none of them', () => {
    expect(checkOddRow('a3_binary', '+,s4:4,s4:4,s5:5,1,1,3,M'.split(','))).toMatch(/no known class/);
  });

  it('reject a deviation that does not show the quirk of its class', () => {
    expect(checkOddRow('a3_compare', 's8:8,s8:8,1,2,100101,M'.split(','))).toMatch(/no known class/);
    expect(checkOddRow('a3_compare', 'u64:16,s8:8,0,-127,100101,M'.split(','))).toMatch(/quirk/);
    expect(checkOddRow('a3_binary', '/,s16:6,s1:1,s17:7,-32768,-1,5,M'.split(','))).toMatch(/quirk/);
  });

  it('have distinct names and a reason each', () => {
    expect(new Set(DEVIATION_CLASSES.map(({ name }) => name)).size).toBe(DEVIATION_CLASSES.length);
    for (const { vendor, ours, reason } of DEVIATION_CLASSES) {
      expect([vendor, ours, reason].every((text) => text.length > 0)).toBe(true);
    }
  });
});
