/**
 * Simpler circuits of a circuit: what shrinking tries.
 *
 * The candidates, most drastic first: look at fewer outputs (a single early one shows where a fault starts); move an
 * output to an operand of its operation; cut an operation out and feed its value in; let an operand, an input or 0 or
 * 1 take the place of an operation; merge inputs; then make formats, constants, shifts and tables plain. Every candidate is a valid circuit, is no wider than
 * the original, and is smaller by `circuitSize`, so shrinking ends. The work per candidate grows with the circuit, so
 * a circuit of n operations costs about n² in the worst case: fine for thousands, slow for hundreds of thousands.
 */
import { formatOfType, mapOperands, operandsOf } from '../../circuit/index.ts';
import type { Circuit, Table, Wire, WireType } from '../../circuit/index.ts';
import { interpretWires } from '../../emulation/index.ts';
import { type FixedFormat, fractionBits, rawRange } from '../../fixed/index.ts';
import { circuitWidth, type Draft, type DraftOutput, draftOf, type Node, settle, type Settled } from './draft.ts';
import { type FormatChoice, formatSize, isChosen, simplerFormats, towardsZero } from './formats.ts';
import { clampCode, simplerCodes } from './values.ts';

/** Raw codes of one sample: one flat vector per input port. */
export type Sample = readonly (readonly bigint[])[];

/** How circuits may be simplified. */
export interface SimplerOptions {
  /** Largest width of a wire or an aligned operand, in bits. @defaultValue the largest in the circuit */
  readonly maxWidth?: number;
  /** Fewest fraction bits of a wire. @defaultValue any number */
  readonly minFraction?: number;
  /** Formats that inputs may get; formats outside stay as they are. @defaultValue any simpler one */
  readonly inputFormats?: FormatChoice;
  /** Formats that casts may get; formats outside stay as they are. @defaultValue any simpler one */
  readonly castFormats?: FormatChoice;
}

/** A simpler circuit and what its inputs are in terms of the inputs of the circuit it came from. */
export interface SimplerCircuit {
  readonly circuit: Circuit;
  /** Carry a sample over: elements that are gone are dropped, codes beyond a narrower format are clamped to it. */
  readonly adapt: (sample: Sample) => bigint[][];
}

/** Measure how much there is to read in a circuit. */
export function circuitSize(circuit: Circuit): number {
  return draftSize(draftOf(circuit));
}

function draftSize({ inputs, nodes, outputs, tables, labels }: Draft): number {
  const elements = inputs.flatMap(({ formats }) => formats);
  return (
    200 * inputs.length +
    elements.reduce((sum, format) => sum + 1000 + formatSize(format), 0) +
    nodes.reduce((sum, node) => sum + nodeSize(node), 0) +
    outputs.reduce((sum, { format }) => sum + 500 + (format === null ? 0 : formatSize(format)), 0) +
    tables.reduce((sum, table) => sum + tableSize(table), 0) +
    Object.keys(labels).length
  );
}

/** Measure an integer by its bits and, among those of as many bits, by its magnitude. */
function codeSize(raw: bigint): number {
  const magnitude = raw < 0n ? -raw : raw;
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length;
  return bits + Number(magnitude >> BigInt(Math.max(0, bits - 50))) / 2 ** Math.min(bits, 50);
}

function nodeSize(node: Node): number {
  switch (node.kind) {
    case 'input':
      return 0;
    case 'constant':
      return 500 + 2 * codeSize(node.raw) + 2 * Math.abs(node.fraction);
    case 'add':
      return 2000 + 2 * Math.abs(node.shift) + (node.subtract ? 1 : 0);
    case 'scale':
      return 1500 + 2 * Math.abs(node.shift);
    case 'cast':
      return 2000 + formatSize(node.format);
    case 'table':
      return 2500;
    case 'negate':
    case 'multiply':
    case 'compare':
    case 'select':
    case 'bitwise':
      return 2000 + operandsOf(node).length;
    default:
      return node satisfies never;
  }
}

function tableSize({ values, fraction }: Table): number {
  return 10 + values.reduce((sum, value) => sum + 3 + codeSize(value), 0) + Math.abs(fraction);
}

/** List simpler circuits, each with the way to carry samples over to it. */
export function* simplerCircuits(circuit: Circuit, options: SimplerOptions = {}): Iterable<SimplerCircuit> {
  for (const { circuit: simpler, origins, fresh } of settledChanges(circuit, options, false)) {
    const adapt = (sample: Sample): bigint[][] => {
      const own = fresh === undefined ? 0n : interpretWires(circuit, sample)[fresh]!;
      return simpler.inputs.map(({ formats }, port) =>
        formats.map((format, index) => {
          const from = origins[port]![index]!;
          return clampCode(sample[from.port]![from.index] ?? own, rawRange(format));
        }),
      );
    };
    yield { circuit: simpler, adapt };
  }
}

/** List simpler circuits with the same input ports and elements, as the layers of a graph need them. */
export function* simplerInside(circuit: Circuit, options: SimplerOptions): Iterable<Circuit> {
  for (const settled of settledChanges(circuit, options, true)) yield settled.circuit;
}

function* settledChanges(circuit: Circuit, options: SimplerOptions, keepInputs: boolean): Iterable<Settled> {
  const { maxWidth = circuitWidth(circuit), minFraction = -Infinity } = options;
  const draft = draftOf(circuit);
  const size = draftSize(draft);
  for (const change of changes(draft, circuit.types, options, keepInputs)) {
    const settled = settle(change, { maxWidth, minFraction, keepInputs });
    if (settled !== null && circuitSize(settled.circuit) < size) yield settled;
  }
}

function* changes(
  draft: Draft,
  types: readonly WireType[],
  options: SimplerOptions,
  keepInputs: boolean,
): Iterable<Draft> {
  yield* fewerOutputs(draft);
  yield* earlierOutputs(draft);
  yield { ...draft, labels: {}, outputs: draft.outputs.map((output) => ({ ...output, format: null })) };
  if (!keepInputs) yield* cuts(draft, types, options.inputFormats ?? ANY_FORMAT);
  yield* fewerOperations(draft, types);
  yield* commonFormats(draft, options, keepInputs);
  if (!keepInputs) yield* simplerInputs(draft, options.inputFormats);
  yield* simplerParameters(draft, options.castFormats);
  yield* simplerTables(draft);
}

function* fewerOutputs(draft: Draft): Iterable<Draft> {
  const { outputs } = draft;
  if (outputs.length < 2) return;
  const half = Math.ceil(outputs.length / 2);
  if (outputs.length > 8) {
    yield { ...draft, outputs: outputs.slice(0, half) };
    yield { ...draft, outputs: outputs.slice(half) };
  }
  for (const output of outputs.toSorted((a, b) => a.wire - b.wire)) yield { ...draft, outputs: [output] };
  for (const left of outputs) yield { ...draft, outputs: outputs.filter((output) => output !== left) };
}

function* earlierOutputs(draft: Draft): Iterable<Draft> {
  for (const [k, { wire }] of draft.outputs.entries()) {
    const node = draft.nodes[wire]!;
    if (node.kind === 'input' || node.kind === 'constant') continue;
    for (const operand of new Set(operandsOf(node))) {
      const outputs = draft.outputs.map((output, at): DraftOutput =>
        at === k ? { ...output, wire: operand } : output,
      );
      yield { ...draft, outputs };
    }
  }
}

/** Let readers and outputs of `wire` read `other`, an earlier wire, in its place. */
function replaced(draft: Draft, wire: Wire, other: Wire): Draft {
  const map = (operand: Wire): Wire => (operand === wire ? other : operand);
  return {
    ...draft,
    nodes: draft.nodes.map((node) => (node.kind === 'constant' ? node : (mapOperands(node, map) as Node))),
    outputs: draft.outputs.map((output) => ({ ...output, wire: map(output.wire) })),
  };
}

function changed(draft: Draft, wire: Wire, node: Node): Draft {
  return { ...draft, nodes: draft.nodes.map((old, at) => (at === wire ? node : old)) };
}

function* fewerOperations(draft: Draft, types: readonly WireType[]): Iterable<Draft> {
  const firstInput = draft.nodes.findIndex((node) => node.kind === 'input');
  for (const [wire, node] of draft.nodes.entries()) {
    if (node.kind === 'constant') {
      if (firstInput >= 0 && firstInput < wire) yield replaced(draft, wire, firstInput);
      continue;
    }
    if (node.kind === 'input') {
      for (let earlier = 0; earlier < wire; earlier += 1) {
        if (draft.nodes[earlier]!.kind === 'input') yield replaced(draft, wire, earlier);
      }
    } else {
      for (const operand of new Set(operandsOf(node))) yield replaced(draft, wire, operand);
      if (firstInput >= 0 && firstInput < wire) yield replaced(draft, wire, firstInput);
    }
    const { lo, hi, fraction } = types[wire]!;
    if (lo === hi) yield changed(draft, wire, { kind: 'constant', raw: lo, fraction });
    for (const raw of [0n, 1n]) yield changed(draft, wire, { kind: 'constant', raw, fraction: 0 });
  }
  // Operands one by one: x·y with its x replaced keeps the y that matters.
  for (const [wire, node] of draft.nodes.entries()) {
    if (node.kind === 'input' || node.kind === 'constant') continue;
    const operands = new Set(operandsOf(node));
    for (const from of operands) {
      for (const to of operands) {
        if (from !== to)
          yield changed(draft, wire, mapOperands(node, (operand) => (operand === from ? to : operand)) as Node);
      }
    }
  }
}

/**
 * Cut an operation out and feed its value in as an input element instead. What follows sees the same values, so a
 * fault there stays, and all that only served to make the value is gone.
 */
function* cuts(draft: Draft, types: readonly WireType[], choice: FormatChoice): Iterable<Draft> {
  const port = draft.inputs[0]!;
  const index = port.formats.length;
  for (let wire = draft.nodes.length - 1; wire >= 0; wire -= 1) {
    const format = formatOfType(types[wire]!);
    if (draft.nodes[wire]!.kind === 'input' || !isChosen(format, choice)) continue;
    const inputs = draft.inputs.with(0, { ...port, formats: [...port.formats, format] });
    yield { ...changed(draft, wire, { kind: 'input', port: 0, index }), inputs, fresh: wire };
  }
}

/**
 * Change all formats at once: where an input and a cast must agree, no single one of them can be simplified.
 *
 * The binary points move by the same distance, or every word loses the same number of bits at its top or bottom.
 */
function* commonFormats(draft: Draft, options: SimplerOptions, keepInputs: boolean): Iterable<Draft> {
  const { inputFormats = ANY_FORMAT, castFormats = ANY_FORMAT } = options;
  const fractions = [
    ...draft.inputs.flatMap(({ formats }) => formats.map(fractionBits)),
    ...draft.nodes.flatMap((node) => (node.kind === 'cast' ? [fractionBits(node.format)] : [])),
  ];
  const change = (edit: (format: FixedFormat) => FixedFormat, shift: number): Draft => {
    const allowed = (format: FixedFormat, choice: FormatChoice): FixedFormat => {
      const edited = edit(format);
      return isChosen(edited, choice) ? edited : format;
    };
    return {
      ...draft,
      inputs: keepInputs
        ? draft.inputs
        : draft.inputs.map((port) => ({ ...port, formats: port.formats.map((old) => allowed(old, inputFormats)) })),
      nodes: draft.nodes.map((node) =>
        node.kind === 'cast'
          ? { ...node, format: allowed(node.format, castFormats) }
          : node.kind === 'constant'
            ? { ...node, fraction: node.fraction - shift }
            : node,
      ),
    };
  };
  for (const fraction of new Set(fractions)) {
    if (fraction !== 0) yield change((format) => ({ ...format, integer: format.integer + fraction }), fraction);
  }
  const narrow = (format: FixedFormat, fewer: number): FixedFormat => {
    const width = Math.max(1, format.width - fewer);
    return { ...format, width, saturationBits: Math.min(format.saturationBits, width) };
  };
  for (const fewer of [8, 4, 2, 1]) {
    yield change((format) => narrow(format, fewer), 0);
    yield change((format) => {
      const { width } = narrow(format, fewer);
      return { ...narrow(format, fewer), integer: format.integer - (format.width - width) };
    }, 0);
  }
}

function* simplerInputs(draft: Draft, choice: FormatChoice | undefined): Iterable<Draft> {
  for (const [port, { formats }] of draft.inputs.entries()) {
    for (const [index, format] of formats.entries()) {
      for (const simpler of simplerFormats(format, choice ?? ANY_FORMAT)) {
        const inputs = draft.inputs.map((input, at) =>
          at === port ? { ...input, formats: formats.map((old, k) => (k === index ? simpler : old)) } : input,
        );
        yield { ...draft, inputs };
      }
    }
  }
}

/** Formats of any size: only the width of the circuit limits them. */
const ANY_FORMAT: FormatChoice = { maxWidth: 4096, minFraction: -65_536, maxFraction: 65_536, maxSaturationBits: 4096 };

function* simplerParameters(draft: Draft, castFormats: FormatChoice | undefined): Iterable<Draft> {
  for (const [wire, node] of draft.nodes.entries()) {
    switch (node.kind) {
      case 'constant':
        for (const raw of simplerCodes(node.raw)) yield changed(draft, wire, { ...node, raw });
        for (const fraction of towardsZero(node.fraction)) yield changed(draft, wire, { ...node, fraction });
        break;
      case 'add':
        if (node.subtract) yield changed(draft, wire, { ...node, subtract: false });
        for (const shift of towardsZero(node.shift)) yield changed(draft, wire, { ...node, shift });
        break;
      case 'scale':
        for (const shift of towardsZero(node.shift)) yield changed(draft, wire, { ...node, shift });
        break;
      case 'cast':
        for (const format of simplerFormats(node.format, castFormats ?? ANY_FORMAT)) {
          yield changed(draft, wire, { ...node, format });
        }
        break;
      case 'input':
      case 'multiply':
      case 'negate':
      case 'compare':
      case 'select':
      case 'table':
      case 'bitwise':
        break;
      default:
        node satisfies never;
    }
  }
}

function* simplerTables(draft: Draft): Iterable<Draft> {
  for (const [number, table] of draft.tables.entries()) {
    const withTable = (changes: Partial<Table>): Draft => ({
      ...draft,
      tables: draft.tables.map((old, at) => (at === number ? { ...old, ...changes } : old)),
    });
    yield withTable({ values: table.values.map(() => 0n) });
    yield withTable({ values: table.values.map((value) => (value === 0n ? 0n : 1n)) });
    for (const fraction of towardsZero(table.fraction)) yield withTable({ fraction });
    for (const [at, value] of table.values.entries()) {
      for (const smaller of value === 0n ? [] : [0n, 1n, value / 2n]) {
        yield withTable({ values: table.values.map((old, k) => (k === at ? smaller : old)) });
      }
    }
  }
}
