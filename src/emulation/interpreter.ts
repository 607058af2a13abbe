/**
 * The exact interpreter: what a circuit means, in arbitrary-precision integers.
 *
 * This is the reference that compiled emulation, simulation and Verilog are held to, so it is written to be read, not
 * to be fast: one rule per operation, applied to the raw codes of the operands. Types serve only for binary points.
 */
import { operandsOf, typeOfFormat } from '../circuit/index.ts';
import type { Circuit, LayerGraph, Op, OpKind, Port, Table, WireType } from '../circuit/index.ts';
import { ShapeError, ValueError } from '../errors.ts';
import { cast } from '../fixed/index.ts';

/** Raw codes of the operands in the order of `operandsOf`, and their binary points. */
type Meaning<K extends OpKind> = (
  op: Extract<Op, { kind: K }>,
  raw: readonly bigint[],
  fraction: readonly number[],
  tables: readonly Table[],
) => bigint;

/** Write two values with the same binary point, the larger of both. */
function align(a: bigint, fractionA: number, b: bigint, fractionB: number): readonly [bigint, bigint] {
  const fraction = Math.max(fractionA, fractionB);
  return [a << BigInt(fraction - fractionA), b << BigInt(fraction - fractionB)];
}

const meanings: { readonly [K in Exclude<OpKind, 'input' | 'constant'>]: Meaning<K> } = {
  add: (op, raw, fraction) => {
    const [a, b] = align(raw[0]!, fraction[0]!, raw[1]!, fraction[1]! - op.shift);
    return op.subtract ? a - b : a + b;
  },
  scale: (_op, raw) => raw[0]!,
  multiply: (_op, raw) => raw[0]! * raw[1]!,
  negate: (_op, raw) => -raw[0]!,
  compare: (op, raw, fraction) => {
    const [a, b] = align(raw[0]!, fraction[0]!, raw[1]!, fraction[1]!);
    const holds = { lt: a < b, le: a <= b, eq: a === b, ne: a !== b }[op.relation];
    return holds ? 1n : 0n;
  },
  select: (_op, raw, fraction) => {
    const [a, b] = align(raw[1]!, fraction[1]!, raw[2]!, fraction[2]!);
    return raw[0] === 0n ? b : a;
  },
  table: (op, raw, _fraction, tables) => {
    const table = tables[op.table]!;
    return table.values[Number(raw[0]! - table.lo)]!;
  },
  bitwise: (op, raw, fraction) => {
    const [a, b] = align(raw[0]!, fraction[0]!, raw[1]!, fraction[1]!);
    return { and: a & b, or: a | b, xor: a ^ b }[op.operation];
  },
  cast: (op, raw, fraction) => cast(raw[0]!, fraction[0]!, op.format),
};

function describeRange(type: WireType): string {
  return `${type.lo} to ${type.hi}`;
}

/** Check one flat vector of raw codes against a port. Errors: `ShapeError`, `ValueError` naming port and element. */
export function checkInput(circuit: Circuit, port: Port, values: readonly bigint[] | undefined): void {
  if (values?.length !== port.wires.length) {
    throw new ShapeError(
      `Input "${port.name}" of circuit "${circuit.name}" has ${values?.length ?? 'no'} elements; it takes ${port.wires.length}.`,
    );
  }
  for (const [element, raw] of values.entries()) {
    const type = typeOfFormat(port.formats[element]!);
    if (raw < type.lo || raw > type.hi) {
      throw new ValueError(
        `Element ${element} of input "${port.name}" of circuit "${circuit.name}" is ${raw}; its format allows raw codes ${describeRange(type)}.`,
      );
    }
  }
}

/**
 * Return the raw code of every wire, for one sample.
 *
 * @param inputs one flat vector of raw codes per input port.
 * Errors: `ShapeError` for a wrong number of ports or elements, `ValueError` for a code outside its format.
 */
export function interpretWires(circuit: Circuit, inputs: readonly (readonly bigint[])[]): bigint[] {
  if (inputs.length !== circuit.inputs.length) {
    throw new ShapeError(
      `Circuit "${circuit.name}" takes ${circuit.inputs.length} input vectors (${circuit.inputs.map((port) => port.name).join(', ')}), not ${inputs.length}.`,
    );
  }
  for (const [k, port] of circuit.inputs.entries()) checkInput(circuit, port, inputs[k]);
  const { ops, types, tables } = circuit;
  const values: bigint[] = [];
  for (const [wire, op] of ops.entries()) {
    if (op.kind === 'input') {
      values.push(inputs[op.port]![op.index]!);
    } else if (op.kind === 'constant') {
      values.push(types[wire]!.lo);
    } else {
      const operands = operandsOf(op);
      const meaning = meanings[op.kind] as Meaning<OpKind>;
      values.push(
        meaning(
          op,
          operands.map((operand) => values[operand]!),
          operands.map((operand) => types[operand]!.fraction),
          tables,
        ),
      );
    }
  }
  return values;
}

/** Run one sample and return one flat vector of raw codes per output port. Errors: see `interpretWires`. */
export function interpret(circuit: Circuit, inputs: readonly (readonly bigint[])[]): bigint[][] {
  const values = interpretWires(circuit, inputs);
  return circuit.outputs.map((port) => port.wires.map((wire) => values[wire]!));
}

/**
 * Run one sample through a layer graph, layer by layer, and return every layer's output by name.
 *
 * @param inputs one flat vector of raw codes per graph input. Errors: see `interpretWires`.
 */
export function interpretGraph(graph: LayerGraph, inputs: readonly (readonly bigint[])[]): Map<string, bigint[]> {
  if (inputs.length !== graph.inputs.length) {
    throw new ShapeError(
      `Graph "${graph.name}" takes ${graph.inputs.length} input vectors (${graph.inputs.map((port) => port.name).join(', ')}), not ${inputs.length}.`,
    );
  }
  const vectors = new Map<string, readonly bigint[]>();
  for (const [k, input] of graph.inputs.entries()) vectors.set(input.name, inputs[k]!);
  const results = new Map<string, bigint[]>();
  for (const layer of graph.layers) {
    const output = interpret(
      layer.circuit,
      layer.inputs.map((name) => vectors.get(name)!),
    )[0]!;
    vectors.set(layer.name, output);
    results.set(layer.name, output);
  }
  return results;
}
