/**
 * What must hold of every circuit, as functions that return when it does and throw a `MismatchError` naming the wire,
 * the sample and both values when it does not. They are plain functions of plain data: run them under fast-check on
 * random circuits, or in a loop on the one circuit you have.
 */
import { eliminateDeadCode, parseCircuit, serializeCircuit, validateCircuit } from '../../../circuit/index.ts';
import type { Circuit, Wire } from '../../../circuit/index.ts';
import { compileEmulator, interpret, interpretWires } from '../../../emulation/index.ts';
import { MismatchError, ShapeError } from '../../../errors.ts';
import { exactFormat, fractionBits, toText } from '../../../fixed/index.ts';
import { rebuilt } from '../circuit-program.ts';
import type { Sample } from '../simpler-circuits.ts';

/** Outputs of a batch: outputs[k][port][element], raw codes. */
export type Outputs = readonly Sample[];

/** Name an element of an output and the operation behind it. */
function placeOf(circuit: Circuit, port: number, element: number): string {
  const { name, wires } = circuit.outputs[port]!;
  const wire: Wire = wires[element]!;
  return `output ${name}[${element}] (wire ${wire}, ${circuit.ops[wire]!.kind}) of circuit "${circuit.name}"`;
}

/**
 * Check that outputs of any evaluator are those of the interpreter.
 *
 * @param who what computed `found`, for the message
 * @param found outputs of the circuit for each sample
 * @throws MismatchError at the first difference
 */
export function outputsEqualInterpreter(
  circuit: Circuit,
  samples: readonly Sample[],
  found: Outputs,
  who: string,
): void {
  if (found.length !== samples.length) {
    throw new ShapeError(
      `${who} gives ${found.length} results for ${samples.length} samples of circuit "${circuit.name}".`,
    );
  }
  for (const [k, sample] of samples.entries()) {
    for (const [port, row] of interpret(circuit, sample).entries()) {
      for (const [element, expected] of row.entries()) {
        const value = found[k]![port]?.[element];
        if (value === expected) continue;
        throw new MismatchError(
          `${who} gives raw ${value} for ${placeOf(circuit, port, element)} at sample ${k}, where the interpreter gives ${expected}.`,
        );
      }
    }
  }
}

/**
 * Check that compiled emulation (WebAssembly) computes what the interpreter computes.
 *
 * @throws MismatchError at the first difference
 * @throws UnsupportedError if the circuit needs more than 64 bits
 */
export function emulationEqualsInterpreter(circuit: Circuit, samples: readonly Sample[]): void {
  const flat = circuit.inputs.map((_, port) => BigInt64Array.from(samples.flatMap((sample) => sample[port]!)));
  const results = compileEmulator(circuit).run(samples.length, flat);
  const found = samples.map((_, k) =>
    circuit.outputs.map(({ wires }, port) =>
      Array.from(results[port]!.subarray(k * wires.length, (k + 1) * wires.length), BigInt),
    ),
  );
  outputsEqualInterpreter(circuit, samples, found, 'Compiled emulation');
}

/**
 * Check that another circuit gives the same output values: a hand-written one against its specification, a simplified
 * one against the original. Ports and elements correspond by position; binary points may differ.
 *
 * @throws ShapeError if the ports do not correspond; MismatchError at the first difference
 */
export function circuitsAgree(expected: Circuit, found: Circuit, samples: readonly Sample[]): void {
  const shape = ({ inputs, outputs }: Circuit): string =>
    `(${inputs.map(({ wires }) => wires.length).join(', ')}) to (${outputs.map(({ wires }) => wires.length).join(', ')})`;
  if (shape(expected) !== shape(found)) {
    throw new ShapeError(
      `Circuit "${found.name}" takes ${shape(found)} elements and "${expected.name}" ${shape(expected)}.`,
    );
  }
  const valueText = (circuit: Circuit, port: number, element: number, raw: bigint): string => {
    const width = raw.toString(2).length + 1;
    return toText({
      format: exactFormat(true, width, width - fractionBits(circuit.outputs[port]!.formats[element]!)),
      raw,
    });
  };
  for (const [k, sample] of samples.entries()) {
    const wanted = interpret(expected, sample);
    for (const [port, row] of interpret(found, sample).entries()) {
      for (const [element, raw] of row.entries()) {
        const value = valueText(found, port, element, raw);
        const other = valueText(expected, port, element, wanted[port]![element]!);
        if (value === other) continue;
        throw new MismatchError(
          `The value of ${placeOf(found, port, element)} is ${value} at sample ${k}, where circuit "${expected.name}" gives ${other}.`,
        );
      }
    }
  }
}

/**
 * Check that replaying a circuit through the builder, which simplifies it, keeps its outputs.
 *
 * @throws MismatchError at the first difference
 */
export function simplificationKeepsMeaning(circuit: Circuit, samples: readonly Sample[]): void {
  const simpler = rebuilt(circuit);
  validateCircuit(simpler);
  circuitsAgree(circuit, simpler, samples);
}

/**
 * Check that dropping dead operations keeps the outputs and leaves nothing more to drop.
 *
 * @throws MismatchError at the first difference
 */
export function deadCodeKeepsMeaning(circuit: Circuit, samples: readonly Sample[]): void {
  const smaller = eliminateDeadCode(circuit);
  validateCircuit(smaller);
  circuitsAgree(circuit, smaller, samples);
  const again = eliminateDeadCode(smaller);
  if (again.ops.length !== smaller.ops.length) {
    throw new MismatchError(
      `Dead code of circuit "${circuit.name}" leaves ${smaller.ops.length} operations and then ${again.ops.length}.`,
    );
  }
}

/**
 * Check that every wire stays within its proven interval.
 *
 * @throws MismatchError at the first value outside
 */
export function intervalsHoldValues(circuit: Circuit, samples: readonly Sample[]): void {
  for (const [k, sample] of samples.entries()) {
    for (const [wire, raw] of interpretWires(circuit, sample).entries()) {
      const { lo, hi } = circuit.types[wire]!;
      if (raw >= lo && raw <= hi) continue;
      throw new MismatchError(
        `Wire ${wire} (${circuit.ops[wire]!.kind}) of circuit "${circuit.name}" is raw ${raw} at sample ${k}, outside its interval ${lo} to ${hi}.`,
      );
    }
  }
}

/**
 * Check that a circuit written as text and read again is the same circuit.
 *
 * @throws MismatchError if not
 */
export function textFormKeepsCircuit(circuit: Circuit): void {
  const text = sortedText(circuit);
  const again = sortedText(parseCircuit(serializeCircuit(circuit)));
  if (again === text) return;
  const at = [...text].findIndex((letter, k) => letter !== again[k]);
  throw new MismatchError(
    `Circuit "${circuit.name}" reads back from its text as another circuit, from "${text.slice(at, at + 40)}" on.`,
  );
}

/** Write plain data with its keys in order, so that equal data has equal text. */
function sortedText(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
