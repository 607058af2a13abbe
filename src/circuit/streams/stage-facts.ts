/** What follows from a stage's description: the counts and formats that every reader of it needs. */
import { type FixedFormat, ufixed } from '../../fixed/index.ts';
import type { LayerGraph } from '../layer-graph.ts';
import type { StreamGraph, StreamStage, StreamType } from './stream-graph.ts';

/** How much a stage does per sample. */
export interface StageCounts {
  /** Beats that it takes of every input. */
  readonly beats: number;
  /** Times of a sample: beats, and times without one. */
  readonly times: number;
  readonly patches: number;
  readonly classes: number;
  readonly steps: number;
  readonly results: number;
  /** Beats that it gives. */
  readonly outputBeats: number;
}

/** The type of the stream that a name stands for. */
export function streamType(graph: Pick<StreamGraph, 'inputs' | 'stages'>, name: string): StreamType {
  const type =
    graph.inputs.find((input) => input.name === name)?.type ??
    graph.stages.find((stage) => stage.name === name)?.output;
  if (type === undefined) throw new Error(`there is no stream ${name}`);
  return type;
}

/** Formats of the elements of a joined beat of a stage's inputs. */
export function beatFormats(graph: StreamGraph, stage: StreamStage): readonly FixedFormat[] {
  return stage.inputs.flatMap((name) => streamType(graph, name).formats);
}

/** Count what a stage does with one sample. */
export function stageCounts(graph: StreamGraph, stage: StreamStage): StageCounts {
  const { classes } = stage.taps;
  const patches = classes.reduce((sum, which) => sum + (which >= 0 ? 1 : 0), 0);
  const steps = patches * stage.steps.count;
  const results = steps / (stage.fold?.steps ?? 1);
  return {
    beats: streamType(graph, stage.inputs[0]!).elements.length,
    times: classes.length,
    patches,
    classes: classCount(stage),
    steps,
    results,
    outputBeats: results / stage.gather.results,
  };
}

/** Number of classes of patches. */
export function classCount({ taps }: Pick<StreamStage, 'taps'>): number {
  let count = 1;
  for (const which of taps.classes) count = Math.max(count, which + 1);
  return count;
}

/** Bits of the circuit's input `class`; 0 where it has none. */
export function classWidth(classes: number): number {
  return classes <= 1 ? 0 : (classes - 1).toString(2).length;
}

/** The format of the circuit's input `class`. */
export function classFormat(classes: number): FixedFormat {
  const width = classWidth(classes);
  return ufixed(width, width);
}

/** The formats of the one output of a graph. */
export function graphOutputFormats(graph: LayerGraph): readonly FixedFormat[] {
  return graph.layers.find(({ name }) => name === graph.outputs[0])!.circuit.outputs[0]!.formats;
}

/** Formats of one result: what the finish, the fold or else the circuit of a stage gives. */
export function resultFormats({ circuit, fold, finish }: StreamStage): readonly FixedFormat[] {
  if (finish !== undefined) return graphOutputFormats(finish);
  return fold === undefined ? graphOutputFormats(circuit) : fold.circuit.outputs[0]!.formats;
}
