/**
 * Batches of the teacher: events joined, and padded to one of few numbers of rows, since a plan is made for one number.
 *
 * A row of padding is a particle without features that hears only itself, that nobody hears and that belongs to no event;
 * what is computed of it is left out, or weighs nothing.
 */
import { featureCount, edgeFeatureCount } from '../data/data.ts';
import type { TeacherSample } from './teacher.ts';

/** Events joined, row-major. */
export interface TeacherBatch {
  readonly rows: number;
  /** Scaled features [rows, 16]. */
  readonly features: Float32Array;
  /** Rows of the neighbours [rows, k]. */
  readonly indices: Int32Array;
  /** Where the neighbours lie [rows, k, 4]. */
  readonly edges: Float32Array;
  /** [rows, events]: one over the number of particles of the own event, else 0. */
  readonly shares: Float32Array;
}

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
 * @param samples - events with at least one particle
 * @param rows - in all, at least as many as there are particles; those at the end are padding
 * @param events - columns of `shares`, at least as many as there are samples
 */
export function joinSamples(
  samples: readonly TeacherSample[],
  rows: number = rowsOf(samples),
  events: number = samples.length,
): TeacherBatch {
  const neighbours = samples[0]!.indices.length / samples[0]!.truth.length;
  const indices = new Int32Array(rows * neighbours);
  const edges = new Float32Array(rows * neighbours * edgeFeatureCount);
  const features = new Float32Array(rows * featureCount);
  const shares = new Float32Array(rows * events);
  let row = 0;
  samples.forEach((sample, e) => {
    const particles = sample.truth.length;
    features.set(sample.features, row * featureCount);
    edges.set(sample.edges, row * neighbours * edgeFeatureCount);
    const first = row * neighbours;
    for (let i = 0; i < sample.indices.length; i++) indices[first + i] = sample.indices[i]! + row;
    for (let i = 0; i < particles; i++) shares[(row + i) * events + e] = 1 / particles;
    row += particles;
  });
  for (; row < rows; row++) indices.fill(row, row * neighbours, (row + 1) * neighbours);
  return { rows, features, indices, edges, shares };
}
