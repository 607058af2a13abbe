/** The invariants of stream graphs, each with the sentence that says what is broken. */
import { FormatError } from '../../errors.ts';
import { type FixedFormat, formatText, sameCodes } from '../../fixed/index.ts';
import type { LayerGraph } from '../layer-graph.ts';
import { beatFormats, classFormat, graphOutputFormats, resultFormats, stageCounts, streamType } from './stage-facts.ts';
import type { StreamGraph, StreamStage, StreamType } from './stream-graph.ts';

/**
 * Check every invariant of a stream graph; those of its circuits are checked by `validateGraph`.
 *
 * @throws FormatError naming the stage and what it must be
 */
export function validateStreams(graph: StreamGraph): void {
  const known = new Set<string>();
  const reads = new Map<string, number>();
  const add = (name: string): void => {
    if (known.has(name)) fail(graph, `two streams are called "${name}", names must differ`);
    known.add(name);
  };
  for (const input of graph.inputs) {
    add(input.name);
    checkType(graph, `input "${input.name}"`, input.type);
  }
  for (const stage of graph.stages) {
    if (stage.inputs.length === 0) fail(graph, `stage "${stage.name}" has no input, must have at least 1`);
    for (const name of stage.inputs) {
      if (!known.has(name))
        fail(graph, `stage "${stage.name}" reads "${name}", must read an input or an earlier stage`);
      reads.set(name, (reads.get(name) ?? 0) + 1);
    }
    checkStage(graph, stage);
    add(stage.name);
  }
  for (const { name } of graph.inputs) {
    if (reads.get(name) !== 1) fail(graph, `input "${name}" is read ${reads.get(name) ?? 0} times, must be read once`);
  }
  if (graph.outputs.length === 0) fail(graph, 'there is no output, must be at least 1');
  for (const name of graph.outputs) {
    if (!graph.stages.some((stage) => stage.name === name)) fail(graph, `output "${name}" must be a stage`);
  }
}

function fail(graph: StreamGraph, rule: string): never {
  throw new FormatError(`Stream graph "${graph.name}": ${rule}.`);
}

function checkType(graph: StreamGraph, where: string, { formats, elements }: StreamType): void {
  if (elements.length === 0) fail(graph, `${where} has 0 beats, must have at least 1`);
  const places = new Set<number>();
  for (const [beat, row] of elements.entries()) {
    if (row.length !== formats.length) {
      fail(graph, `beat ${beat} of ${where} has ${row.length} elements and ${formats.length} formats, must be as many`);
    }
    for (const place of row) places.add(place);
  }
  const count = elements.length * formats.length;
  const isWhole = places.size === count && [...places].every((place) => place >= 0 && place < count);
  if (!isWhole) fail(graph, `${where} must carry each of its ${count} places once`);
}

function checkStage(graph: StreamGraph, stage: StreamStage): void {
  const where = `stage "${stage.name}"`;
  checkType(graph, where, stage.output);
  const counts = stageCounts(graph, stage);
  const { taps, steps, fold, finish, gather } = stage;
  for (const name of stage.inputs) {
    const beats = streamType(graph, name).elements.length;
    if (beats !== counts.beats) {
      fail(graph, `${where} joins streams of ${counts.beats} and ${beats} beats, must be as many`);
    }
  }
  if (counts.times < counts.beats) fail(graph, `${where} has ${counts.times} times, must have one per beat at least`);
  if (taps.ages.length === 0 || taps.ages.some((age) => !isWhole(age, 0))) {
    fail(graph, `${where} has tap ages [${taps.ages.join(', ')}], must be whole numbers of at least 0`);
  }
  if (counts.patches === 0) fail(graph, `${where} gives no patch, must give at least 1`);
  if (!isWhole(steps.count, 1)) fail(graph, `${where} has ${steps.count} steps per patch, must be at least 1`);
  const divides = (part: number, whole: number, what: string): void => {
    if (!isWhole(part, 1) || whole % part !== 0) fail(graph, `${where}: ${what} is ${part}, must divide ${whole}`);
  };
  if (fold !== undefined) divides(fold.steps, counts.steps, 'the number of steps per result');
  if (fold !== undefined) divides(fold.initial.length, counts.results, 'the number of initial sums');
  divides(gather.results, counts.results, 'the number of results per beat');
  if (counts.outputBeats !== stage.output.elements.length) {
    fail(graph, `${where} gives ${counts.outputBeats} beats, its type has ${stage.output.elements.length}`);
  }
  if (steps.constants !== undefined)
    divides(steps.constants.words.length, counts.steps, 'the number of constant words');
  if (steps.selections !== undefined && steps.selections.length !== steps.count) {
    fail(graph, `${where} has ${steps.selections.length} selections for ${steps.count} steps, must be as many`);
  }

  const formats = beatFormats(graph, stage);
  const patch = taps.ages.flatMap(() => formats);
  const selections = steps.selections ?? [patch.map((_, k) => k)];
  for (const selection of selections) {
    same(
      graph,
      where,
      'x',
      selection.map((k) => patch[k]!),
      selections[0]!.map((k) => patch[k]!),
    );
  }
  const expected = [
    selections[0]!.map((k) => patch[k]!),
    ...(counts.classes > 1 ? [[classFormat(counts.classes)]] : []),
    ...(steps.constants === undefined ? [] : [steps.constants.formats]),
  ];
  if (stage.circuit.inputs.length !== expected.length) {
    fail(graph, `${where}: its circuit has ${stage.circuit.inputs.length} inputs, must have ${expected.length}`);
  }
  stage.circuit.inputs.forEach((input, k) => same(graph, where, input.name, input.formats, expected[k]!));
  oneOutput(graph, where, stage.circuit);
  if (fold !== undefined) {
    const [sum, term] = fold.circuit.inputs;
    if (sum === undefined || term === undefined) fail(graph, `${where}: its fold must have the inputs sum and term`);
    same(graph, where, 'term', term.formats, graphOutputFormats(stage.circuit));
    same(graph, where, 'sum', sum.formats, fold.circuit.outputs[0]!.formats);
    for (const row of fold.initial) {
      if (row.length !== sum.formats.length) fail(graph, `${where}: an initial sum has ${row.length} elements`);
    }
  }
  if (finish !== undefined) {
    oneOutput(graph, where, finish);
    const given = fold === undefined ? graphOutputFormats(stage.circuit) : fold.circuit.outputs[0]!.formats;
    same(graph, where, 'the finish', finish.inputs[0]!.formats, given);
  }
  const joined = Array.from({ length: gather.results }, () => resultFormats(stage)).flat();
  const order = gather.order ?? joined.map((_, k) => k);
  same(
    graph,
    where,
    'the output',
    stage.output.formats,
    order.map((k) => joined[k]!),
  );
}

function oneOutput(graph: StreamGraph, where: string, circuit: LayerGraph): void {
  if (circuit.outputs.length !== 1)
    fail(graph, `${where}: a circuit has ${circuit.outputs.length} outputs, must have 1`);
}

function same(
  graph: StreamGraph,
  where: string,
  what: string,
  given: readonly FixedFormat[],
  expected: readonly FixedFormat[],
): void {
  if (given.length !== expected.length) {
    fail(graph, `${where}: ${what} has ${given.length} elements, must have ${expected.length}`);
  }
  const wrong = given.findIndex((format, k) => format !== expected[k] && !sameCodes(format, expected[k]!));
  if (wrong >= 0) {
    fail(
      graph,
      `${where}: element ${wrong} of ${what} is ${formatText(given[wrong]!)}, must be ${formatText(expected[wrong]!)}`,
    );
  }
}

function isWhole(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}
