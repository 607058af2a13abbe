/**
 * A graph of circuits as one retiming problem.
 *
 * Every operation is a variable, and so is the handing on of every element of a layer's output: a module gives each
 * element to the next ones in a stage of its own, the same for all that read it. From there each module delays what it
 * receives by itself, so an element read by several modules has registers in each of them, while the users within one
 * module share. The elements of a graph's outputs wait for the last stage at the top.
 *
 * `scale` and casts that change nothing are their operand under another name, and a complement is made where it is read,
 * in front of the logic that takes it in: none of them is a variable. Operations that
 * no output of their layer needs are left out, as they are from the modules.
 */
import { complementOf, liveWires, operandsOf, widthOf } from '../circuit/index.ts';
import type { Circuit, LayerGraph, Wire } from '../circuit/index.ts';
import type { DelayModel } from './delay-model.ts';
import { castWork } from './lower-cast.ts';
import { LAST_STAGE, packRows } from './retiming/index.ts';
import type { RetimingProblem } from './retiming/index.ts';

/** Delays are counted in whole numbers of this part of a nanosecond. */
export const UNITS_PER_NS = 1e9;

/** The operation that a variable stands for. */
export interface ScheduledOperation {
  /** Number of the layer in the graph. */
  readonly layer: number;
  readonly wire: Wire;
  readonly delayNs: number;
}

/** A graph as a retiming problem, and where its wires and elements are in it. */
export interface ScheduleProblem {
  readonly problem: RetimingProblem;
  /** The operation of each variable; undefined for the ground and for elements handed on. */
  readonly operations: readonly (ScheduledOperation | undefined)[];
  /** variableOf[layer][wire]; −1 for constants and for what no output needs. */
  readonly variableOf: readonly Int32Array[];
  /** handedOn[layer][element]; −1 for constants that nothing reads. */
  readonly handedOn: readonly (readonly number[])[];
}

/** A value while its users are being collected. */
interface Value {
  readonly source: number;
  readonly bits: number;
  readonly users: number[];
}

/** Make the retiming problem of a graph. */
export function scheduleProblem(graph: LayerGraph, delay: DelayModel): ScheduleProblem {
  const operations: (ScheduledOperation | undefined)[] = [undefined];
  const operands: number[][] = [[]];
  const values: Value[] = [];
  const ends: number[] = [];
  const variableOf: Int32Array[] = [];
  const handedOn: number[][] = [];
  const handedOnBy = new Map<string, readonly number[]>();
  const isRead = readConstants(graph);
  const valueAt = (source: number, bits: number): Value => {
    const value = { source, bits, users: [] };
    values.push(value);
    return value;
  };

  graph.layers.forEach(({ name, circuit, inputs }, layer) => {
    const isLive = liveWires(circuit);
    const variables = new Int32Array(circuit.ops.length).fill(-1);
    const own: (Value | undefined)[] = [];
    circuit.ops.forEach((op, wire) => {
      if (isLive[wire] === 0 || op.kind === 'constant') return own.push(undefined);
      const bits = widthOf(circuit.types[wire]!);
      if (op.kind === 'input') {
        // An element of a graph's input stands at the ground, any other where its layer hands it on.
        variables[wire] = handedOnBy.get(inputs[op.port]!)?.[op.index] ?? 0;
        return own.push(valueAt(variables[wire], bits));
      }
      const alias = sameAs(circuit, wire);
      if (alias !== undefined) {
        variables[wire] = variables[alias]!;
        return own.push(own[alias]);
      }
      const variable = operations.push({ layer, wire, delayNs: delay.delayNs(circuit, wire) }) - 1;
      const read = new Set<Value>();
      for (const operand of operandsOf(op)) if (own[operand] !== undefined) read.add(own[operand]);
      for (const value of read) value.users.push(variable);
      operands.push([...new Set([...read].map((value) => value.source))]);
      variables[wire] = variable;
      return own.push(valueAt(variable, bits));
    });
    variableOf.push(variables);

    const output = circuit.outputs[0]!;
    const isOutput = graph.outputs.includes(name);
    const elementOf = new Map<Value, number>();
    const elements = output.wires.map((wire, element): number => {
      const value = own[wire];
      if (value === undefined && !isOutput && isRead.get(name)?.[element] !== true) return -1;
      let variable = value === undefined ? undefined : elementOf.get(value);
      if (variable === undefined) {
        variable = operations.push(undefined) - 1;
        operands.push(value === undefined ? [] : [value.source]);
        ends.push(variable);
        if (value !== undefined) {
          value.users.push(variable);
          elementOf.set(value, variable);
        }
      }
      if (isOutput) valueAt(variable, output.formats[element]!.width).users.push(LAST_STAGE);
      return variable;
    });
    handedOn.push(elements);
    handedOnBy.set(name, elements);
  });

  const problem: RetimingProblem = {
    count: operations.length,
    delays: Float64Array.from(operations, (one) => Math.round((one?.delayNs ?? 0) * UNITS_PER_NS)),
    operands: packRows(operands),
    sources: Int32Array.from(values, (value) => value.source),
    bits: Int32Array.from(values, (value) => value.bits),
    users: packRows(values.map((value) => value.users)),
    ends: Int32Array.from(ends),
  };
  return { problem, operations, variableOf, handedOn };
}

/** The operand that a wire is under another name, or that it inverts. */
function sameAs({ ops, types }: Circuit, wire: Wire): Wire | undefined {
  const op = ops[wire]!;
  if (op.kind === 'scale') return op.a;
  const inverted = complementOf({ ops, types }, wire);
  if (inverted !== undefined) return inverted;
  if (op.kind !== 'cast') return undefined;
  const type = types[op.a]!;
  const { drop, incrementWidth, testBits } = castWork(type, op.format);
  return drop === 0 && incrementWidth === 0 && testBits === 0 && widthOf(types[wire]!) === widthOf(type)
    ? op.a
    : undefined;
}

/** Per layer, the elements that some live input of another layer reads. */
function readConstants(graph: LayerGraph): ReadonlyMap<string, readonly boolean[]> {
  const read = new Map<string, boolean[]>();
  for (const { circuit, inputs } of graph.layers) {
    const isLive = liveWires(circuit);
    circuit.inputs.forEach(({ wires }, port) => {
      const known = read.get(inputs[port]!) ?? wires.map(() => false);
      wires.forEach((wire, element) => (known[element] ||= isLive[wire] === 1));
      read.set(inputs[port]!, known);
    });
  }
  return read;
}
