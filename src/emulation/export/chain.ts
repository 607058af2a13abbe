/**
 * Chains: sums that are cast after every term, as an accumulator that saturates or rounds.
 *
 * The order of the terms matters, so a chain is a loop only if it runs through the elements of one input in ascending
 * order. The circuit leaves casts out where an interval shows that they do nothing; a chain is taken for one rule only
 * where putting them back changes nothing.
 */
import {
  addType,
  castKeepsValues,
  castType,
  type Circuit,
  type Op,
  type Wire,
  type WireType,
} from '../../circuit/index.ts';
import { type FixedFormat, fractionBits } from '../../fixed/index.ts';
import { servesUse, strictest } from './cast-modes.ts';
import { linearForm, type LinearTerm, productType, type Rational } from './linear-form.ts';

type CastOp = Extract<Op, { kind: 'cast' }>;

export interface Chain {
  /** In the order of summation. */
  readonly terms: readonly LinearTerm[];
  readonly start: Rational;
  /** The cast after every term. */
  readonly format: FixedFormat;
}

interface Step {
  readonly cast: CastOp;
  /** The sum before the step; undefined in the first. */
  readonly before: Wire | undefined;
  readonly terms: readonly LinearTerm[];
}

/** Read the cast at `root` as the last step of a chain of at least two, if it is one. */
export function findChain(circuit: Circuit, root: Wire): Chain | undefined {
  const { ops, types } = circuit;
  const steps: Step[] = [];
  let start: Rational = { raw: 0n, fraction: 0 };
  for (let wire: Wire | undefined = root; wire !== undefined;) {
    const cast = ops[wire] as CastOp;
    const { terms, constant } = linearForm(circuit, cast.a, undefined);
    const sums = terms.filter((term) => isSum(circuit, term, cast.format));
    if (sums.length > 1 || (sums.length === 1 && constant.raw !== 0n)) return undefined;
    const before: Wire | undefined = sums[0]?.wire;
    steps.unshift({ cast, before, terms: terms.filter((term) => term !== sums[0]) });
    if (before === undefined) start = constant;
    wire = before;
  }
  if (steps.length < 2) return undefined;
  const terms = steps.flatMap((step) => step.terms);
  if (!ascends(circuit, terms)) return undefined;

  const format = strictest(steps.map((step) => step.cast.format))!;
  const startType = { lo: start.raw, hi: start.raw, fraction: start.fraction };
  if (!castKeepsValues(startType, format)) return undefined;
  for (const step of steps) {
    if (!servesUse({ type: types[step.cast.a]!, format: step.cast.format }, format)) return undefined;
    let sum = step.before === undefined ? startType : types[step.before]!;
    for (const [k, term] of step.terms.entries()) {
      const type = termType(circuit, term);
      if (type.fraction > fractionBits(format)) return undefined;
      sum = addType(sum, type, 0, false);
      if (k < step.terms.length - 1 && !castKeepsValues(sum, format)) return undefined;
    }
  }
  return { terms, start, format };
}

/** A term that is the sum so far: a cast to the same word of more than one product. */
function isSum(circuit: Circuit, { wire, coefficient, cast }: LinearTerm, format: FixedFormat): boolean {
  const op = circuit.ops[wire]!;
  return (
    cast === undefined &&
    op.kind === 'cast' &&
    coefficient.raw === 1n &&
    coefficient.fraction === 0 &&
    op.format.signed === format.signed &&
    op.format.width === format.width &&
    op.format.integer === format.integer
  );
}

/** Elements of one input, each once and in order. */
function ascends(circuit: Circuit, terms: readonly LinearTerm[]): boolean {
  return terms.every(({ wire }, k) => {
    const op = circuit.ops[wire]!;
    if (op.kind !== 'input') return false;
    const last = k === 0 ? undefined : circuit.ops[terms[k - 1]!.wire]!;
    return last === undefined || (last.kind === 'input' && last.port === op.port && last.index < op.index);
  });
}

function termType(circuit: Circuit, { wire, coefficient, cast }: LinearTerm): WireType {
  const product = productType(circuit.types[wire]!, coefficient);
  return cast === undefined ? product : castType(product, (circuit.ops[cast] as CastOp).format);
}
