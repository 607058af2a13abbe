/**
 * Events as the arrays of an event file.
 *
 * Vectors of `data_puppi` are scaled by their weights, as the published code takes them: it compares the missing momentum
 * of weighted inputs with the plain sum of these vectors. So are those of `data_abc`, which are not written here: only a
 * trained teacher has such weights. Widths are those of the largest event.
 */
import { ShapeError, ValueError } from '../../../errors.ts';
import type { NpyArray } from '../../../formats/index.ts';
import {
  type FourMomenta,
  fourMomenta,
  type Particles,
  type PileupEvent,
  type PuppiResult,
  speciesNames,
  validateParticles,
} from '../../../physics/index.ts';
import { type ArrayName, arrayShape, eventLayout, type EventShape, weightRounding } from './event-layout.ts';

/** PUPPI weights of one event before and after the cuts on neutrals, one per particle. */
export type StoredWeights = Pick<PuppiResult, 'weights' | 'uncut'>;

const largest = (counts: readonly number[]): number => counts.reduce((most, count) => Math.max(most, count), 0);

function widthsOf(events: readonly PileupEvent[]): EventShape['widths'] {
  return {
    particles: largest(events.map((event) => event.particles.count)),
    generated: largest(events.map((event) => event.generated.count)),
    twin: largest(events.map((event) => event.twin.count)),
    pileup: largest(events.map((event) => event.vertices.length)),
  };
}

/**
 * Give the arrays of generated events.
 *
 * @param puppi - PUPPI weights of each event
 * @throws ShapeError if the number of weights differs; ValueError for what is unphysical, cannot be told from the zeros
 * that pad, or is too large for float32
 */
export function arraysFromEvents(
  events: readonly PileupEvent[],
  puppi: readonly StoredWeights[],
): ReadonlyMap<ArrayName, NpyArray> {
  checkEvents(events, puppi);
  const widths = widthsOf(events);
  const arrays = new Map<ArrayName, NpyArray>();
  const add = (name: ArrayName, rowsOf: (event: PileupEvent, e: number) => readonly ArrayLike<number>[]): void => {
    const { type, columns } = eventLayout[name];
    const shape = arrayShape(name, events.length, widths);
    const data = new arrayTypes[type](shape.reduce((product, n) => product * n, 1));
    const width = columns === null ? 1 : widths[columns];
    events.forEach((event, e) => {
      rowsOf(event, e).forEach((row, r) => data.set(row, (r * events.length + e) * width));
    });
    if (!data.every(Number.isFinite)) {
      throw new ValueError(`Array "${name}" of the events holds a number that is too large for ${type}.`);
    }
    arrays.set(name, { type, shape, data });
  };
  const ones = (count: number): Float64Array => new Float64Array(count).fill(1);
  add('distill_inputs_default', ({ particles }, e) => particleRows(particles, puppi[e]!.uncut, e));
  add('data_puppi', ({ particles }, e) => {
    const { weights } = puppi[e]!;
    return [...vectorRowsOf(fourMomenta(particles, weights)), weights];
  });
  add('data_gen', ({ generated }, e) => {
    const rows = vectorRowsOf(generated);
    checkVisible(rows, `Event ${e}, generated particle`);
    return [...rows, ones(generated.count)];
  });
  add('truth', ({ truth }) => [truth]);
  add('vertex', ({ particles }) => [particles.vertex]);
  add('twin_inputs', ({ twin }, e) => particleRows(twin, ones(twin.count), e));
  add('twin_vertex', ({ twin }) => [twin.vertex]);
  add('pileup_vertices', ({ pileupVertices }) => [[pileupVertices]]);
  add('vertices', ({ vertices }) => [vertices]);
  add('missing', ({ missing }) => [[missing.x], [missing.y]]);
  add('invisible', ({ invisible }) => [[invisible.x], [invisible.y]]);
  return arrays;
}

const arrayTypes = { f4: Float32Array, f8: Float64Array, i1: Int8Array, i4: Int32Array } as const;

function checkEvents(events: readonly PileupEvent[], puppi: readonly StoredWeights[]): void {
  if (puppi.length !== events.length) {
    throw new ShapeError(`There are PUPPI weights of ${puppi.length} events, but ${events.length} events.`);
  }
  events.forEach(({ particles, twin, truth, pileupVertices, vertices }, e) => {
    validateParticles(particles);
    validateParticles(twin);
    if (pileupVertices !== vertices.length) {
      throw new ShapeError(
        `Event ${e} has ${pileupVertices} pileup vertices, but ${vertices.length} of their places; the numbers must be equal.`,
      );
    }
    const { weights, uncut } = puppi[e]!;
    const all = { 'weights after cuts': weights, 'weights before cuts': uncut, 'truth weights': truth };
    for (const [what, values] of Object.entries(all)) {
      if (values.length !== particles.count) {
        throw new ShapeError(
          `Event ${e} has ${values.length} ${what} for ${particles.count} particles; the numbers must be equal.`,
        );
      }
      const bad = values.find((value) => !(value >= -weightRounding && value <= 1 + weightRounding));
      if (bad !== undefined) throw new ValueError(`Event ${e} has ${bad} among its ${what}; it must be from 0 to 1.`);
    }
  });
}

function vectorRowsOf(momenta: FourMomenta): Float64Array[] {
  return [momenta.px, momenta.py, momenta.pz, momenta.energy];
}

/** Refuse vectors that are zero in float32, since columns of zeros pad. */
function checkVisible(rows: readonly Float64Array[], what: string): void {
  const bad = rows[0]!.findIndex((_, i) => rows.every((row) => Math.fround(row[i]!) === 0));
  if (bad >= 0) throw new ValueError(`${what} ${bad} has no momentum and no energy; it must have some.`);
}

/** The rows of the inputs, unscaled and unclipped. */
function particleRows(particles: Particles, weights: ArrayLike<number>, e: number): ArrayLike<number>[] {
  const { count, d0, dz, charge, species } = particles;
  const momenta = vectorRowsOf(fourMomenta(particles));
  checkVisible(momenta, `Event ${e}, particle`);
  const oneHot = speciesNames.map(() => new Float64Array(count));
  for (let i = 0; i < count; i++) oneHot[species[i]!]![i] = 1;
  return [...momenta, d0, dz, weights, charge, ...oneHot];
}
