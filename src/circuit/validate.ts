/**
 * The invariants of circuits and layer graphs, each with the sentence that says what is broken.
 *
 * Whatever made a circuit (builder, pass, file), this is what the rest of the hardware wing may rely on:
 * operands come before their users, every type is the one its rule gives, tables cover their addresses, and ports
 * read and write raw codes of their formats without any hidden shift.
 */
import { FormatError } from '../errors.ts';
import { fractionBits, sameCodes } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import type { Circuit, Port } from './circuit.ts';
import { operandsOf, resultType } from './interval.ts';
import type { LayerGraph } from './layer-graph.ts';
import { fitsFormat, sameType, typeOfFormat, typeText } from './wire-type.ts';

function checkPorts(circuit: Circuit, direction: 'input' | 'output', ports: readonly Port[]): void {
  const names = new Set<string>();
  for (const port of ports) {
    const where = `${direction} "${port.name}" of circuit "${circuit.name}"`;
    if (names.has(port.name)) throw new FormatError(`Two ports are called ${where}; port names must differ.`);
    names.add(port.name);
    if (port.wires.length !== port.formats.length) {
      throw new FormatError(`The ${where} has ${port.wires.length} wires but ${port.formats.length} formats.`);
    }
    for (const [element, wire] of port.wires.entries()) {
      if (!(Number.isInteger(wire) && wire >= 0 && wire < circuit.ops.length)) {
        throw new FormatError(
          `Element ${element} of ${where} is wire ${wire}; wires are 0 to ${circuit.ops.length - 1}.`,
        );
      }
    }
  }
}

/**
 * Check every invariant of a circuit.
 *
 * Errors: `FormatError` naming the circuit, the operation or port, and what it should be.
 */
export function validateCircuit(circuit: Circuit): void {
  const { ops, types, tables } = circuit;
  const at = (wire: number): string => `Wire ${wire} (${ops[wire]!.kind}) of circuit "${circuit.name}"`;
  if (types.length !== ops.length) {
    throw new FormatError(`Circuit "${circuit.name}" has ${ops.length} operations but ${types.length} types.`);
  }
  checkPorts(circuit, 'input', circuit.inputs);
  checkPorts(circuit, 'output', circuit.outputs);
  for (const table of tables) {
    if (table.values.length === 0) {
      throw new FormatError(
        `Table "${table.name}" of circuit "${circuit.name}" is empty; it needs at least one value.`,
      );
    }
  }

  for (const [wire, op] of ops.entries()) {
    const type = types[wire]!;
    if (type.lo > type.hi || !Number.isInteger(type.fraction)) {
      throw new FormatError(`${at(wire)} has the impossible type ${typeText(type)}.`);
    }
    for (const operand of operandsOf(op)) {
      if (!(Number.isInteger(operand) && operand >= 0 && operand < wire)) {
        throw new FormatError(`${at(wire)} reads wire ${operand}; operands must be earlier wires, 0 to ${wire - 1}.`);
      }
    }
    if (op.kind === 'input') {
      const port = circuit.inputs[op.port];
      if (port === undefined || port.wires[op.index] !== wire) {
        throw new FormatError(`${at(wire)} says element ${op.index} of input port ${op.port}, which is another wire.`);
      }
      const expected = typeOfFormat(port.formats[op.index]!);
      if (!sameType(type, expected)) {
        throw new FormatError(`${at(wire)} has type ${typeText(type)}; its port's format is ${typeText(expected)}.`);
      }
    } else if (op.kind === 'constant') {
      if (type.lo !== type.hi) throw new FormatError(`${at(wire)} has type ${typeText(type)}; a constant is one code.`);
    } else {
      if ((op.kind === 'add' || op.kind === 'scale') && !Number.isInteger(op.shift)) {
        throw new FormatError(`${at(wire)} shifts by ${op.shift}; shifts are integers.`);
      }
      if (op.kind === 'table') {
        const table = tables[op.table];
        if (table === undefined) {
          throw new FormatError(`${at(wire)} reads table ${op.table}; the circuit has ${tables.length} tables.`);
        }
        const last = table.lo + BigInt(table.values.length) - 1n;
        const address = types[op.a]!;
        if (address.lo < table.lo || address.hi > last) {
          throw new FormatError(
            `${at(wire)} has addresses ${address.lo} to ${address.hi}; table "${table.name}" holds ${table.lo} to ${last}.`,
          );
        }
      }
      const expected = resultType(op, (operand) => types[operand]!, tables);
      if (!sameType(type, expected)) {
        throw new FormatError(`${at(wire)} has type ${typeText(type)}; its operands give ${typeText(expected)}.`);
      }
    }
  }

  for (const port of circuit.inputs) {
    for (const [element, wire] of port.wires.entries()) {
      if (ops[wire]!.kind !== 'input') {
        throw new FormatError(
          `Element ${element} of input "${port.name}" of circuit "${circuit.name}" is a ${ops[wire]!.kind}, not an input.`,
        );
      }
    }
  }
  for (const port of circuit.outputs) {
    for (const [element, wire] of port.wires.entries()) {
      const format = port.formats[element]!;
      if (types[wire]!.fraction !== fractionBits(format) || !fitsFormat(types[wire]!, format)) {
        throw new FormatError(
          `Element ${element} of output "${port.name}" of circuit "${circuit.name}" is ${typeText(types[wire]!)}, not within its format ${typeText(typeOfFormat(format))}.`,
        );
      }
    }
  }
}

/** Tell whether two format vectors are equal in what a raw code means (modes do not matter at an edge). */
function sameVectors(a: readonly FixedFormat[], b: readonly FixedFormat[]): boolean {
  return a.length === b.length && a.every((format, k) => sameCodes(format, b[k]!));
}

/**
 * Check a layer graph: unique names, topological order, one output port per layer, matching formats, known outputs,
 * and every circuit in itself.
 *
 * Errors: `FormatError` naming the layer.
 */
export function validateGraph(graph: LayerGraph): void {
  const formats = new Map<string, readonly FixedFormat[]>();
  const define = (name: string, value: readonly FixedFormat[]): void => {
    if (formats.has(name)) throw new FormatError(`Graph "${graph.name}" has two inputs or layers named "${name}".`);
    formats.set(name, value);
  };
  for (const input of graph.inputs) define(input.name, input.formats);
  for (const layer of graph.layers) {
    const where = `Layer "${layer.name}" of graph "${graph.name}"`;
    validateCircuit(layer.circuit);
    if (layer.circuit.outputs.length !== 1) {
      throw new FormatError(`${where} has ${layer.circuit.outputs.length} output ports; a layer has exactly one.`);
    }
    if (layer.circuit.inputs.length !== layer.inputs.length) {
      throw new FormatError(
        `${where} names ${layer.inputs.length} inputs but its circuit has ${layer.circuit.inputs.length} input ports.`,
      );
    }
    for (const [port, name] of layer.inputs.entries()) {
      const source = formats.get(name);
      if (source === undefined) {
        throw new FormatError(
          `${where} reads "${name}", which is no earlier layer or input: ${[...formats.keys()].join(', ')}.`,
        );
      }
      if (!sameVectors(source, layer.circuit.inputs[port]!.formats)) {
        throw new FormatError(`${where} reads "${name}" with other formats than "${name}" has.`);
      }
    }
    define(layer.name, layer.circuit.outputs[0]!.formats);
  }
  for (const name of graph.outputs) {
    if (!graph.layers.some((layer) => layer.name === name)) {
      throw new FormatError(
        `Output "${name}" of graph "${graph.name}" is no layer: ${graph.layers.map((layer) => layer.name).join(', ')}.`,
      );
    }
  }
}
