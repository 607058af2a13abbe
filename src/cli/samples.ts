/** Samples for emulation and simulation: float rows from .npy, .npz or .csv, and their raw input codes. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { LayerGraph } from '../circuit/index.ts';
import { FileError, FormatError, ShapeError, UnsupportedError, ValueError } from '../errors.ts';
import { parseCsv, readNpy, readNpz } from '../formats/index.ts';
import { fromDouble } from '../fixed/index.ts';
import type { Stimulus } from '../systems/index.ts';
import { readReason } from './options.ts';

/** Float rows of one input. */
export interface Samples {
  readonly rows: number;
  /** Row-major, [rows, elements]. */
  readonly values: Float64Array;
}

/**
 * Read samples of a graph's only input.
 *
 * @param path - .npy or .npz (with one array) of shape [rows, …], or .csv with one row per sample
 * @throws FileError, FormatError, ShapeError, or ValueError for a number that is not finite
 */
export function readSamples(path: string, inputs: LayerGraph['inputs']): Samples {
  const [input, second] = inputs;
  if (second !== undefined || input === undefined) {
    throw new UnsupportedError(`The network has ${inputs.length} inputs; samples can be read for networks with one.`);
  }
  const { shape, values } = readTable(path);
  if (shape.length < 2) {
    throw new ShapeError(
      `${basename(path)} has shape [${shape.join(', ')}]; samples need at least two axes, [rows, …].`,
    );
  }
  const rows = shape[0]!;
  const elements = rows === 0 ? 0 : values.length / rows;
  if (rows === 0) throw new ShapeError(`${basename(path)} holds no samples; at least one is needed.`);
  if (elements !== input.formats.length) {
    throw new ShapeError(
      `${basename(path)} has samples of ${elements} ${elements === 1 ? 'number' : 'numbers'}, but input "${input.name}" of the network takes ${input.formats.length}.`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ValueError(
      `${basename(path)} has ${values[bad]} in sample ${Math.floor(bad / elements)}, element ${bad % elements}; samples must be finite numbers.`,
    );
  }
  return { rows, values };
}

/** Convert samples to raw codes with the input's own formats and modes. */
export function sampleCodes(samples: Samples, inputs: LayerGraph['inputs']): BigInt64Array {
  const { formats } = inputs[0]!;
  return BigInt64Array.from(samples.values, (value, k) => fromDouble(value, formats[k % formats.length]!));
}

/** Samples as one stimulus per row. */
export function sampleStimuli(samples: Samples, inputs: LayerGraph['inputs']): Stimulus[] {
  const codes = sampleCodes(samples, inputs);
  const elements = inputs[0]!.formats.length;
  return Array.from({ length: samples.rows }, (_, row) => [
    Array.from(codes.subarray(row * elements, (row + 1) * elements)),
  ]);
}

function readTable(path: string): { shape: readonly number[]; values: Float64Array } {
  const bytes = readBytes(path);
  const source = basename(path);
  switch (extname(path).toLowerCase()) {
    case '.npy': {
      const { shape, data } = readNpy(bytes, source);
      return { shape, values: Float64Array.from(data, Number) };
    }
    case '.npz': {
      const arrays = [...readNpz(bytes, source)];
      if (arrays.length !== 1) {
        throw new FormatError(
          `${source} holds ${arrays.length} arrays (${arrays.map(([name]) => name).join(', ')}); it must hold one.`,
        );
      }
      const { shape, data } = arrays[0]![1];
      return { shape, values: Float64Array.from(data, Number) };
    }
    case '.csv': {
      const { rows, columns, data } = parseCsv(new TextDecoder().decode(bytes), source);
      return { shape: [rows, columns], values: data };
    }
    default:
      throw new UnsupportedError(`Samples file "${source}" is of no known kind; it must end in .npy, .npz or .csv.`);
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new FileError(`Samples file "${path}" cannot be read: ${readReason(error)}.`);
  }
}
