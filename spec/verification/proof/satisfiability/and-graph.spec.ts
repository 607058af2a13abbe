import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../../src/errors.ts';
import {
  andGraph,
  evaluate,
  evaluateAll,
  FALSE,
  inputWord,
  multiplyWords,
  TRUE,
} from '../../../../src/verification/proof/satisfiability/index.ts';
import { build, rowOf, steps } from './functions.ts';

describe('andGraph', () => {
  it('computes what each operation says', () => {
    fc.assert(
      fc.property(steps, (program) => {
        const { graph, inputs, literals, truths } = build(program, 4);
        for (let row = 0; row < 16; row += 1) {
          const values = evaluateAll(graph, literals, rowOf(inputs, row));
          expect(values).toEqual(truths.map((truth) => ((truth >> BigInt(row)) & 1n) === 1n));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has operands before what is made of them', () => {
    fc.assert(
      fc.property(steps, (program) => {
        const { graph } = build(program, 3);
        const seen = new Set<string>();
        for (let node = 0; node < graph.size; node += 1) {
          const [left, right] = [graph.left(node), graph.right(node)];
          expect(graph.isAnd(node)).toBe(node > 3);
          if (!graph.isAnd(node)) continue;
          expect(1 < left && left < right && right >> 1 < node).toBe(true);
          seen.add(`${left} ${right}`);
        }
        expect(seen.size).toBe(Math.max(0, graph.size - 4));
      }),
    );
  });

  it('folds constants and equal operands', () => {
    const g = andGraph();
    const [a, b] = [g.input(), g.input()];
    expect([g.and(a, FALSE), g.and(TRUE, a), g.and(a, a), g.and(a, a ^ 1)]).toEqual([FALSE, a, a, FALSE]);
    expect([g.or(a, FALSE), g.or(TRUE, a), g.or(a, a), g.or(a, a ^ 1)]).toEqual([a, TRUE, a, TRUE]);
    expect([g.xor(a, FALSE), g.xor(TRUE, a), g.xor(a, a), g.xor(a, a ^ 1)]).toEqual([a, a ^ 1, FALSE, TRUE]);
    expect([g.mux(TRUE, a, b), g.mux(FALSE, a, b), g.mux(a, b, b), g.mux(a, TRUE, FALSE)]).toEqual([a, b, b, a]);
    expect([g.majority(a, a, b), g.majority(a, b, a ^ 1), g.majority(TRUE, FALSE, b)]).toEqual([a, b, b]);
    expect(g.size).toBe(3);
  });

  it('makes one node of what differs in polarity or order only', () => {
    const g = andGraph();
    const [a, b, c] = [g.input(), g.input(), g.input()];
    expect(g.and(b, a)).toBe(g.and(a, b));
    expect(g.xor(b ^ 1, a)).toBe(g.xor(a, b) ^ 1);
    expect(g.mux(a ^ 1, b, c)).toBe(g.mux(a, c, b));
    expect(g.mux(a, b ^ 1, c ^ 1)).toBe(g.mux(a, b, c) ^ 1);
    expect(g.mux(a, b ^ 1, b)).toBe(g.xor(a, b));
  });

  it('looks into operands that are ANDs', () => {
    const g = andGraph();
    const [p, q, s] = [g.input(), g.input(), g.input()];
    const pq = g.and(p, q);
    expect(g.and(pq, p)).toBe(pq);
    expect(g.and(pq, q ^ 1)).toBe(FALSE);
    expect(g.and(pq ^ 1, p ^ 1)).toBe(p ^ 1);
    expect(g.and(pq ^ 1, p)).toBe(g.and(p, q ^ 1));
    expect(g.and(pq, g.and(p ^ 1, s))).toBe(FALSE);
    expect(g.and(pq, g.and(p, s))).toBe(g.and(pq, s));
    expect(g.and(pq, g.and(p ^ 1, s) ^ 1)).toBe(pq);
    expect(g.and(pq, g.and(p, s) ^ 1)).toBe(g.and(pq, s ^ 1));
    expect(g.and(pq ^ 1, g.and(p, q ^ 1) ^ 1)).toBe(p ^ 1);
  });

  it('finds nodes again among thousands', () => {
    const g = andGraph();
    const [a, b] = [inputWord(g, 32), inputWord(g, 32)];
    const product = multiplyWords(g, a, b);
    const { size } = g;
    expect(size).toBeGreaterThan(5000);
    expect(multiplyWords(g, b, a)).toEqual(product);
    expect(g.size).toBe(size);
  });

  it('refuses literals of no node', () => {
    const g = andGraph();
    const a = g.input();
    expect(() => g.and(a, 4)).toThrow('And graph: literal 4 is of no node; there are literals 0 to 3.');
    expect(() => g.and(-1, a)).toThrow(ValueError);
    expect(() => g.and(a, 0.5)).toThrow(ValueError);
    expect(() => evaluate(g, 6, new Map())).toThrow(ValueError);
    expect(() => evaluate(g, a, new Map())).toThrow('And graph: input literal 2 has no value.');
  });
});
