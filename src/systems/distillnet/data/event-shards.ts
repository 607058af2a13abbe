/**
 * Many events into event files, some at a time, so that memory stays bounded (Node only).
 *
 * Event i depends on the seed and i alone: it is the same in one file as in several, and in a longer set.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FileError } from '../../../errors.ts';
import {
  generateEvent,
  generatorConfiguration,
  type GeneratorOptions,
  type PileupEvent,
  puppi,
  reconstructEvent,
  recordedCollisions,
} from '../../../physics/index.ts';
import { stream } from '../../../random/index.ts';
import type { StoredWeights } from './event-arrays.ts';
import { writeEvents } from './event-files.ts';

/** Gives event i of a set. */
export type EventSource = (index: number) => PileupEvent;

export interface EventShardOptions {
  /** Path of the file, ending in .npz; several are numbered: `name-0001.npz`, … */
  readonly path: string;
  /** Number of events, at least 1. */
  readonly events: number;
  /** Most events in one file, at least 1; all in one file named `path` where it is absent. */
  readonly shard?: number;
  /** Radius of PUPPI's cone. @defaultValue 0.2 */
  readonly puppiRadius?: number;
  readonly signal?: AbortSignal;
  /** Called after each event with the number of events so far. */
  readonly onEvent?: (done: number) => void;
}

export interface EventShards {
  /** Paths of the files in order. */
  readonly files: readonly string[];
  /** Reconstructed particles of all events. */
  readonly particles: number;
  /** Reconstructed particles of the largest event. */
  readonly largest: number;
}

/**
 * Generate the events that `generateEvents` gives for a seed.
 *
 * @throws ValueError for an option outside its range
 */
export function generatedSource(options: GeneratorOptions, seed: string): EventSource {
  generatorConfiguration(options);
  return (index) => generateEvent(options, stream(seed, 'event', String(index)));
}

/**
 * Reconstruct one recorded event again and again: each time the detector, and what the file does not say, draw anew.
 *
 * @param text - content of the file
 * @param source - its name, for messages
 */
export function recordedSource(text: string, source: string, options: GeneratorOptions, seed: string): EventSource {
  return (index) => {
    const own = stream(seed, 'recorded', String(index));
    const { hard, pileup } = recordedCollisions(text, own.split('collisions'), { source });
    return reconstructEvent(hard, pileup, options, own);
  };
}

/** Paths of the files that hold a set of events. */
export function shardPaths({ path, events, shard }: Pick<EventShardOptions, 'path' | 'events' | 'shard'>): string[] {
  if (shard === undefined) return [path];
  const stem = path.slice(0, -'.npz'.length);
  const count = Math.ceil(events / shard);
  return Array.from({ length: count }, (_, k) => `${stem}-${String(k + 1).padStart(4, '0')}.npz`);
}

/**
 * Write events with their PUPPI weights.
 *
 * @throws FileError if a file cannot be written, or files of a longer set would stay beside; the signal's reason if it
 * stops the work: files written so far are whole
 */
export async function writeEventShards(source: EventSource, options: EventShardOptions): Promise<EventShards> {
  const { events, shard = events, puppiRadius = 0.2, signal, onEvent } = options;
  const files = shardPaths(options);
  if (options.shard !== undefined) await refuseLeftovers(options.path, files);
  let particles = 0;
  let largest = 0;
  for (const [k, file] of files.entries()) {
    const batch: PileupEvent[] = [];
    const weights: StoredWeights[] = [];
    for (let i = k * shard; i < Math.min(events, (k + 1) * shard); i++) {
      const event = source(i);
      batch.push(event);
      weights.push(puppi(event.particles, event.pileupVertices, { radius: puppiRadius }));
      particles += event.particles.count;
      largest = Math.max(largest, event.particles.count);
      onEvent?.(i + 1);
      // Lets a signal arrive.
      await setImmediate();
      signal?.throwIfAborted();
    }
    await writeEvents(file, batch, weights);
  }
  return { files, particles, largest };
}

/** Refuse to write beside numbered files of an earlier, longer set: readers would take both for one. */
async function refuseLeftovers(path: string, files: readonly string[]): Promise<void> {
  const stem = basename(path).slice(0, -'.npz'.length);
  const isShard = (name: string): boolean =>
    name.startsWith(`${stem}-`) && /^\d{4,}\.npz$/.test(name.slice(stem.length + 1));
  const present = await readdir(dirname(path)).catch(() => []);
  const own = new Set(files.map((file) => basename(file)));
  const leftover = present.toSorted().find((name) => isShard(name) && !own.has(name));
  if (leftover !== undefined) {
    throw new FileError(
      `File "${join(dirname(path), leftover)}" is left from a longer set of events; remove it, or choose another name than "${basename(path)}".`,
    );
  }
}
