/** Stream graphs as JSON text, for files and hashes; raw codes are decimal strings. */
import { z } from 'zod';
import { formatText, parseFormat } from '../../fixed/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import { parseCircuit, parseGraph, readText, serializeCircuit, serializeGraph } from '../text-form.ts';
import type { StreamGraph, StreamStage, StreamType } from './stream-graph.ts';
import { validateStreams } from './validate-streams.ts';

const whole = z.number().int().nonnegative();
/** What `parseGraph` or `parseCircuit` reads. */
const nested = z.record(z.string(), z.unknown());
const codes = z.array(z.array(z.string().regex(/^-?\d+$/, 'is not a decimal integer')));
const type = z.strictObject({ formats: z.array(z.string()), elements: z.array(z.array(whole)) });

const stageText = z.strictObject({
  name: z.string(),
  kind: z.string(),
  layers: z.array(z.string()),
  inputs: z.array(z.string()),
  taps: z.strictObject({
    ages: z.array(whole),
    classes: z.array(z.number().int().min(-1)),
    columns: whole.positive(),
  }),
  steps: z.strictObject({
    count: whole.positive(),
    selections: z.array(z.array(whole)).optional(),
    constants: z.strictObject({ formats: z.array(z.string()), words: codes }).optional(),
  }),
  circuit: nested,
  fold: z.strictObject({ steps: whole.positive(), initial: codes, circuit: nested }).optional(),
  finish: nested.optional(),
  gather: z.strictObject({ results: whole.positive(), order: z.array(whole).optional() }),
  output: type,
});

const streamsText = z.strictObject({
  name: z.string(),
  inputs: z.array(z.strictObject({ name: z.string(), type })),
  stages: z.array(stageText),
  outputs: z.array(z.string()),
});

const asTexts = (rows: readonly (readonly bigint[])[]): string[][] => rows.map((row) => row.map(String));
const asCodes = (rows: readonly (readonly string[])[]): bigint[][] => rows.map((row) => row.map(BigInt));

const typeToText = ({ formats, elements }: StreamType) => ({ formats: formats.map(formatText), elements });
const typeFromText = ({ formats, elements }: z.infer<typeof type>): StreamType => ({
  formats: sharedFormats(formats),
  elements,
});

/** Formats by text; equal texts give one object, which is what most comparisons look at first. */
function sharedFormats(texts: readonly string[]): FixedFormat[] {
  const known = new Map<string, FixedFormat>();
  return texts.map((text) => {
    const made = known.get(text) ?? parseFormat(text);
    known.set(text, made);
    return made;
  });
}

/** Write a stream graph as JSON; equal graphs give equal text. */
export function serializeStreams(graph: StreamGraph): string {
  return JSON.stringify({
    name: graph.name,
    inputs: graph.inputs.map(({ name, type }) => ({ name, type: typeToText(type) })),
    stages: graph.stages.map(stageToText),
    outputs: graph.outputs,
  });
}

function stageToText(stage: StreamStage): unknown {
  const { name, kind, layers, inputs, taps, steps, circuit, fold, finish, gather, output } = stage;
  const { constants } = steps;
  return {
    name,
    kind,
    layers,
    inputs,
    taps: { ages: taps.ages, classes: taps.classes, columns: taps.columns },
    steps: {
      count: steps.count,
      selections: steps.selections,
      ...(constants && {
        constants: { formats: constants.formats.map(formatText), words: asTexts(constants.words) },
      }),
    },
    circuit: JSON.parse(serializeGraph(circuit)),
    ...(fold && {
      fold: {
        steps: fold.steps,
        initial: asTexts(fold.initial),
        circuit: JSON.parse(serializeCircuit(fold.circuit)),
      },
    }),
    ...(finish && { finish: JSON.parse(serializeGraph(finish)) }),
    gather: { results: gather.results, order: gather.order },
    output: typeToText(output),
  };
}

/** Read a stream graph from `serializeStreams`' JSON. Errors: `FormatError` for bad JSON, shape or broken invariants. */
export function parseStreams(text: string): StreamGraph {
  const { inputs, stages, ...rest } = readText('stream graph', streamsText, text);
  const graph = {
    ...rest,
    inputs: inputs.map((input) => ({ ...input, type: typeFromText(input.type) })),
    stages: stages.map(stageFromText),
  };
  validateStreams(graph);
  return graph;
}

function stageFromText(text: z.infer<typeof stageText>): StreamStage {
  const { steps, circuit, fold, finish, gather, output, ...stage } = text;
  const { count, selections, constants } = steps;
  return {
    ...stage,
    steps: {
      count,
      ...(selections && { selections }),
      ...(constants && {
        constants: { formats: sharedFormats(constants.formats), words: asCodes(constants.words) },
      }),
    },
    circuit: parseGraph(JSON.stringify(circuit)),
    ...(fold && {
      fold: {
        steps: fold.steps,
        initial: asCodes(fold.initial),
        circuit: parseCircuit(JSON.stringify(fold.circuit)),
      },
    }),
    ...(finish && { finish: parseGraph(JSON.stringify(finish)) }),
    gather: { results: gather.results, ...(gather.order && { order: gather.order }) },
    output: typeFromText(output),
  };
}
