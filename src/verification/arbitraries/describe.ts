/**
 * Circuits, graphs and samples as text that a person reads in a failure report: one line per operation.
 *
 *     circuit "sum"
 *       x[0] = input                  ap_fixed<4,4>
 *       w1   = x[0] + x[0]·2^-1       ap_fixed<6,5>
 *       w2   = cast w1                ap_fixed<3,3,AP_RND_CONV>
 *       y    = (w2)
 *
 * The last column is the smallest type that holds every value of the wire, and for a cast the format it casts to. A
 * constant shows its value. With a sample, each line ends with the raw code of the wire.
 */
import { formatOfType, operandsOf, widthOf } from '../../circuit/index.ts';
import type { Circuit, LayerGraph, Op, Table, Wire } from '../../circuit/index.ts';
import { interpretGraph, interpretWires } from '../../emulation/index.ts';
import { exactFormat, type FixedFormat, formatText, sameFormat, toText } from '../../fixed/index.ts';
import type { Sample } from './simpler-circuits.ts';

const RELATION = { lt: '<', le: '<=', eq: '==', ne: '!=' } as const;
const BITWISE = { and: '&', or: '|', xor: '^' } as const;

/** Longest table that is written in full, in entries. */
const TABLE_ENTRIES = 16;

/**
 * Describe a circuit, one line per operation.
 *
 * @param sample raw codes, one vector per input port; every line then ends with the raw code of its wire
 */
export function describeCircuit(circuit: Circuit, sample?: Sample): string {
  return [`circuit "${circuit.name}"`, ...circuitLines(circuit, sample)].join('\n');
}

/**
 * Describe a layer graph: its inputs, then each layer with the lines of its circuit.
 *
 * @param sample raw codes, one vector per graph input; every line then ends with the raw code of its wire
 */
export function describeGraph(graph: LayerGraph, sample?: Sample): string {
  const vectors = new Map(graph.inputs.map((input, k) => [input.name, sample?.[k]]));
  if (sample !== undefined) for (const [name, codes] of interpretGraph(graph, sample)) vectors.set(name, codes);
  const lines = graph.layers.flatMap(({ name, kind, circuit, inputs }) => [
    `  layer "${name}" (${kind}) of ${inputs.join(', ')}`,
    ...circuitLines(circuit, sample === undefined ? undefined : inputs.map((input) => vectors.get(input)!)).map(
      (line) => `  ${line}`,
    ),
  ]);
  return [`graph "${graph.name}"`, ...lines, `  outputs ${graph.outputs.join(', ')}`].join('\n');
}

/** Describe samples as raw codes, one line each. */
export function describeSamples(
  ports: readonly { readonly name: string }[],
  samples: readonly Sample[],
  gaps: readonly number[] = [],
): string {
  return samples
    .map((sample, k) => {
      const vectors = ports.map(({ name }, port) => `${name} = [${sample[port]!.join(', ')}]`).join(', ');
      const idle = (gaps[k] ?? 0) > 0 ? ` after ${gaps[k]} idle cycles` : '';
      return `  sample ${k}: ${vectors}${idle}`;
    })
    .join('\n');
}

function circuitLines(circuit: Circuit, sample: Sample | undefined): string[] {
  const names = wireNames(circuit);
  const raws = sample === undefined ? undefined : interpretWires(circuit, sample);
  const rows = circuit.ops.map((op, wire) => [
    names[wire]!,
    expression(circuit, op, wire, names),
    op.kind === 'cast' ? formatText(op.format) : formatText(formatOfType(circuit.types[wire]!)),
    raws === undefined ? '' : `raw ${raws[wire]}`,
  ]);
  const width = (column: number): number => Math.max(0, ...rows.map((row) => row[column]!.length));
  const [nameWidth, textWidth, typeWidth] = [width(0), width(1), width(2)];
  const lines = rows.map(([name, text, type, raw]) =>
    `  ${name!.padEnd(nameWidth)} = ${text!.padEnd(textWidth)}  ${type!.padEnd(typeWidth)}  ${raw}`.trimEnd(),
  );
  const used = new Set(circuit.ops.flatMap((op) => (op.kind === 'table' ? [op.table] : [])));
  const tables = circuit.tables.flatMap((table, k) => (used.has(k) ? [`  ${tableText(table, k)}`] : []));
  const outputs = circuit.outputs.map(({ name, wires, formats }) => {
    const elements = wires.map((wire, k) => names[wire]! + edgeText(circuit, wire, formats[k]!));
    return `  ${name.padEnd(nameWidth)} = (${elements.join(', ')})`;
  });
  return [...lines, ...tables, ...outputs];
}

/** Inputs are called by port and element, labelled wires by label and number, others by number. */
function wireNames({ ops, inputs, labels }: Circuit): string[] {
  return ops.map((op, wire) => {
    if (op.kind === 'input') return `${inputs[op.port]!.name}[${op.index}]`;
    const label = labels[wire];
    return label === undefined ? `w${wire}` : `${label}.w${wire}`;
  });
}

function expression(circuit: Circuit, op: Op, wire: Wire, names: readonly string[]): string {
  const [a, b, c] = operandsOf(op).map((operand) => names[operand]!);
  switch (op.kind) {
    case 'input':
      return 'input';
    case 'constant':
      return valueText(circuit.types[wire]!.lo, circuit.types[wire]!.fraction);
    case 'add':
      return `${a} ${op.subtract ? '-' : '+'} ${b}${scaleText(op.shift)}`;
    case 'scale':
      return `${a}${scaleText(op.shift)}`;
    case 'multiply':
      return `${a} * ${b}`;
    case 'negate':
      return `-${a}`;
    case 'compare':
      return `${a} ${RELATION[op.relation]} ${b}`;
    case 'select':
      return `${a} ? ${b} : ${c}`;
    case 'table':
      return `table${op.table}[${a}]`;
    case 'bitwise':
      return `${a} ${BITWISE[op.operation]} ${b}`;
    case 'cast':
      return `cast ${a}`;
    default:
      return op satisfies never;
  }
}

const scaleText = (shift: number): string => (shift === 0 ? '' : `·2^${shift}`);

function valueText(raw: bigint, fraction: number): string {
  const width = raw.toString(2).length + 1;
  return toText({ format: exactFormat(true, width, width - fraction), raw });
}

/** Codes of a table from its first address. */
function tableText({ name, lo, values, fraction }: Table, number: number): string {
  const shown = values.slice(0, TABLE_ENTRIES).join(', ');
  const rest = values.length > TABLE_ENTRIES ? `, … ${values.length} entries` : '';
  return `table${number} "${name}" from raw ${lo}: raw ${shown}${rest}, ${fraction} fraction bits`;
}

/** The format of an output where it is wider than its wire. */
function edgeText({ types }: Circuit, wire: Wire, format: FixedFormat): string {
  const own = formatOfType(types[wire]!);
  const plain: FixedFormat = { ...format, quantization: 'AP_TRN', overflow: 'AP_WRAP', saturationBits: 0 };
  return sameFormat(plain, own) || widthOf(types[wire]!) === format.width ? '' : ` as ${formatText(format)}`;
}
