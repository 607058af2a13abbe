import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clauseStore, HEADER } from '../../../../src/verification/proof/satisfiability/clause-store.ts';

const LITERALS = 40;

/** Clauses of distinct literals: given ones have level distance 0, learned ones more. */
const stored = fc.record({
  clause: fc.uniqueArray(fc.nat(LITERALS - 1), { minLength: 2, maxLength: 8 }),
  levelDistance: fc.nat(6),
  isInUse: fc.boolean(),
});

describe('clauseStore', () => {
  it('deletes about half of the learned clauses, the weakest, and keeps all others whole and watched', () => {
    fc.assert(
      fc.property(fc.array(stored, { maxLength: 60, size: 'max' }), (list) => {
        const store = clauseStore();
        for (let literal = 0; literal < LITERALS; literal += 1) store.watchers.push([]);
        const places = list.map(({ clause, levelDistance }) => store.add(clause, levelDistance));
        const learned = list.filter(({ levelDistance }) => levelDistance > 0).length;
        const candidates = list.filter(({ levelDistance, isInUse }) => levelDistance > 2 && !isInUse);
        const deleted = Math.min(candidates.length, Math.floor(learned / 2));

        const placeOf = store.deleteLearned((clause) => list[places.indexOf(clause)]!.isInUse);

        expect(store.learnedCount()).toBe(learned - deleted);
        const watched: string[] = [];
        const lost: number[] = [];
        const kept: number[] = [];
        for (const [k, one] of list.entries()) {
          let place: number;
          try {
            place = placeOf(places[k]!);
          } catch {
            expect(candidates).toContain(one);
            lost.push(one.levelDistance);
            continue;
          }
          if (candidates.includes(one)) kept.push(one.levelDistance);
          const found = store.literals().slice(place, place + HEADER + one.clause.length);
          expect([...found]).toEqual([one.clause.length, one.levelDistance, ...one.clause]);
          const [first, second] = one.clause as [number, number];
          watched.push(`${first}: ${place} ${second}`, `${second}: ${place} ${first}`);
        }
        expect(lost.length).toBe(deleted);
        expect(Math.min(Infinity, ...lost)).toBeGreaterThanOrEqual(Math.max(0, ...(lost.length > 0 ? kept : [])));
        const watching = store.watchers.flatMap((pairs, literal) =>
          Array.from({ length: pairs.length / 2 }, (_, k) => `${literal}: ${pairs[2 * k]} ${pairs[2 * k + 1]}`),
        );
        expect(watching.toSorted()).toEqual(watched.toSorted());
      }),
      { numRuns: 300 },
    );
  });
});
