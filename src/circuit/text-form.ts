/**
 * Circuits and layer graphs as JSON text, for files, hashes and workers.
 *
 * Raw codes are decimal strings, since JSON has no big integers. Reading checks the shape of the data and then every
 * invariant, so a parsed circuit is as trustworthy as a built one.
 */
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import { OVERFLOWS, QUANTIZATIONS } from '../fixed/index.ts';
import type { Overflow, Quantization } from '../fixed/index.ts';
import type { Circuit } from './circuit.ts';
import type { LayerGraph } from './layer-graph.ts';
import { validateCircuit, validateGraph } from './validate.ts';

const raw = z.string().regex(/^-?\d+$/, 'is not a decimal integer');
const integer = z.number().int();
const wire = integer.nonnegative();

const format = z.strictObject({
  signed: z.boolean(),
  width: integer.positive(),
  integer,
  quantization: z.enum(QUANTIZATIONS as unknown as [Quantization, ...Quantization[]]),
  overflow: z.enum(OVERFLOWS as unknown as [Overflow, ...Overflow[]]),
  saturationBits: integer.nonnegative(),
});

const port = z.strictObject({ name: z.string(), wires: z.array(wire), formats: z.array(format) });

const op = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('input'), port: wire, index: wire }),
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({ kind: z.literal('add'), a: wire, b: wire, shift: integer, subtract: z.boolean() }),
  z.strictObject({ kind: z.literal('scale'), a: wire, shift: integer }),
  z.strictObject({ kind: z.literal('multiply'), a: wire, b: wire }),
  z.strictObject({ kind: z.literal('negate'), a: wire }),
  z.strictObject({ kind: z.literal('compare'), relation: z.enum(['lt', 'le', 'eq', 'ne']), a: wire, b: wire }),
  z.strictObject({ kind: z.literal('select'), condition: wire, a: wire, b: wire }),
  z.strictObject({ kind: z.literal('table'), a: wire, table: wire }),
  z.strictObject({ kind: z.literal('bitwise'), operation: z.enum(['and', 'or', 'xor']), a: wire, b: wire }),
  z.strictObject({ kind: z.literal('cast'), a: wire, format }),
]);

const circuitText = z.strictObject({
  name: z.string(),
  inputs: z.array(port),
  outputs: z.array(port),
  ops: z.array(op),
  types: z.array(z.tuple([raw, raw, integer])),
  tables: z.array(z.strictObject({ name: z.string(), lo: raw, values: z.array(raw), fraction: integer })),
  labels: z.record(z.string().regex(/^\d+$/), z.string()),
});

const graphText = z.strictObject({
  name: z.string(),
  inputs: z.array(z.strictObject({ name: z.string(), formats: z.array(format) })),
  layers: z.array(
    z.strictObject({ name: z.string(), kind: z.string(), inputs: z.array(z.string()), circuit: circuitText }),
  ),
  outputs: z.array(z.string()),
});

type CircuitText = z.infer<typeof circuitText>;

function circuitToText(circuit: Circuit): unknown {
  return {
    name: circuit.name,
    inputs: circuit.inputs,
    outputs: circuit.outputs,
    ops: circuit.ops,
    types: circuit.types.map(({ lo, hi, fraction }) => [String(lo), String(hi), fraction]),
    tables: circuit.tables.map((table) => ({
      name: table.name,
      lo: String(table.lo),
      values: table.values.map(String),
      fraction: table.fraction,
    })),
    labels: circuit.labels,
  };
}

function circuitFromText(text: CircuitText): Circuit {
  return {
    name: text.name,
    inputs: text.inputs,
    outputs: text.outputs,
    ops: text.ops,
    types: text.types.map(([lo, hi, fraction]) => ({ lo: BigInt(lo), hi: BigInt(hi), fraction })),
    tables: text.tables.map((table) => ({
      name: table.name,
      lo: BigInt(table.lo),
      values: table.values.map(BigInt),
      fraction: table.fraction,
    })),
    labels: Object.fromEntries(Object.entries(text.labels).map(([key, label]) => [Number(key), label])),
  };
}

/** Read JSON of a known shape. Errors: `FormatError` that says what is wrong where. */
export function readText<T>(what: string, schema: z.ZodType<T>, text: string): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`The ${what} is not JSON: ${(error as Error).message}.`);
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new FormatError(`The ${what} is malformed at ${issue.path.join('.') || 'its top level'}: ${issue.message}.`);
}

/** Write a circuit as JSON; equal circuits give equal text. */
export function serializeCircuit(circuit: Circuit): string {
  return JSON.stringify(circuitToText(circuit));
}

/** Read a circuit from `serializeCircuit`'s JSON. Errors: `FormatError` for bad JSON, shape or broken invariants. */
export function parseCircuit(text: string): Circuit {
  const circuit = circuitFromText(readText('circuit', circuitText, text));
  validateCircuit(circuit);
  return circuit;
}

/** Write a layer graph as JSON. */
export function serializeGraph(graph: LayerGraph): string {
  return JSON.stringify({
    name: graph.name,
    inputs: graph.inputs,
    layers: graph.layers.map(({ name, kind, inputs, circuit }) => ({
      name,
      kind,
      inputs,
      circuit: circuitToText(circuit),
    })),
    outputs: graph.outputs,
  });
}

/** Read a layer graph from `serializeGraph`'s JSON. Errors: `FormatError` for bad JSON, shape or broken invariants. */
export function parseGraph(text: string): LayerGraph {
  const { layers, ...rest } = readText('layer graph', graphText, text);
  const graph = { ...rest, layers: layers.map((layer) => ({ ...layer, circuit: circuitFromText(layer.circuit) })) };
  validateGraph(graph);
  return graph;
}
