/** Events to files and back: archives of generated events, the published HDF5 layout, and everything a file can lack. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DistillError, FileError, ShapeError, UnsupportedError, ValueError } from '../../../../src/errors.ts';
import { type NpyArray, writeNpz } from '../../../../src/formats/index.ts';
import {
  emptyMomenta,
  emptyParticles,
  type FourMomenta,
  generateEvents,
  missingMomentum,
  type Particles,
  type PileupEvent,
  puppi,
  vertexCode,
} from '../../../../src/physics/index.ts';
import {
  arraysFromEvents,
  eventFeatures,
  readEvents,
  type StoredWeights,
  writeEvents,
} from '../../../../src/systems/distillnet/index.ts';
import { buildHdf5 } from '../../../formats/build-files.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'distill-rtl-events-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const weightsOf = (events: readonly PileupEvent[]): StoredWeights[] =>
  events.map((event) => puppi(event.particles, event.pileupVertices));

/** Numbers that are zero or not too small for the full precision of float32. */
const number = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((x) => (Math.abs(x) < 1e-30 ? 0 : x));

const particles: fc.Arbitrary<Particles> = fc
  .array(
    fc.record({
      pt: number(1e-3, 1e4),
      eta: number(-5, 5),
      phi: number(-Math.PI, 3.1),
      energy: number(0, 1e5),
      d0: number(-20, 20),
      dz: number(-300, 300),
      charge: fc.constantFrom(-1, 0, 1),
      species: fc.integer({ min: 0, max: 7 }),
      vertex: fc.constantFrom(-1, 0, 1),
    }),
    { maxLength: 6 },
  )
  .map((rows) => {
    const p = emptyParticles(rows.length);
    rows.forEach((row, i) => {
      for (const [name, value] of Object.entries(row)) p[name as Exclude<keyof Particles, 'count'>][i] = value;
    });
    return p;
  });

const momenta: fc.Arbitrary<FourMomenta> = fc
  .array(fc.tuple(number(-900, 900), number(-900, 900), number(-9000, 9000), number(1e-3, 9e3)), { maxLength: 5 })
  .map((rows) => {
    const m = emptyMomenta(rows.length);
    rows.forEach(([px, py, pz, energy], i) => {
      m.px[i] = px;
      m.py[i] = py;
      m.pz[i] = pz;
      m.energy[i] = energy;
    });
    return m;
  });

const vector = fc.record({ x: number(-500, 500), y: number(-500, 500) });

/** An event with any numbers, and PUPPI weights that are not those of its particles. */
const stored = fc
  .record({ particles, twin: particles, generated: momenta, missing: vector, invisible: vector })
  .chain((event) => {
    const weights = fc
      .array(number(0, 1), { minLength: event.particles.count, maxLength: event.particles.count })
      .map((list) => Float64Array.from(list));
    const vertices = fc.array(number(-200, 200), { maxLength: 4 }).map((list) => Float64Array.from(list));
    return fc
      .record({ truth: weights, vertices, weights, uncut: weights })
      .map(({ truth, vertices, weights, uncut }) => ({
        event: { ...event, truth, vertices, pileupVertices: vertices.length },
        puppi: { weights, uncut },
      }));
  });

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, scale: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThanOrEqual(2e-7 * (scale + Math.abs(expected[i]!)));
  }
}

function expectSameParticles(actual: Particles, expected: Particles): void {
  for (const name of ['pt', 'energy', 'd0', 'dz'] as const) expectClose(actual[name], expected[name], 0);
  for (const name of ['eta', 'phi'] as const) expectClose(actual[name], expected[name], 2);
  for (const name of ['charge', 'species', 'vertex'] as const) expect(actual[name]).toEqual(expected[name]);
}

describe('writeEvents and readEvents', () => {
  it('give the same events to the precision of float32, for any events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stored, { maxLength: 4 }), async (list) => {
        const events = list.map(({ event }) => event);
        await writeEvents(
          at('any.npz'),
          events,
          list.map(({ puppi }) => puppi),
        );

        const read = await readEvents(at('any.npz'));

        expect(read.teacherWeights).toBeNull();
        expect(read.events).toHaveLength(events.length);
        list.forEach(({ event, puppi }, e) => {
          const back = read.generated![e]!;
          expectSameParticles(back.particles, event.particles);
          expectSameParticles(back.twin, event.twin);
          for (const name of ['px', 'py', 'pz', 'energy'] as const) {
            expectClose(back.generated[name], event.generated[name], 0);
          }
          expectClose(back.truth, event.truth, 0);
          expectClose(back.vertices, event.vertices, 0);
          expect(back.missing).toEqual(event.missing);
          expect(back.invisible).toEqual(event.invisible);
          expect(back.pileupVertices).toBe(event.pileupVertices);
          expectClose(read.puppiWeights[e]!, puppi.weights, 0);
          expectClose(read.inputWeights[e]!, puppi.uncut, 0);
          expect(read.events[e]!.particles).toEqual(back.particles);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('keep what is computed from generated events, and give the same bytes each time', async () => {
    const events = generateEvents({ meanPileup: 10 }, 'event files', 3);
    await writeEvents(at('a.npz'), events, weightsOf(events));
    await writeEvents(at('b.npz'), events, weightsOf(events));

    const { generated, inputWeights } = await readEvents(at('a.npz'));

    expect(readFileSync(at('a.npz'))).toEqual(readFileSync(at('b.npz')));
    events.forEach((event, e) => {
      const back = generated![e]!;
      const again = puppi(back.particles, back.pileupVertices);
      expectClose(again.weights, puppi(event.particles, event.pileupVertices).weights, 1e3);
      expectClose(eventFeatures(back, inputWeights[e]!, 1), eventFeatures(event, inputWeights[e]!, 1), 10);
      const [there, here] = [missingMomentum(back.particles), missingMomentum(event.particles)];
      expectClose([there.x, there.y], [here.x, here.y], 1e3);
    });
  });

  it('read some of the events', async () => {
    const events = generateEvents({ meanPileup: 2 }, 'slices', 5);
    await writeEvents(at('five.npz'), events, weightsOf(events));
    const all = await readEvents(at('five.npz'));

    const some = await readEvents(at('five.npz'), { first: 2, count: 2 });
    const last = await readEvents(at('five.npz'), { first: 4, count: 100 });
    const none = await readEvents(at('five.npz'), { first: 1, count: 0 });

    expect(some.generated).toEqual(all.generated!.slice(2, 4));
    expect(some.puppiWeights).toEqual(all.puppiWeights.slice(2, 4));
    expect(last.generated).toEqual(all.generated!.slice(4));
    expect(none).toMatchObject({ events: [], generated: [], puppiWeights: [] });
    await expect(readEvents(at('five.npz'), { first: 5 })).rejects.toThrow(
      new ValueError('The first event to read from five.npz is 5; it has 5 events, so it must be from 0 to 4.'),
    );
    await expect(readEvents(at('five.npz'), { count: 1.5 })).rejects.toThrow(/five\.npz is 1\.5; it must be a whole/);
  });

  it('hold events without particles, and no events', async () => {
    const [event] = generateEvents({ meanPileup: 1 }, 'empty', 1);
    const empty = {
      ...event!,
      particles: emptyParticles(0),
      twin: emptyParticles(0),
      generated: emptyMomenta(0),
      truth: new Float64Array(0),
    };
    await writeEvents(at('empty.npz'), [empty], weightsOf([empty]));
    await writeEvents(at('none.npz'), [], []);

    const read = await readEvents(at('empty.npz'));

    expect(read.generated![0]!.particles.count).toBe(0);
    expect(puppi(read.events[0]!.particles, 3).weights).toHaveLength(0);
    expect((await readEvents(at('none.npz'))).events).toEqual([]);
  });

  it('refuse what a file cannot hold, and leave nothing behind', async () => {
    const [event] = generateEvents({ meanPileup: 1 }, 'refused', 1);
    const puppiOf = weightsOf([event!]);
    const before = readdirSync(folder);
    const still = emptyParticles(1);
    const hot = { ...emptyParticles(1), pt: Float64Array.of(1e39), energy: Float64Array.of(1e39) };
    const twin = (particles: Particles): PileupEvent[] => [{ ...event!, twin: particles }];
    mkdirSync(at('folder.npz'));

    await expect(writeEvents(at('no.npz'), twin(still), puppiOf)).rejects.toThrow(
      new ValueError('Event 0, particle 0 has no momentum and no energy; it must have some.'),
    );
    await expect(writeEvents(at('no.npz'), twin(hot), puppiOf)).rejects.toThrow(/"twin_inputs".*too large for f4/);
    await expect(writeEvents(at('no.npz'), [event!], [])).rejects.toThrow(ShapeError);
    await expect(writeEvents(at('nowhere/no.npz'), [event!], puppiOf)).rejects.toThrow(FileError);
    await expect(writeEvents(at('folder.npz'), [event!], puppiOf)).rejects.toThrow(/folder\.npz" cannot be written/);
    expect(readdirSync(folder).filter((name) => name !== 'folder.npz')).toEqual(before);
  });
});

type Arrays = Record<string, { shape: number[]; data: number[] }>;

/** Two events of the published layout: two particles and one, with room for three. */
function published(): Arrays {
  const columns = [
    [3, 4, 0, 5, 0.01, 0.2, 1, -1, 0, 1, 0, 0, 0, 0, 0, 0],
    [0, -2, 1, 2.5, 0, 0, 0.25, 0, 0, 0, 0, 1, 0, 0, 0, 0],
    [],
    [-6, 8, -3, 11, 0.5, -40, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    [],
    [],
  ];
  const rows = (count: number, value: (column: readonly number[], row: number) => number): number[] =>
    Array.from({ length: count }, (_, row) => columns.map((column) => value(column, row))).flat();
  const scaled = (weight: (column: readonly number[]) => number): Arrays[string] => ({
    shape: [5, 2, 3],
    data: rows(5, (column, row) =>
      column.length === 0 ? 0 : row === 4 ? weight(column) : weight(column) * column[row]!,
    ),
  });
  return {
    distill_inputs_default: { shape: [16, 2, 3], data: rows(16, (column, row) => column[row] ?? 0) },
    data_puppi: scaled((column) => column[6]!),
    data_abc: scaled((column) => 0.5 * column[6]! + 0.125),
    // Two generated particles, and none.
    data_gen: { shape: [5, 2, 2], data: [3, -1, 0, 0, 4, 1, 0, 0, 0, 1, 0, 0, 5, 2, 0, 0, 1, 1, 0, 0] },
  };
}

const archive = (arrays: Arrays): Uint8Array =>
  writeNpz(
    new Map(
      Object.entries(arrays).map(([name, { shape, data }]): [string, NpyArray] => [
        name,
        { type: 'f4', shape, data: Float32Array.from(data) },
      ]),
    ),
  );

describe('readEvents of the published layout', () => {
  it.each(['h5', 'npz'])(
    'reads particles, vertices by charged hadron subtraction, and both weights: %s',
    async (kind) => {
      const path = at(`published.${kind}`);
      writeFileSync(path, kind === 'h5' ? await buildHdf5(published()) : archive(published()));

      const read = await readEvents(path);

      expect(read.generated).toBeNull();
      const [{ particles: p, generated, missing, pileupVertices }, second] = read.events as [
        (typeof read.events)[0],
        (typeof read.events)[0],
      ];
      expectClose(p.pt, [5, 2], 0);
      expectClose(p.eta, [0, Math.asinh(0.5)], 1);
      expectClose(p.phi, [Math.atan2(4, 3), -Math.PI / 2], 0);
      expectClose(p.energy, [5, 2.5], 0);
      expectClose(p.d0, [0.01, 0], 0);
      expectClose(p.dz, [0.2, 0], 0);
      expect([...p.charge]).toEqual([-1, 0]);
      expect([...p.species]).toEqual([1, 3]);
      expect([...p.vertex]).toEqual([vertexCode.primary, vertexCode.none]);
      expect([...second.particles.vertex]).toEqual([vertexCode.pileup]);
      expect(generated).toEqual({
        count: 2,
        px: Float64Array.of(3, -1),
        py: Float64Array.of(4, 1),
        pz: Float64Array.of(0, 1),
        energy: Float64Array.of(5, 2),
      });
      expect(missing).toEqual({ x: -2, y: -5 });
      expect(second).toMatchObject({ missing: { x: 0, y: 0 }, generated: { count: 0 } });
      expect(pileupVertices).toBeNaN();
      expect(() => puppi(p, pileupVertices)).toThrow(/pileup vertices is NaN/);
      expect(read.puppiWeights).toEqual([Float64Array.of(1, 0.25), Float64Array.of(0)]);
      expect(read.teacherWeights).toEqual([Float64Array.of(0.625, 0.25), Float64Array.of(0.125)]);
    },
  );

  it('reads slices of an HDF5 file from the disk', async () => {
    writeFileSync(at('slices.h5'), await buildHdf5(published()));
    const all = await readEvents(at('slices.h5'));

    const second = await readEvents(at('slices.h5'), { first: 1, count: 1 });

    expect(second.events).toEqual(all.events.slice(1));
    expect(second.teacherWeights).toEqual(all.teacherWeights!.slice(1));
  });

  it('takes vectors that are not scaled by their weights', async () => {
    const arrays = published();
    arrays['data_abc']!.data.splice(0, 24, ...arrays['distill_inputs_default']!.data.slice(0, 24));
    writeFileSync(at('unscaled.npz'), archive(arrays));

    expect((await readEvents(at('unscaled.npz'))).teacherWeights![0]).toEqual(Float64Array.of(0.625, 0.25));
  });

  it('does without the teacher', async () => {
    const { data_abc: _, ...arrays } = published();
    writeFileSync(at('no-teacher.npz'), archive(arrays));

    expect((await readEvents(at('no-teacher.npz'))).teacherWeights).toBeNull();
  });

  it('reads HDF5 to the events that the same arrays of generated events give as an archive', async () => {
    const events = generateEvents({ meanPileup: 3 }, 'both', 2);
    const arrays = arraysFromEvents(events, weightsOf(events));
    await writeEvents(at('both.npz'), events, weightsOf(events));
    // `buildHdf5` writes float32, in which the missing momentum of an archive is not.
    const floats = [...arrays].map(([name, { shape, data }]) => [name, { shape, data: Array.from(data, Number) }]);
    writeFileSync(at('both.h5'), await buildHdf5(Object.fromEntries(floats)));

    const [fromHdf5, fromArchive] = [await readEvents(at('both.h5')), await readEvents(at('both.npz'))];

    expect(fromHdf5.generated!.map(({ particles, twin, truth }) => ({ particles, twin, truth }))).toEqual(
      fromArchive.generated!.map(({ particles, twin, truth }) => ({ particles, twin, truth })),
    );
  });
});

/** Set an element of an array: row, event, column. */
const set =
  (name: string, row: number, event: number, column: number, value: number) =>
  (arrays: Arrays): void => {
    const { shape, data } = arrays[name]!;
    data[(row * shape[1]! + event) * shape[2]! + column] = value;
  };

const mistakes: readonly (readonly [string, (arrays: Arrays) => void, RegExp])[] = [
  ['a missing array', (a) => delete a['data_gen'], /bad\.npz holds no array "data_gen"; an event file has distill_inp/],
  [
    'fifteen features',
    (a) => (a['distill_inputs_default'] = { shape: [15, 2, 3], data: a['distill_inputs_default']!.data.slice(0, 90) }),
    /"distill_inputs_default" in bad\.npz has shape \[15, 2, 3\]; it must be \[16, events, columns\]; its rows are px/,
  ],
  [
    'a wrong rank',
    (a) => (a['data_abc']!.shape = [5, 6]),
    /"data_abc" in bad\.npz has shape \[5, 6\]; it must be \[5, events, columns\]/,
  ],
  [
    'other events',
    (a) => (a['data_gen'] = { shape: [5, 1, 2], data: new Array<number>(10).fill(0) }),
    /"data_gen" in bad\.npz has 1 events, but "distill_inputs_default" has 2; the numbers must be equal/,
  ],
  [
    'other columns',
    (a) => (a['data_puppi'] = { shape: [5, 2, 2], data: new Array<number>(20).fill(0) }),
    /"data_puppi" in bad\.npz has 2 columns, but "distill_inputs_default" has 3/,
  ],
  [
    'NaN',
    set('distill_inputs_default', 1, 1, 0, Number.NaN),
    /bad\.npz, event 1, column 0 of "distill_inputs_default" has py = NaN; it must be a finite number/,
  ],
  ['infinity', set('data_gen', 2, 0, 1, Infinity), /event 0, column 1 of "data_gen" has pz = Infinity/],
  ['a negative energy', set('distill_inputs_default', 3, 0, 1, -2), /has energy = -2 GeV; it must be 0 or more/],
  ['a negative energy of the reference', set('data_gen', 3, 0, 0, -2), /"data_gen" has energy = -2 GeV/],
  [
    'a weight above 1',
    set('data_abc', 4, 0, 0, 1.5),
    /column 0 of "data_abc" has weight = 1\.5; it must be from 0 to 1/,
  ],
  ['a weight below 0', set('distill_inputs_default', 6, 0, 1, -0.25), /has weight = -0\.25; it must be from 0 to 1/],
  ['half a charge', set('distill_inputs_default', 7, 0, 0, 0.5), /has charge = 0\.5; it must be -1, 0 or 1/],
  ['no species', set('distill_inputs_default', 9, 0, 0, 0), /has the species code 0 0 0 0 0 0 0 0; one of the numbers/],
  ['two species', set('distill_inputs_default', 10, 0, 0, 1), /has the species code 0 1 1 0 0 0 0 0/],
  ['half a species', set('distill_inputs_default', 10, 0, 0, 0.5), /has the species code 0 1 0\.5/],
  [
    'weights in another order',
    set('data_abc', 0, 0, 0, 2),
    /event 0: column 0 of "data_abc" has \(px, py\) = \(2, 2\.5\), but the inputs have \(3, 4\) there/,
  ],
  [
    'a half of what generated events know',
    (a) => (a['vertex'] = { shape: [2, 3], data: new Array<number>(6).fill(0) }),
    /bad\.npz holds vertex, but not truth, twin_inputs/,
  ],
];

describe('readEvents of a bad file', () => {
  it.each(mistakes)('refuses %s', async (_, spoil, message) => {
    const arrays = published();
    spoil(arrays);
    writeFileSync(at('bad.npz'), archive(arrays));

    await expect(readEvents(at('bad.npz'))).rejects.toThrow(message);
    await expect(readEvents(at('bad.npz'))).rejects.toThrow(DistillError);
  });

  it('refuses what is no event file', async () => {
    writeFileSync(at('nothing.h5'), '');
    writeFileSync(at('text.npz'), 'hello');
    mkdirSync(at('directory'));

    await expect(readEvents(at('nothing.h5'))).rejects.toThrow('nothing.h5 is empty.');
    await expect(readEvents(at('text.npz'))).rejects.toThrow(UnsupportedError);
    await expect(readEvents(at('absent.npz'))).rejects.toThrow(/absent\.npz" cannot be read: it does not exist\.$/);
    await expect(readEvents(at('directory'))).rejects.toThrow(/directory" cannot be read: it is a folder\.$/);
  });

  it('refuses truncated files of either kind', async () => {
    for (const [name, bytes] of [
      ['cut.h5', await buildHdf5(published())],
      ['cut.npz', archive(published())],
    ] as const) {
      for (const share of [0.1, 0.5, 0.9]) {
        writeFileSync(at(name), bytes);
        truncateSync(at(name), Math.floor(bytes.length * share));

        await expect(readEvents(at(name))).rejects.toThrow(
          new RegExp(`^${name.replace('.', String.raw`\.`)} .*truncated`),
        );
      }
    }
    expect(existsSync(at('cut.h5.partial'))).toBe(false);
  });
});
