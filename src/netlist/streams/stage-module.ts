/**
 * One stage as a module: a sequencer that can wait, and behind it pipelines that cannot.
 *
 * The sequencer takes a beat when nothing it holds is in the way, shifts it into the tap line, and issues the steps of the
 * patch, if one stands then. A step that completes a beat of the output is issued only with a credit for a place in every
 * buffer behind the stage. So nothing after the sequencer needs an enable, and `ready` depends on registers of this stage
 * and, where beats of several inputs are joined, on the other inputs' `valid`.
 *
 * Ports: per input k `in<k>_valid`, `in<k>`, `in<k>_ready`; per buffer r behind it `left<r>`, 1 in the cycle after a beat
 * has left; `out_valid`, `out`.
 */
import { beatFormats, classWidth, resultFormats, stageCounts, streamType } from '../../circuit/index.ts';
import type { StreamGraph, StreamStage } from '../../circuit/index.ts';
import { busWidth, elementBit } from '../bus.ts';
import { lowerCircuit } from '../lower-circuit.ts';
import { moduleBuilder } from '../module-builder.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import type { Module, Net } from '../netlist.ts';
import { pipelineGraph } from '../pipeline.ts';
import { counter, isAt } from './control.ts';
import { credits } from './credits.ts';
import { type Flow, foldTerms, gatherResults } from './fold-results.ts';
import { patchReader } from './read-patch.ts';
import type { ScheduledCircuit, ScheduledStage } from './schedule-stage.ts';
import { tapLine } from './tap-line.ts';
import { timeFacts } from './time-table.ts';

/** A stage's module and those below it, callees first. */
export interface StageModules {
  readonly modules: readonly Module[];
  readonly module: Module;
}

/**
 * Build the module of a stage.
 *
 * @param name of the module; those below it get longer ones
 * @param depths places of every buffer behind the stage, in the order of its `left` ports
 */
export function stageModule(
  graph: StreamGraph,
  { stage, circuit, finish }: ScheduledStage,
  name: string,
  depths: readonly number[],
): StageModules {
  const below: Module[] = [];
  const pipeline = (scheduled: ScheduledCircuit, part: string): Module => {
    const { modules, top } = pipelineGraph({ ...scheduled.built, name: `${name}_${part}` }, scheduled.schedule);
    below.push(...modules);
    return modules.find((module) => module.name === top)!;
  };
  const builder = moduleBuilder(name, describe(stage));
  const inputs = stage.inputs.map((input, k) => ({
    valid: builder.input(`in${k}_valid`, 1),
    data: builder.input(`in${k}`, busWidth(streamType(graph, input).formats)),
  }));
  const left = depths.map((_, r) => builder.input(`left${r}`, 1));
  for (const port of [...inputs.map((_, k) => `in${k}_ready`), 'out_valid', 'out']) builder.reserve(port);

  const issued = sequencer(builder, graph, stage, inputs, left, depths);
  let flow = through(builder, circuit && pipeline(circuit, 'circuit'), 'circuit', issued.valid, issued.operands);
  if (stage.fold !== undefined) {
    const update = lowerCircuit(stage.fold.circuit, `${name}_update`);
    below.push(update);
    flow = foldTerms(builder, stage.fold, update, flow);
  }
  if (finish !== undefined) flow = through(builder, pipeline(finish, 'finish'), 'finish', flow.valid, [flow.data]);
  const { valid, data } = gatherResults(builder, stage.gather.results, flow);
  builder.output('out_valid', valid);
  builder.output('out', ordered(builder, stage, data));
  const module = builder.build();
  return { modules: [...below, module], module };
}

function describe({ kind, layers, taps, steps, fold }: StreamStage): string {
  const what = layers.length === 0 ? 'change of layout' : `${kind} layer ${layers.join(', ')}`;
  const window = taps.ages.length > 1 ? `, window of ${taps.ages.length} beats` : '';
  const reuse = steps.count > 1 ? `, reuse factor ${steps.count}` : '';
  return `${what}${window}${reuse}${fold === undefined ? '' : `, ${fold.steps} terms per result`}`;
}

/** Take beats, hold patches, issue steps; adds the ports `in<k>_ready`. */
function sequencer(
  builder: ModuleBuilder,
  graph: StreamGraph,
  stage: StreamStage,
  inputs: readonly { readonly valid: Net; readonly data: Net }[],
  left: readonly Net[],
  depths: readonly number[],
): { readonly valid: Net; readonly operands: readonly Net[] } {
  const { taps, steps, fold, gather } = stage;
  const { beats, classes } = stageCounts(graph, stage);
  const one = builder.constant(1n, 1);
  const all = (nets: readonly Net[]): Net => nets.reduce((a, b) => builder.and(a, b), one);
  const hasPatch = builder.registerPlaceholder(1, { reset: 0n });
  builder.name(hasPatch, 'has_patch');

  const stepOfBeat = lastOf(builder, (fold?.steps ?? 1) * gather.results, 'step_of_beat');
  const stepOfPatch = lastOf(builder, steps.count, 'step_of_patch');
  const places = depths.map((depth, r) => credits(builder, depth, left[r]!, `credits${r}`));
  const hasPlace = all(places.map(({ some }) => some));
  const issue = builder.and(hasPatch, builder.or(builder.not(stepOfBeat.isLast), hasPlace));
  builder.name(issue, 'issue');
  stepOfBeat.stepAt(issue);
  stepOfPatch.stepAt(issue);
  const spend = builder.and(issue, stepOfBeat.isLast);
  for (const { spendAt } of places) spendAt(spend);

  const endsPatch = builder.and(issue, stepOfPatch.isLast);
  const isFree = builder.or(builder.not(hasPatch), endsPatch);
  const time = timeFacts(builder, taps.classes, beats, taps.columns, classWidth(classes));
  const wants = builder.and(isFree, builder.not(time.isFlush));
  const comes = builder.or(time.isFlush, all(inputs.map(({ valid }) => valid)));
  const advance = builder.and(isFree, comes);
  builder.name(advance, 'advance');
  time.advanceAt(advance);
  builder.connect(hasPatch, builder.mux(advance, time.gives, builder.and(hasPatch, builder.not(endsPatch))));
  inputs.forEach((_, k) => {
    const others = inputs.filter((__, other) => other !== k).map(({ valid }) => valid);
    builder.output(`in${k}_ready`, builder.and(wants, all(others)));
  });

  const beat = builder.concat(inputs.map(({ data }) => data).toReversed());
  const cells = tapLine(builder, beat, advance, taps.ages);
  const formats = beatFormats(graph, stage);
  const elements = cells.flatMap((cell) =>
    formats.map(({ width }, k) => builder.slice(cell, elementBit(formats, k), width)),
  );
  const reader = patchReader(builder, steps, elements);
  reader.issueAt(issue);
  const which = time.which === undefined ? [] : [builder.register(time.which, { enable: advance })];
  const operands = [reader.elements, ...which, ...(reader.constants === undefined ? [] : [reader.constants])];
  if (steps.count === 1 && reader.constants === undefined) return { valid: issue, operands };
  // Choosing elements and reading constants takes a cycle of its own.
  const valid = builder.register(issue, { reset: 0n });
  builder.name(valid, 'step_valid');
  return { valid, operands: operands.map((net) => builder.register(net)) };
}

/** Whether a counter of `count` values stands at its last; always, where there is one value. */
function lastOf(
  builder: ModuleBuilder,
  count: number,
  name: string,
): { readonly isLast: Net; stepAt(step: Net): void } {
  if (count === 1) return { isLast: builder.constant(1n, 1), stepAt: () => undefined };
  const { value, stepAt } = counter(builder, count, name);
  return { isLast: isAt(builder, value, count - 1), stepAt };
}

/** Data through a pipeline, or on as it is where there is none. */
function through(
  builder: ModuleBuilder,
  pipeline: Module | undefined,
  part: string,
  valid: Net,
  operands: readonly Net[],
): Flow {
  if (pipeline === undefined) return { valid, data: operands[0]! };
  const [outValid, data] = builder.instance(`u_${part}`, pipeline, [valid, ...operands]);
  return { valid: outValid!, data: data! };
}

/** The elements of a gathered beat in the order of the output. */
function ordered(builder: ModuleBuilder, stage: StreamStage, data: Net): Net {
  const { order, results } = stage.gather;
  if (order === undefined) return data;
  const joined = Array.from({ length: results }, () => resultFormats(stage)).flat();
  return builder.concat(
    order.map((from) => builder.slice(data, elementBit(joined, from), joined[from]!.width)).toReversed(),
  );
}
