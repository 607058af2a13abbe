/**
 * A network as stages joined by streams: what does not fit fully unrolled, still untimed and exact.
 *
 * A stream carries each sample as a number of beats, one vector of elements per beat. A stage turns the beats of its
 * inputs into beats of its output, in five steps of which each can be trivial:
 *
 * 1. *Tap line*: from the beats of a sample come patches, each made of beats of certain ages (the window of a
 *    convolution); a beat may give no patch, and times after the last beat may still give some.
 * 2. *Steps*: every patch is read `count` times (the reuse factor), each time other elements beside other constants.
 * 3. *Circuit*: computes every step, without memory.
 * 4. *Fold* and *finish*: an accumulator over a number of steps, then a circuit on its result.
 * 5. *Gather*: a number of results becomes one beat of the output.
 *
 * All of it is plain data. `emulateStreams` says what it computes, `netlist/streams` builds it with valid and ready at
 * the edges; neither data nor order of a stream ever depend on time.
 */
import type { FixedFormat } from '../../fixed/index.ts';
import type { Circuit } from '../circuit.ts';
import type { LayerGraph } from '../layer-graph.ts';

/** What a stream carries. */
export interface StreamType {
  /** One format per element of a beat; all beats have the same. */
  readonly formats: readonly FixedFormat[];
  /** elements[b][k]: the place that element k of beat b has in the sample, flat and row-major. Each place once. */
  readonly elements: readonly (readonly number[])[];
}

/** An input of the graph; exactly one stage reads it, once. */
export interface StreamInput {
  readonly name: string;
  readonly type: StreamType;
}

/** Which beats make a patch, and when. */
export interface TapLine {
  /**
   * Ages of the cells of a patch in beats, in the order in which the patch lists their elements; 0 is the youngest beat.
   * A cell older than the sample, or younger than its last beat, holds elements of unspecified value: the circuit must
   * not depend on them.
   */
  readonly ages: readonly number[];
  /**
   * classes[t] is the class of the patch at time t of the sample, or −1 where there is none. Times 0 … beats − 1 are those
   * of the beats, later ones come without a beat. Classes count from 0.
   */
  readonly classes: readonly number[];
  /** Times per row of the raster that the classes follow, at least 1; tables get small by it, results are the same. */
  readonly columns: number;
}

/** How often a patch is read, and what is read. */
export interface Steps {
  /** Steps per patch, at least 1. */
  readonly count: number;
  /**
   * selections[s] lists the elements of the patch (number of the cell times elements of a beat, plus element) that step s
   * reads; element k of every selection has the same format.
   * @defaultValue every step reads the whole patch
   */
  readonly selections?: readonly (readonly number[])[];
  /**
   * Words that stand beside the elements: words[p][k] is a raw code of formats[k]; step n of a sample, counted over all
   * its patches, reads word n mod words.length, which divides the steps of a sample.
   * @defaultValue none
   */
  readonly constants?: {
    readonly formats: readonly FixedFormat[];
    readonly words: readonly (readonly bigint[])[];
  };
}

/** An accumulator over steps. */
export interface Fold {
  /** Steps per result; divides the steps of a sample. */
  readonly steps: number;
  /** initial[g][k]: raw code of element k before result n of a sample, g = n mod initial.length, which divides their number. */
  readonly initial: readonly (readonly bigint[])[];
  /**
   * One update: inputs `sum` and `term` (the output of the stage's circuit), output the next `sum` in its formats. It is
   * computed within one clock.
   */
  readonly circuit: Circuit;
}

export interface StreamStage {
  readonly name: string;
  /** Kind of the layer that it mainly computes, for reports. */
  readonly kind: string;
  /** Names of the network's layers that it computes, in their order; empty for a change of layout. */
  readonly layers: readonly string[];
  /** Graph inputs or earlier stages. One beat of each is taken at once, elements one after another; all have as many. */
  readonly inputs: readonly string[];
  readonly taps: TapLine;
  readonly steps: Steps;
  /**
   * Inputs, in this order: `x`, the selected elements; `class`, the class of the patch as one `ap_ufixed` integer of
   * `classWidth` bits, where there are several; `w`, the constants, where there are any. One output layer.
   */
  readonly circuit: LayerGraph;
  /** @defaultValue none: the circuit's output is the result */
  readonly fold?: Fold;
  /** One input, one output layer. @defaultValue none: the folded sum is the result */
  readonly finish?: LayerGraph;
  readonly gather: {
    /** Results per beat of the output, at least 1. */
    readonly results: number;
    /** Element k of the beat is element order[k] of the results one after another. @defaultValue their order */
    readonly order?: readonly number[];
  };
  readonly output: StreamType;
}

export interface StreamGraph {
  readonly name: string;
  readonly inputs: readonly StreamInput[];
  /** In topological order. */
  readonly stages: readonly StreamStage[];
  /** Names of the stages whose streams leave the graph. */
  readonly outputs: readonly string[];
}
