/** Layouts of samples, and how one becomes another. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Beats,
  beatsOf,
  isInOrder,
  regrouping,
  sameBeats,
  wholeBeat,
} from '../../../src/compile/streams/layouts.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });
const layouts = fc.constantFrom('whole', 'columns', 'pixels' as const);

/** Carry a change of layout out. */
function regrouped(from: Beats, to: Beats): number[][] {
  const { taken, given, order } = regrouping(from, to);
  const beats: number[][] = [];
  for (let first = 0; first < from.length; first += taken) {
    const joined = from.slice(first, first + taken).flat();
    const size = order.length / given;
    for (let part = 0; part < given; part += 1) {
      beats.push(order.slice(part * size, (part + 1) * size).map((k) => joined[k]!));
    }
  }
  return beats;
}

describe('layouts', () => {
  it('carry every place once', () => {
    fc.assert(
      fc.property(shapes, layouts, (shape, layout) => {
        const places = beatsOf(shape, layout).flat();
        expect(places.toSorted((a, b) => a - b)).toEqual(wholeBeat(places.length)[0]);
      }),
    );
  });

  it('of images are pixels row by row and columns from the left', () => {
    expect(beatsOf([2, 2, 2], 'pixels')).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    expect(beatsOf([2, 2, 2], 'columns')).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ]);
    expect(isInOrder(beatsOf([2, 2, 2], 'pixels'))).toBe(true);
    expect(isInOrder(beatsOf([2, 2, 2], 'columns'))).toBe(false);
  });

  it('become one another', () => {
    fc.assert(
      fc.property(shapes, layouts, layouts, (shape, from, to) => {
        const wanted = beatsOf(shape, to);
        expect(sameBeats(regrouped(beatsOf(shape, from), wanted), wanted)).toBe(true);
      }),
    );
  });

  it('change by as few beats at once as can be', () => {
    const pairs = [
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ];
    const fours = [
      [1, 0, 3, 2],
      [5, 4, 7, 6],
    ];
    expect(regrouping(pairs, fours)).toEqual({ taken: 2, given: 1, order: [1, 0, 3, 2] });
    expect(regrouping(fours, pairs)).toEqual({ taken: 1, given: 2, order: [1, 0, 3, 2] });
    expect(regrouping(beatsOf([2, 2, 1], 'pixels'), beatsOf([2, 2, 1], 'columns'))).toMatchObject({
      taken: 4,
      given: 2,
    });
  });
});
