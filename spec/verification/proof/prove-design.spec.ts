import { describe, expect, it } from 'vitest';
import {
  addForms,
  inputForms,
  proofContext,
  proveOutputs,
  RESET_INPUT,
  selectForm,
  VALID_INPUT,
  VALID_OUTPUT,
  wordOf,
} from '../../../src/verification/proof/index.ts';
import type { DesignProof, Form, Word } from '../../../src/verification/proof/index.ts';
import { joinWords, registerWord } from '../../../src/verification/proof/bits.ts';
import { bitInput } from '../../../src/verification/proof/design-trace.ts';
import { validAfter } from '../../../src/verification/proof/prove-design.ts';

function bench() {
  const context = proofContext();
  const { store } = context;
  const [x, y] = inputForms(context, 'x', [
    { lo: -8n, hi: 7n },
    { lo: -8n, hi: 7n },
  ]) as [Form, Form];
  const mark = bitInput(store, VALID_INPUT);
  const element = (form: Form) => ({ form, width: 4, isRead: true });
  /** Prove an output that must show x and y after two cycles. */
  const prove = (word: Word | undefined, valid: Word | undefined = validAfter(store, 2, mark)): DesignProof => {
    const outputs = new Map([
      ...(word === undefined ? [] : [['out', word] as const]),
      ...(valid === undefined ? [] : [['valid_out', valid] as const]),
    ]);
    const expected = { instances: new Map(), outputs: new Map([['out', [element(x), element(y)]]]), latency: 2 };
    return proveOutputs(context, expected, 'top', outputs, []);
  };
  const after = (form: Form, cycles: number, width = 4): Word => wordOf(form, width, cycles);
  const open = ({ top }: DesignProof): number[] =>
    top.unproven.filter(({ port }) => port === 'out').map(({ element: place }) => place);
  const isValid = ({ top }: DesignProof): boolean => top.unproven.every(({ port }) => port !== VALID_OUTPUT);
  return { context, store, x, y, prove, after, open, isValid };
}

describe('proveOutputs', () => {
  it('proves outputs, latency and valid', () => {
    const { store, x, y, prove, after, open, isValid } = bench();
    const proof = prove(joinWords(store, [after(x, 2), after(y, 2)]));
    expect([open(proof), proof.top.outputs, proof.latency, isValid(proof)]).toEqual([[], 3, 2, true]);
  });

  it('leaves open what is another value, and one whose parts come from different cycles', () => {
    const { store, x, y, prove, after, open } = bench();
    expect(open(prove(joinWords(store, [after(y, 2), after(x, 2)])))).toEqual([0, 1]);
    expect(open(prove(joinWords(store, [after(x, 2), after(addForms(store, y, store.constant(1n)), 2)])))).toEqual([1]);
    const torn = joinWords(store, [after(x, 2, 2), [{ form: x, lsb: 2, width: 2, delay: 3 }], after(y, 2)]);
    expect(open(prove(torn))).toEqual([0]);
  });

  it('leaves open an element of which the port does not show every bit, and a port that is not there', () => {
    const { store, x, y, prove, after, open } = bench();
    expect(open(prove(joinWords(store, [after(x, 2), after(y, 2, 3)])))).toEqual([1]);
    expect(open(prove(after(x, 2)))).toEqual([1]);
    expect(open(prove(undefined))).toEqual([0, 1]);
  });

  it('tells an element that comes in another cycle', () => {
    const { store, x, y, prove, after } = bench();
    const { top } = prove(joinWords(store, [after(x, 2), after(y, 3)]));
    expect(top.unproven).toMatchObject([{ port: 'out', element: 1, delay: 3, expectedDelay: 2 }]);
  });

  it('holds the valid bit to its cycle and to the reset of every register on its way', () => {
    const { store, x, y, prove, after, isValid } = bench();
    const data = joinWords(store, [after(x, 2), after(y, 2)]);
    const reset = bitInput(store, RESET_INPUT)[0]!.form;
    const valid = bitInput(store, VALID_INPUT);
    const cleared = (form: Form, to: bigint): Word =>
      registerWord(wordOf(selectForm(store, reset, store.constant(to), form), 1, 0));
    expect(isValid(prove(data, validAfter(store, 1, valid)))).toBe(false);
    expect(isValid(prove(data, validAfter(store, 3, valid)))).toBe(false);
    expect(isValid(prove(data, registerWord(registerWord(valid))))).toBe(false);
    expect(isValid(prove(data, registerWord(cleared(valid[0]!.form, 0n))))).toBe(false);
    expect(isValid(prove(data, registerWord(cleared(valid[0]!.form, 1n))))).toBe(false);
    expect(isValid(prove(data, wordOf(store.constant(1n), 1, undefined)))).toBe(false);
  });

  it('takes one valid bit per name, in order and no more', () => {
    const { context, store } = bench();
    const [a, b] = ['a', 'b'].map((name) => validAfter(store, 2, bitInput(store, name))) as [Word, Word];
    const open = (...bits: readonly Word[]): number[] =>
      proveOutputs(
        context,
        { instances: new Map(), outputs: new Map(), latency: 2, valid: ['a', 'b'] },
        'top',
        new Map([[VALID_OUTPUT, joinWords(store, bits)]]),
        [],
      ).top.unproven.map(({ element }) => element);
    expect(open(a, b)).toEqual([]);
    expect(open(b, a)).toEqual([0, 1]);
    expect(open(a, a)).toEqual([1]);
    expect(open(a, b, a)).toEqual([1]);
  });

  it('reads data with the reset held low', () => {
    const { store, x, y, prove, after, open } = bench();
    const reset = bitInput(store, RESET_INPUT)[0]!.form;
    const cleared = selectForm(store, reset, store.constant(0n), x);
    const word = joinWords(store, [registerWord(after(cleared, 1)), after(y, 2)]);
    expect(open(prove(word))).toEqual([]);
    const wrong = selectForm(store, reset, x, store.constant(0n));
    expect(open(prove(joinWords(store, [after(wrong, 2), after(y, 2)])))).toEqual([0]);
  });
});
