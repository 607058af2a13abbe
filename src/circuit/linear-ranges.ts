/**
 * Ranges of sums that know what they are sums of.
 *
 * The interval rule of an addition takes its operands for independent: 4x − x seems to reach from 4·lo − hi to 4·hi − lo.
 * Followed back to the wires that are no sums, a sum is a linear form, and its range over independent leaves is at most
 * as wide. Hardware needs no bits for values that cannot occur, so a graph that is built takes these ranges; the model's
 * graph keeps those of the interval rules, which anyone can check operation by operation.
 *
 * Limits: coefficients and sums below 2^52 in units of the finest leaf; wires beyond keep their ranges.
 */
import type { Circuit, Wire, WireType } from './circuit.ts';
import { complementOf } from './complement.ts';
import { resultType } from './interval.ts';
import { sameType } from './wire-type.ts';

const LARGEST = 2 ** 52;
/** Leaves that are followed at once: memory is the number of wires times this. */
const LEAVES_AT_ONCE = 64;

/** Return the circuit with every type as narrow as linear forms and the narrower operands show. */
export function withLinearRanges(circuit: Circuit): Circuit {
  const { ops, tables } = circuit;
  const types = [...circuit.types];
  const bounds = linearBounds(circuit);
  ops.forEach((op, wire) => {
    if (op.kind === 'input' || op.kind === 'constant') return;
    const derived = resultType(op, (operand) => types[operand]!, tables);
    const bound = bounds.get(wire);
    types[wire] = bound === undefined ? derived : intersection(derived, bound);
  });
  return types.every((type, wire) => sameType(type, circuit.types[wire]!)) ? circuit : { ...circuit, types };
}

function intersection(p: WireType, q: WireType): WireType {
  return { lo: p.lo > q.lo ? p.lo : q.lo, hi: p.hi < q.hi ? p.hi : q.hi, fraction: p.fraction };
}

/** What a linear operation is in raw codes: Σ factor · operand + constant. */
interface LinearRule {
  readonly parts: readonly (readonly [operand: Wire, factor: number])[];
  readonly constant: number;
}

/** The rule of an operation; undefined for a leaf. */
function linearRule(circuit: Circuit, wire: Wire): LinearRule | undefined {
  const { ops, types } = circuit;
  const op = ops[wire]!;
  const step = (operand: Wire, shift: number): number =>
    2 ** (types[wire]!.fraction - types[operand]!.fraction + shift);
  switch (op.kind) {
    case 'constant':
      return { parts: [], constant: Number(types[wire]!.lo) };
    case 'scale':
      return { parts: [[op.a, 1]], constant: 0 };
    case 'negate':
      return { parts: [[op.a, -1]], constant: 0 };
    case 'add': {
      const second = step(op.b, op.shift);
      return {
        parts: [
          [op.a, step(op.a, 0)],
          [op.b, op.subtract ? -second : second],
        ],
        constant: 0,
      };
    }
    default:
      return complementOf(circuit, wire) === undefined
        ? undefined
        : { parts: [[op.kind === 'bitwise' ? op.a : 0, -1]], constant: -1 };
  }
}

/** Ranges of the additions whose linear forms are small enough to be exact as numbers. */
function linearBounds(circuit: Circuit): ReadonlyMap<Wire, WireType> {
  const { ops, types } = circuit;
  const rules = ops.map((_, wire) => linearRule(circuit, wire));
  const leaves = ops.flatMap((_, wire) => (rules[wire] === undefined ? [wire] : []));
  const constants = new Float64Array(ops.length);
  /** Sum of the magnitudes of all contributions: a bound on every number that is computed below. */
  const reach = new Float64Array(ops.length);
  rules.forEach((rule, wire) => {
    const { lo, hi } = types[wire]!;
    if (rule === undefined) reach[wire] = Math.max(Math.abs(Number(lo)), Math.abs(Number(hi)));
    else {
      reach[wire] = rule.parts.reduce(
        (sum, [a, factor]) => sum + Math.abs(factor) * reach[a]!,
        Math.abs(rule.constant),
      );
      constants[wire] = rule.parts.reduce((sum, [a, factor]) => sum + factor * constants[a]!, rule.constant);
    }
  });
  const lo = constants.slice();
  const hi = constants.slice();
  const leastOf = Float64Array.from(leaves, (leaf) => Number(types[leaf]!.lo));
  const mostOf = Float64Array.from(leaves, (leaf) => Number(types[leaf]!.hi));
  const forms = new Float64Array(ops.length * Math.min(LEAVES_AT_ONCE, leaves.length));
  /** Wires that have a part of the leaves which are followed; the forms of all others are 0. */
  const isTouched = new Uint8Array(ops.length);
  for (let from = 0; from < leaves.length; from += LEAVES_AT_ONCE) {
    const count = Math.min(LEAVES_AT_ONCE, leaves.length - from);
    for (let k = 0; k < count; k++) {
      const leaf = leaves[from + k]!;
      isTouched[leaf] = 1;
      forms[leaf * count + k] = 1;
      lo[leaf]! += leastOf[from + k]!;
      hi[leaf]! += mostOf[from + k]!;
    }
    for (let wire = leaves[from]!; wire < ops.length; wire++) {
      const at = wire * count;
      for (const [operand, factor] of rules[wire]?.parts ?? []) {
        if (isTouched[operand] === 0) continue;
        isTouched[wire] = 1;
        const start = operand * count;
        for (let k = 0; k < count; k++) forms[at + k]! += factor * forms[start + k]!;
      }
      if (isTouched[wire] === 0 || rules[wire] === undefined) continue;
      for (let k = 0; k < count; k++) {
        const factor = forms[at + k]!;
        const least = leastOf[from + k]!;
        const most = mostOf[from + k]!;
        lo[wire]! += factor * (factor > 0 ? least : most);
        hi[wire]! += factor * (factor > 0 ? most : least);
      }
    }
    for (let wire = 0; wire < ops.length; wire++) {
      if (isTouched[wire] === 1) forms.fill(0, wire * count, (wire + 1) * count);
    }
    isTouched.fill(0);
  }
  return new Map(
    ops.flatMap((op, wire): [Wire, WireType][] => {
      // NaN and Infinity are no sums to rely on either.
      if (op.kind !== 'add' || !(reach[wire]! < LARGEST)) return [];
      return [[wire, { lo: BigInt(lo[wire]!), hi: BigInt(hi[wire]!), fraction: types[wire]!.fraction }]];
    }),
  );
}
