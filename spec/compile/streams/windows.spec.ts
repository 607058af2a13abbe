/** Patches of tap lines hold the windows of the image, and say which of their cells lie inside. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HardwareLayer } from '../../../src/compile/index.ts';
import { beatsOf } from '../../../src/compile/streams/layouts.ts';
import { type Patches, windowPatches } from '../../../src/compile/streams/windows.ts';
import { slidingWindows, type WindowGeometry } from '../../../src/network/index.ts';

const axis = fc.record({
  length: fc.integer({ min: 1, max: 7 }),
  size: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
});

const cases = fc
  .record({
    axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
    padding: fc.constantFrom('valid', 'same', 'causal' as const),
  })
  .map(({ axes, padding }) => {
    const geometry: WindowGeometry = {
      size: axes.map(({ size }) => size),
      strides: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
      padding,
    };
    return { spatial: axes.map(({ length }) => length), geometry };
  })
  .filter(({ spatial, geometry }) => slidingWindows(spatial, geometry).cells.length > 0);

function layerOf(spatial: readonly number[], geometry: WindowGeometry): HardwareLayer {
  return {
    name: 'conv',
    kind: spatial.length === 1 ? 'conv1d' : 'conv2d',
    inputs: ['in'],
    inputShapes: [[...spatial, 1]],
    attributes: { ...geometry },
    parameters: {},
  };
}

/** The image positions of all windows of all patches in time order, −1 outside. */
function windowsOf(patches: Patches, beats: readonly (readonly number[])[]): number[][] {
  const { taps, windows, isInside } = patches;
  const perBeat = beats[0]!.length;
  return taps.classes.flatMap((which, time) =>
    which < 0
      ? []
      : windows.map((window, w) =>
          window.map((position, cell) => {
            if (!isInside(which, w, cell)) return -1;
            // An inside cell must lie in a beat of the sample.
            return beats[time - taps.ages[Math.floor(position / perBeat)]!]![position % perBeat]!;
          }),
        ),
  );
}

describe('windows as patches', () => {
  it.each(['pixels', 'columns', 'whole'] as const)('hold the cells of the sliding windows (%s)', (layout) => {
    fc.assert(
      fc.property(cases, ({ spatial, geometry }) => {
        const { shape, cells } = slidingWindows(spatial, geometry);
        const patches = windowPatches(layerOf(spatial, geometry), layout);
        const found = windowsOf(patches, beatsOf([...spatial, 1], layout));
        const byColumns = layout === 'columns' && shape.length === 2;
        const [rows, columns] = shape as [number, number];
        const expected = byColumns
          ? Array.from({ length: columns }, (_, co) =>
              Array.from({ length: rows }, (_r, ro) => cells[ro * columns + co]!),
            )
          : [cells];
        expect(found).toEqual(expected.flat());
      }),
    );
  });

  it('have one class per set of cells that lies inside', () => {
    const patches = windowPatches(layerOf([5, 6], { size: [3, 3], strides: [1, 1], padding: 'same' }), 'pixels');
    expect(patches.classes).toBe(9);
    expect(patches.taps.columns).toBe(6);
    expect(patches.taps.ages).toEqual([14, 13, 12, 8, 7, 6, 2, 1, 0]);
    // The last window is complete a row and a pixel after the last of 30 beats.
    expect(patches.taps.classes).toHaveLength(30 + 7);
  });
});
