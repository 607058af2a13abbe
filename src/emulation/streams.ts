/**
 * Runs stream graphs without time: what every sample's beats are at every stage. The reference of stream designs.
 *
 * A stage's circuits are compiled once and run on all steps of all samples of a batch at once; folds go step by step,
 * all results side by side. Cells of a patch that lie outside the sample hold the lowest code of their format, so that a
 * circuit that listens to them is found out by comparing with the clocked design, where something else stands there.
 */
import { beatFormats, classCount, stageCounts } from '../circuit/index.ts';
import type { Circuit, LayerGraph, StreamGraph, StreamStage, StreamType } from '../circuit/index.ts';
import { ShapeError, UnsupportedError } from '../errors.ts';
import { type FixedFormat, rawRange } from '../fixed/index.ts';
import type { Samples } from './batch-runner.ts';
import { interpretBatch } from './emulate.ts';
import { compileCircuit, emulatedCircuit } from './emulator.ts';

/** Raw codes; plain arrays where a format is wider than 64 bits. */
export type Codes = Samples | bigint[];

/** A stream graph made ready to run. */
export interface StreamEmulator {
  /**
   * Run a batch.
   *
   * @param inputs one array per graph input, row-major [batch][places]: raw codes by place in the sample
   * @returns one array per stage by name, row-major [batch][places]
   * @throws ShapeError if an array has another length, ValueError for a code outside its format
   */
  run(batch: number, inputs: readonly (Samples | readonly bigint[])[]): ReadonlyMap<string, Codes>;
}

/** Give the output streams' raw codes of a batch, one array per output, row-major [batch][places]. */
export function emulateStreams(
  graph: StreamGraph,
  batch: number,
  inputs: readonly (Samples | readonly bigint[])[],
): readonly Codes[] {
  const all = streamEmulator(graph).run(batch, inputs);
  return graph.outputs.map((name) => all.get(name)!);
}

/** How a stream graph is run. */
export interface StreamEmulatorOptions {
  /** What computes the circuits: generated code, or the interpreter, which is the reference of both. @defaultValue 'webassembly' */
  readonly engine?: 'webassembly' | 'interpreter';
}

/** Make a stream graph ready to run. */
export function streamEmulator(
  graph: StreamGraph,
  { engine = 'webassembly' }: StreamEmulatorOptions = {},
): StreamEmulator {
  const stages = graph.stages.map((stage) => ({ stage, run: stageRunner(graph, stage, engine) }));
  return {
    run: (batch, inputs) => {
      const beats = new Map<string, Codes>();
      graph.inputs.forEach(({ name, type }, k) => {
        const count = type.elements.length * type.formats.length;
        if (inputs[k]?.length !== batch * count) {
          throw new ShapeError(
            `Input "${name}" of "${graph.name}" has ${inputs[k]?.length ?? 0} codes; ${batch} samples of ${count} elements are ${batch * count}.`,
          );
        }
        beats.set(name, intoBeats(type, inputs[k]!));
      });
      const results = new Map<string, Codes>();
      for (const { stage, run } of stages) {
        const made = run(
          batch,
          stage.inputs.map((name) => beats.get(name)!),
        );
        beats.set(stage.name, made);
        results.set(stage.name, fromBeats(stage.output, made));
      }
      return results;
    },
  };
}

type Engine = NonNullable<StreamEmulatorOptions['engine']>;

type Runner = (batch: number, inputs: readonly Codes[]) => Codes;

function stageRunner(graph: StreamGraph, stage: StreamStage, engine: Engine): Runner {
  const { taps, steps, fold, gather } = stage;
  const counts = stageCounts(graph, stage);
  const formats = beatFormats(graph, stage);
  const circuit = circuitRunner(stage.circuit, engine);
  const update = fold && circuitRunner(fold.circuit, engine);
  const finish = stage.finish && circuitRunner(stage.finish, engine);
  const times = taps.classes.flatMap((which, time) => (which >= 0 ? [{ which, time }] : []));
  const everything = taps.ages.flatMap((_, cell) => formats.map((_, k) => cell * formats.length + k));
  const hasClasses = classCount(stage) > 1;
  const lowest = formats.map((format) => rawRange(format).lo);

  return (batch, inputs) => {
    const joined = joinBeats(inputs, formats, counts.beats * batch);
    const rows = batch * counts.steps;
    const selections = steps.selections ?? [everything];
    const width = selections[0]!.length;
    const selected = selections[0]!.map((place) => formats[place % formats.length]!);
    const x = codes(selected, rows * width);
    const classes = new Int32Array(hasClasses ? rows : 0);
    const words = steps.constants?.words;
    const w = steps.constants && codes(steps.constants.formats, rows * steps.constants.formats.length);
    const asCode = converter(x);
    const outside = lowest.map(asCode);
    let row = 0;
    for (let sample = 0; sample < batch; sample += 1) {
      let step = 0;
      for (const { which, time } of times) {
        for (let s = 0; s < steps.count; s += 1, step += 1, row += 1) {
          const selection = selections.length === 1 ? selections[0]! : selections[s]!;
          for (let k = 0; k < width; k += 1) {
            const element = selection[k]! % formats.length;
            const beat = time - taps.ages[(selection[k]! - element) / formats.length]!;
            const isInside = beat >= 0 && beat < counts.beats;
            x[row * width + k] = isInside
              ? asCode(joined[(sample * counts.beats + beat) * formats.length + element]!)
              : outside[element]!;
          }
          if (hasClasses) classes[row] = which;
          if (w !== undefined) {
            const put = converter(w);
            words![step % words!.length]!.forEach((word, k, { length }) => (w[row * length + k] = put(word)));
          }
        }
      }
    }
    const terms = circuit(rows, [x, ...(hasClasses ? [classes] : []), ...(w === undefined ? [] : [w])]);
    const sums =
      fold === undefined ? terms : folded(fold.steps, fold.initial, fold.circuit, update!, rows / fold.steps, terms);
    const results = finish === undefined ? sums : finish(batch * counts.results, [sums]);
    return gather.order === undefined ? results : reordered(results, stage.output.formats, gather.order);
  };
}

function folded(
  steps: number,
  initial: readonly (readonly bigint[])[],
  circuit: Circuit,
  update: (rows: number, inputs: readonly Codes[]) => Codes,
  results: number,
  terms: Codes,
): Codes {
  const [sumPort, termPort] = circuit.inputs;
  const width = termPort!.formats.length;
  let sums = codes(sumPort!.formats, results * sumPort!.formats.length);
  const put = converter(sums);
  for (let n = 0; n < results; n += 1) {
    initial[n % initial.length]!.forEach((code, k, { length }) => (sums[n * length + k] = put(code)));
  }
  const now = codes(termPort!.formats, results * width);
  const putTerm = converter(now);
  for (let step = 0; step < steps; step += 1) {
    for (let n = 0; n < results; n += 1) {
      for (let k = 0; k < width; k += 1) now[n * width + k] = putTerm(terms[(n * steps + step) * width + k]!);
    }
    sums = update(results, [sums, now]);
  }
  return sums;
}

/** One beat after another: the elements of all inputs side by side. */
function joinBeats(inputs: readonly Codes[], formats: readonly FixedFormat[], beats: number): Codes {
  if (inputs.length === 1) return inputs[0]!;
  const joined = codes(formats, beats * formats.length);
  const put = converter(joined);
  let first = 0;
  for (const input of inputs) {
    const width = input.length / beats;
    for (let beat = 0; beat < beats; beat += 1) {
      for (let k = 0; k < width; k += 1) joined[beat * formats.length + first + k] = put(input[beat * width + k]!);
    }
    first += width;
  }
  return joined;
}

function reordered(results: Codes, formats: readonly FixedFormat[], order: readonly number[]): Codes {
  const beats = codes(formats, results.length);
  const put = converter(beats);
  for (let base = 0; base < results.length; base += order.length) {
    order.forEach((from, k) => (beats[base + k] = put(results[base + from]!)));
  }
  return beats;
}

/** Arrange samples by place into beats. */
function intoBeats({ formats, elements }: StreamType, samples: Samples | readonly bigint[]): Codes {
  const beats = codes(formats, samples.length);
  const put = converter(beats);
  const places = elements.flat();
  for (let base = 0; base < samples.length; base += places.length) {
    places.forEach((place, k) => (beats[base + k] = put(samples[base + place]!)));
  }
  return beats;
}

/** Arrange beats into samples by place. */
function fromBeats({ formats, elements }: StreamType, beats: Codes): Codes {
  const samples = codes(formats, beats.length);
  const put = converter(samples);
  const places = elements.flat();
  for (let base = 0; base < beats.length; base += places.length) {
    places.forEach((place, k) => (samples[base + place] = put(beats[base + k]!)));
  }
  return samples;
}

/** An array that holds codes of these formats. */
function codes(formats: readonly FixedFormat[], length: number): Codes {
  let bits = 0;
  for (const { width, signed } of formats) bits = Math.max(bits, signed ? width : width + 1);
  if (bits <= 32) return new Int32Array(length);
  return bits <= 64 ? new BigInt64Array(length) : new Array<bigint>(length).fill(0n);
}

/** Give the function that makes elements of an array from codes. */
function converter(array: Codes): (code: number | bigint) => never {
  // Elements of the union of arrays have no common type; the arrays themselves keep what they are.
  return (array instanceof Int32Array ? Number : BigInt) as unknown as (code: number | bigint) => never;
}

/** Compile a circuit with one output, or fall back to the interpreter where it needs more than 64 bits. */
function circuitRunner(
  target: Circuit | LayerGraph,
  engine: Engine,
): (rows: number, inputs: readonly Codes[]) => Codes {
  const circuit = emulatedCircuit(target);
  const interpreted = (rows: number, inputs: readonly Codes[]): Codes =>
    interpretBatch(circuit, rows, inputs.map(plainCodes))[0]!;
  if (engine === 'interpreter') return interpreted;
  try {
    const emulator = compileCircuit(circuit);
    return (rows, inputs) => emulator.run(rows, inputs)[0]!;
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return interpreted;
  }
}

const plainCodes = (array: Codes): readonly bigint[] => Array.from(array as Iterable<number | bigint>, BigInt);
