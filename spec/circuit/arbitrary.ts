/**
 * Random circuits for properties.
 *
 * A circuit is generated as a program: formats of the inputs and a list of steps whose operands are picked modulo the
 * wires that exist. Every program is valid, so shrinking (dropping steps, simplifying numbers) always ends in a small
 * circuit. Steps are appended as they are, without the builder's simplifications; what would grow beyond the width
 * limit is replaced by a cast. Every wire is an output, so a comparison checks every operation.
 */
import * as fc from 'fast-check';
import { addType, formatOfType, resultType, typeOfFormat } from '../../src/circuit/index.ts';
import type { Circuit, Op, Table, WireType } from '../../src/circuit/index.ts';
import { OVERFLOWS, QUANTIZATIONS } from '../../src/fixed/index.ts';
import type { FixedFormat } from '../../src/fixed/index.ts';

export interface Limits {
  /** Largest width of any wire or aligned operand, in bits. */
  readonly maxWidth: number;
  readonly maxSteps: number;
  /** Formats of the casts. @defaultValue any */
  readonly casts?: fc.Arbitrary<FixedFormat>;
}

export function formats(maxWidth: number): fc.Arbitrary<FixedFormat> {
  return fc
    .record({
      signed: fc.boolean(),
      width: fc.oneof(fc.integer({ min: 1, max: Math.min(8, maxWidth) }), fc.integer({ min: 1, max: maxWidth })),
      integer: fc.integer({ min: -4, max: 12 }),
      quantization: fc.constantFrom(...QUANTIZATIONS),
      overflow: fc.constantFrom(...OVERFLOWS),
      bits: fc.nat({ max: 4 }),
    })
    .map(({ signed, width, integer, quantization, overflow, bits }) => ({
      signed,
      width: !signed && width === maxWidth ? Math.max(1, width - 1) : width,
      integer: Math.min(integer, width),
      quantization,
      // ap_types has no unsigned AP_WRAP_SM.
      overflow: overflow === 'AP_WRAP_SM' && !signed ? 'AP_WRAP' : overflow,
      saturationBits: Math.min(bits, width - 1),
    }));
}

interface Step {
  readonly kind: Exclude<Op['kind'], 'input'>;
  readonly picks: readonly [number, number, number];
  readonly shift: number;
  readonly code: bigint;
  readonly format: FixedFormat;
  readonly variant: number;
}

const step = (casts: fc.Arbitrary<FixedFormat>): fc.Arbitrary<Step> =>
  fc.record({
    kind: fc.constantFrom<Step['kind']>(
      'add',
      'multiply',
      'cast',
      'cast',
      'scale',
      'negate',
      'compare',
      'select',
      'table',
      'bitwise',
      'constant',
    ),
    picks: fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 }), fc.nat({ max: 40 })),
    shift: fc.integer({ min: -6, max: 6 }),
    code: fc.oneof(fc.bigInt({ min: -9n, max: 9n }), fc.bigInt({ min: -(1n << 40n), max: 1n << 40n })),
    format: casts,
    variant: fc.nat({ max: 11 }),
  });

/** Append the steps to the inputs; `maxWidth` bounds every wire and aligned operand. */
export function assemble(inputFormats: readonly FixedFormat[], steps: readonly Step[], maxWidth: number): Circuit {
  const ops: Op[] = [];
  const types: WireType[] = [];
  const tables: Table[] = [];
  const fits = (type: WireType): boolean => {
    const limit = 1n << BigInt(maxWidth - 1);
    return type.lo >= -limit && type.hi < limit;
  };
  for (const [index, format] of inputFormats.entries()) {
    ops.push({ kind: 'input', port: 0, index });
    types.push(typeOfFormat(format));
  }
  const typeOf = (wire: number): WireType => types[wire]!;
  const append = (op: Exclude<Op, { kind: 'input' | 'constant' }>): void => {
    types.push(resultType(op, typeOf, tables));
    ops.push(op);
  };
  for (const { kind, picks, shift, code, format, variant } of steps) {
    // Count operands from the newest wire backwards: small numbers make chains.
    const [a, b, c] = picks.map((pick) => ops.length - 1 - (pick % ops.length)) as [number, number, number];
    const alignable = fits(addType(typeOf(a), typeOf(b), 0, false)) && fits(addType(typeOf(b), typeOf(a), 0, true));
    const castStep: Op = { kind: 'cast', a, format };
    switch (kind) {
      case 'constant': {
        const bounded = BigInt.asIntN(maxWidth - 1, code);
        ops.push({ kind: 'constant' });
        types.push({ lo: bounded, hi: bounded, fraction: shift });
        break;
      }
      case 'add': {
        const subtract = variant % 2 === 1;
        append(fits(addType(typeOf(a), typeOf(b), shift, subtract)) ? { kind, a, b, shift, subtract } : castStep);
        break;
      }
      case 'multiply':
        append(fits(resultType({ kind, a, b }, typeOf, tables)) ? { kind, a, b } : castStep);
        break;
      case 'negate':
        append(fits(resultType({ kind, a }, typeOf, tables)) ? { kind, a } : castStep);
        break;
      case 'scale':
        append({ kind, a, shift });
        break;
      case 'compare':
        append(alignable ? { kind, a, b, relation: (['lt', 'le', 'eq', 'ne'] as const)[variant % 4]! } : castStep);
        break;
      case 'select':
        append(alignable ? { kind, condition: c, a, b } : castStep);
        break;
      case 'bitwise':
        append(alignable ? { kind, a, b, operation: (['and', 'or', 'xor'] as const)[variant % 3]! } : castStep);
        break;
      case 'table': {
        const { lo, hi } = typeOf(a);
        if (hi - lo > 300n) {
          append(castStep);
          break;
        }
        const values = Array.from({ length: Number(hi - lo) + 3 }, (_, k) =>
          BigInt.asIntN(Math.min(maxWidth - 1, 8 * (1 + (variant % 7))), (code + 77n) * BigInt(k * k + 3 * k + 1)),
        );
        tables.push({ name: `t${tables.length}`, lo: lo - 1n, values, fraction: shift });
        append({ kind, a, table: tables.length - 1 });
        break;
      }
      case 'cast':
        append(castStep);
        break;
      default:
        kind satisfies never;
    }
  }
  const wires = ops.map((_, wire) => wire);
  return {
    name: 'random',
    inputs: [{ name: 'x', wires: inputFormats.map((_, k) => k), formats: inputFormats }],
    outputs: [{ name: 'y', wires, formats: types.map(formatOfType) }],
    ops,
    types,
    tables,
    labels: {},
  };
}

/** Valid circuits with one input port `x` and every wire in output port `y`. */
export function circuits({ maxWidth, maxSteps, casts = formats(maxWidth) }: Limits): fc.Arbitrary<Circuit> {
  return fc
    .tuple(
      fc.array(formats(Math.min(maxWidth, 20)), { minLength: 1, maxLength: 4 }),
      fc.array(step(casts), { minLength: 1, maxLength: maxSteps, size: 'max' }),
    )
    .map(([inputs, steps]) => assemble(inputs, steps, maxWidth));
}

/** Raw codes within an interval from arbitrary numbers: 0, 1, 2 are the ends and the code nearest to zero. */
export function codeWithin({ lo, hi }: { lo: bigint; hi: bigint }, pick: bigint): bigint {
  if (pick === 0n) return lo;
  if (pick === 1n) return hi;
  if (pick === 2n) return lo > 0n ? lo : hi < 0n ? hi : 0n;
  return lo + (pick % (hi - lo + 1n));
}

/** A circuit with a batch of input vectors for its port. */
export function circuitsWithInputs(
  limits: Limits,
  samples: number,
): fc.Arbitrary<{ circuit: Circuit; batch: bigint[][] }> {
  const pick = fc.oneof(fc.bigInt({ min: 0n, max: 8n }), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
  return fc
    .tuple(
      circuits(limits),
      fc.array(fc.array(pick, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: samples }),
    )
    .map(([circuit, picks]) => ({
      circuit,
      batch: picks.map((row) =>
        circuit.inputs[0]!.formats.map((format, k) => codeWithin(typeOfFormat(format), row[k % row.length]!)),
      ),
    }));
}
