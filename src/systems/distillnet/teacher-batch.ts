/**
 * Batches of the teacher: events joined, and padded to one of few numbers of rows, since a plan is made for one number.
 *
 * A row of padding is a particle without features that hears only itself and that nobody hears; what is computed of it
 * is left out, or weighs nothing.
 */
import { featureCount, edgeFeatureCount } from './data.ts';
import type { TeacherSample } from './teacher.ts';

/** Count the particles of events. */
export function rowsOf(samples: readonly TeacherSample[]): number {
  return samples.reduce((rows, { truth }) => rows + truth.length, 0);
}

/** Smallest step from one padded number of rows to the next. */
const smallestStep = 256;

/** Round up a number of particles: at most 8 numbers between a power of two and the next, none closer than 256 rows. */
export function paddedRows(particles: number): number {
  const step = Math.max(smallestStep, 2 ** Math.ceil(Math.log2(particles)) / 16);
  return Math.ceil(particles / step) * step;
}

/** Cut events into groups of at most so many particles, or of a single event; those without particles are left out. */
export function groupSamples(samples: readonly TeacherSample[], particles: number): TeacherSample[][] {
  const groups: TeacherSample[][] = [];
  let room = 0;
  for (const sample of samples) {
    const size = sample.truth.length;
    if (size === 0) continue;
    if (size > room) {
      groups.push([]);
      room = Math.max(size, particles);
    }
    groups.at(-1)!.push(sample);
    room -= size;
  }
  return groups;
}

/**
 * Join events to one batch; neighbours stay within their event.
 *
 * @param rows - in all, at least as many as there are particles; those at the end are padding
 */
export function joinSamples(samples: readonly TeacherSample[], rows: number = rowsOf(samples)): TeacherSample {
  if (samples.length === 1 && samples[0]!.truth.length === rows) return samples[0]!;
  const neighbours = samples[0]!.indices.length / samples[0]!.truth.length;
  const indices = new Int32Array(rows * neighbours);
  const edges = new Float32Array(rows * neighbours * edgeFeatureCount);
  const features = new Float32Array(rows * featureCount);
  const truth = new Float32Array(rows);
  let row = 0;
  for (const sample of samples) {
    features.set(sample.features, row * featureCount);
    truth.set(sample.truth, row);
    edges.set(sample.edges, row * neighbours * edgeFeatureCount);
    const first = row * neighbours;
    for (let i = 0; i < sample.indices.length; i++) indices[first + i] = sample.indices[i]! + row;
    row += sample.truth.length;
  }
  for (; row < rows; row++) indices.fill(row, row * neighbours, (row + 1) * neighbours);
  return { indices, edges, features, truth };
}
