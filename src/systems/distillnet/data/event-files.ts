/**
 * Event files in and out (Node only): the published HDF5 files and npz archives with the same arrays, see
 * `event-layout.ts`. Archives are written, HDF5 files are only read.
 *
 * HDF5 files of events have gigabytes and are read some events at a time, straight into particles; an archive is
 * compressed and read whole, so many events belong into several archives.
 */
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FileError, FormatError, UnsupportedError, ValueError } from '../../../errors.ts';
import { isHdf5, isZip, type NpyArray, openHdf5Slices, readNpz, writeNpz } from '../../../formats/index.ts';
import type { PileupEvent } from '../../../physics/index.ts';
import { writeWholeFile } from '../../../training/streaming/index.ts';
import { fileReason } from '../../../verilog/index.ts';
import { arraysFromEvents, type StoredWeights } from './event-arrays.ts';
import { type ArrayName, arrayShape, eventAxis, type EventShape } from './event-layout.ts';
import { eventShape } from './event-shape.ts';
import { eventsFromArrays, type StoredEvents } from './stored-events.ts';
import type { Numbers } from './stored-particles.ts';

export interface ReadEventsOptions {
  /** Number of the first event to read. @defaultValue 0 */
  readonly first?: number;
  /** Number of events to read, at most; fewer are given where the file ends. @defaultValue all from the first on */
  readonly count?: number;
}

/** Numbers that are read from an HDF5 file at once, all arrays together: 64 MB of doubles. */
const numbersAtOnce = 8e6;

/** Bytes of arrays that an archive takes: a zip archive and a buffer of Node end before 4 GB. */
const maxArchiveBytes = 2e9;

/** An event file whose arrays can be read in parts along the axis of events. */
interface OpenArrays {
  readonly source: string;
  readonly shape: EventShape;
  read(name: ArrayName, first: number, count: number): Numbers;
}

/**
 * Read events from a file, which its first bytes tell to be HDF5 or an npz archive.
 *
 * @throws FileError if the file cannot be read; FormatError, ShapeError or ValueError for what is wrong in it, by name;
 * ValueError if it has no event `first`; ToolError if HDF5 is needed and h5wasm is not installed
 */
export async function readEvents(path: string, options: ReadEventsOptions = {}): Promise<StoredEvents> {
  const source = basename(path);
  const start = await firstBytes(path);
  if (start.length === 0) throw new FormatError(`${source} is empty.`);
  if (isHdf5(start)) return readHdf5Events(path, source, options);
  if (isZip(start)) {
    const arrays = readNpz(await attempt(path, () => readFile(path)), source);
    return readParts(archiveSource(arrays, source), options);
  }
  throw new UnsupportedError(`${source} is of no known kind; event files are HDF5 files or .npz archives.`);
}

/**
 * Write generated events as an npz archive, which appears whole or not at all.
 *
 * @param puppi - PUPPI weights of each event, as `puppi()` gives them
 * @throws FileError if it cannot be written; ShapeError or ValueError for events that a file cannot hold
 */
export async function writeEvents(
  path: string,
  events: readonly PileupEvent[],
  puppi: readonly StoredWeights[],
): Promise<void> {
  const arrays = arraysFromEvents(events, puppi);
  const bytes = [...arrays.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > maxArchiveBytes) {
    throw new ValueError(
      `The arrays of ${events.length} events take ${(bytes / 1e9).toFixed(1)} GB; one archive takes up to ${maxArchiveBytes / 1e9} GB, so write them as several.`,
    );
  }
  try {
    await writeWholeFile(path, writeNpz(arrays));
  } catch (error) {
    throw new FileError(`Event file "${path}" cannot be written: ${fileReason(error)}.`);
  }
}

async function attempt<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new FileError(`Event file "${path}" cannot be read: ${isAbsent ? 'it does not exist' : fileReason(error)}.`);
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  return attempt(path, async () => {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

async function readHdf5Events(path: string, source: string, options: ReadEventsOptions): Promise<StoredEvents> {
  const file = await openHdf5Slices(path, source);
  try {
    const shape = eventShape((name) => file.shape(name), source);
    const read = (name: ArrayName, first: number, count: number): Numbers => {
      const lengths = arrayShape(name, shape.events, shape.widths);
      return file.read(
        name,
        lengths.map((length, axis) => (axis === eventAxis(name) ? [first, first + count] : [0, length])),
      );
    };
    return readParts({ source, shape, read }, options);
  } finally {
    file.close();
  }
}

const toDoubles = (data: BigInt64Array | BigUint64Array): Float64Array => Float64Array.from(data, Number);

function archiveSource(arrays: ReadonlyMap<string, NpyArray>, source: string): OpenArrays {
  const shape = eventShape((name) => arrays.get(name)?.shape, source);
  const read = (name: ArrayName, first: number, count: number): Numbers => {
    const { data } = arrays.get(name)!;
    const numbers = data instanceof BigInt64Array || data instanceof BigUint64Array ? toDoubles(data) : data;
    const lengths = arrayShape(name, shape.events, shape.widths);
    const axis = eventAxis(name);
    const width = lengths.slice(axis + 1).reduce((product, n) => product * n, 1);
    const rows = axis === 0 ? 1 : lengths[0]!;
    const part = new Float64Array(rows * count * width);
    for (let row = 0; row < rows; row++) {
      const start = (row * shape.events + first) * width;
      part.set(numbers.subarray(start, start + count * width), row * count * width);
    }
    return part;
  };
  return { source, shape, read };
}

/** Read events part by part, so that padded arrays of many events are never held together. */
function readParts({ source, shape, read }: OpenArrays, options: ReadEventsOptions): StoredEvents {
  const { first, end } = range(shape.events, options, source);
  const numbersPerEvent = [...shape.names]
    .map((name) => arrayShape(name, 1, shape.widths).reduce((product, n) => product * n, 1))
    .reduce((sum, n) => sum + n, 0);
  const step = Math.max(1, Math.floor(numbersAtOnce / Math.max(1, numbersPerEvent)));
  const parts: StoredEvents[] = [];
  for (let at = first; at < end || parts.length === 0; at += step) {
    const count = Math.min(step, end - at);
    const arrays = new Map([...shape.names].map((name) => [name, read(name, at, count)]));
    parts.push(eventsFromArrays({ source, first: at, shape, count, arrays }));
  }
  const join = <T>(take: (part: StoredEvents) => readonly T[] | null): T[] => parts.flatMap((part) => take(part) ?? []);
  return {
    events: join((part) => part.events),
    generated: parts[0]!.generated === null ? null : join((part) => part.generated),
    puppiWeights: join((part) => part.puppiWeights),
    inputWeights: join((part) => part.inputWeights),
    teacherWeights: parts[0]!.teacherWeights === null ? null : join((part) => part.teacherWeights),
  };
}

function range(events: number, options: ReadEventsOptions, source: string): { first: number; end: number } {
  const { first = 0, count = Infinity } = options;
  if (!Number.isInteger(first) || first < 0 || first > Math.max(0, events - 1)) {
    throw new ValueError(
      `The first event to read from ${source} is ${first}; it has ${events} events, so it must be from 0 to ${Math.max(0, events - 1)}.`,
    );
  }
  if (!(count >= 0) || !(Number.isInteger(count) || count === Infinity)) {
    throw new ValueError(
      `The number of events to read from ${source} is ${count}; it must be a whole number of 0 or more.`,
    );
  }
  return { first, end: Math.min(events, first + count) };
}
