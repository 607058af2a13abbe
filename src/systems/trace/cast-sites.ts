/**
 * The casts of a layer's circuit, which are all its roundings and overflows, and what each is for.
 *
 * Casts that provably keep every value are no sites. A product or partial sum that wraps does no harm if only wrapping
 * additions of the same or a smaller modulus follow: modulo 2^I the sum is the same, and whether it is right shows at
 * the accumulator's last cast alone. Such sites are `modular`.
 */
import { castKeepsValues, type Circuit, operandsOf, type Wire } from '../../circuit/index.ts';
import { type FixedFormat, sameFormat, isWrapping } from '../../fixed/index.ts';

/**
 * - `input`: a float sample to the input's format.
 * - `product`, `partial`: before the end of a sum, modular.
 * - `accumulator`: the end of a sum. `table`: only chooses an entry of a table. `result`: the layer's output.
 * - `rectifier`: clips at zero to a format of its own. `internal`: any other.
 */
export type CastRole = 'input' | 'product' | 'partial' | 'accumulator' | 'table' | 'rectifier' | 'internal' | 'result';

/** One cast of a circuit that can change a value. */
export interface CastSite {
  readonly wire: Wire;
  readonly operand: Wire;
  readonly format: FixedFormat;
  readonly role: CastRole;
  /** Wrapping it is harmless by itself. */
  readonly modular: boolean;
  /** Clipping at zero is the layer's function (a rectifier), not a loss. */
  readonly rectifies: boolean;
  /** Output elements that depend on it, ascending. */
  readonly elements: readonly number[];
}

const rectifiers: ReadonlySet<string> = new Set([
  'relu',
  'clippedRelu',
  'thresholdedRelu',
  'leakyRelu',
  'prelu',
  'elu',
  'selu',
  'hardSigmoid',
  'hardTanh',
]);

/** List the casts of a layer's circuit that can change a value, in the order of the circuit. */
export function castSites(circuit: Circuit, kind: string): CastSite[] {
  const { ops, types, labels } = circuit;
  const users: Wire[][] = ops.map(() => []);
  for (const [wire, op] of ops.entries()) for (const operand of operandsOf(op)) users[operand]!.push(wire);
  const outputs = new Set(circuit.outputs[0]!.wires);
  const isConstant = (wire: Wire): boolean => types[wire]!.lo === types[wire]!.hi;
  const isSite = (wire: Wire): boolean => {
    const op = ops[wire]!;
    return op.kind === 'cast' && !castKeepsValues(types[op.a]!, op.format);
  };

  /** Whether everything behind a wire whose value is known modulo 2^integer ends in a cast that drops the rest. */
  const isModular = (wire: Wire, integer: number): boolean =>
    !outputs.has(wire) &&
    users[wire]!.every((user) => {
      const op = ops[user]!;
      if (op.kind === 'cast' && isSite(user)) {
        return isWrapping(op.format) && op.format.integer <= integer;
      }
      if (op.kind === 'cast' || op.kind === 'negate') return isModular(user, integer);
      return op.kind === 'add' && (op.b !== wire || op.shift >= 0) && isModular(user, integer);
    });

  const onlyTables = new Map<Wire, boolean>();
  const feedsTables = (wire: Wire): boolean => {
    const known = onlyTables.get(wire);
    if (known !== undefined) return known;
    const answer =
      !outputs.has(wire) &&
      users[wire]!.length > 0 &&
      users[wire]!.every((user) => {
        const op = ops[user]!;
        if (op.kind === 'table') return true;
        if (op.kind === 'add' && !isConstant(op.a) && !isConstant(op.b)) return false;
        return op.kind !== 'multiply' && op.kind !== 'bitwise' && feedsTables(user);
      });
    onlyTables.set(wire, answer);
    return answer;
  };

  const endsAtOutput = (wire: Wire): boolean =>
    outputs.has(wire) || users[wire]!.some((user) => ops[user]!.kind === 'cast' && !isSite(user) && endsAtOutput(user));

  /** Whether an operand already holds a cast or table entry of this layer, as partial sums do and products do not. */
  const holding = ops.map(() => false);
  for (const [wire, op] of ops.entries()) {
    holding[wire] = op.kind === 'table' || isSite(wire) || operandsOf(op).some((operand) => holding[operand]);
  }

  const roleOf = (wire: Wire, operand: Wire, modular: boolean): CastRole => {
    if (labels[wire]?.endsWith('_sum') === true) return 'accumulator';
    if (endsAtOutput(wire)) return 'result';
    if (feedsTables(wire)) return 'table';
    if (modular) return holding[operand]! ? 'partial' : 'product';
    const op = ops[operand]!;
    return op.kind === 'add' && !isConstant(op.a) && !isConstant(op.b) ? 'accumulator' : 'internal';
  };

  const reached = elementsReached(circuit);
  return ops.flatMap((op, wire): CastSite[] => {
    if (op.kind !== 'cast' || !isSite(wire)) return [];
    const { format, a: operand } = op;
    const isOutputFormat = circuit.outputs[0]!.formats.some((output) => sameFormat(output, format));
    const modular = isWrapping(format) && isModular(wire, format.integer);
    const rectifies = !format.signed && format.overflow.startsWith('AP_SAT') && rectifiers.has(kind);
    const role = rectifies && !isOutputFormat ? 'rectifier' : roleOf(wire, operand, modular);
    return [{ wire, operand, format, role, modular, rectifies, elements: reached(wire) }];
  });
}

/** For every wire the output elements that depend on it. */
function elementsReached(circuit: Circuit): (wire: Wire) => readonly number[] {
  const reached: number[][] = circuit.ops.map(() => []);
  const stack: Wire[] = [];
  for (const [element, output] of circuit.outputs[0]!.wires.entries()) {
    stack.push(output);
    while (stack.length > 0) {
      const wire = stack.pop()!;
      const list = reached[wire]!;
      if (list.at(-1) === element) continue;
      list.push(element);
      stack.push(...operandsOf(circuit.ops[wire]!));
    }
  }
  return (wire) => reached[wire]!;
}
