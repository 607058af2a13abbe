/**
 * Random circuits as programs: formats of the inputs and steps whose operands are picked modulo the wires that exist.
 *
 * Every program is valid. Steps are appended as they are, without the builder's simplifications, so that every
 * operation occurs in every combination; what would grow beyond the width limit becomes a cast.
 */
import * as fc from 'fast-check';
import {
  addType,
  circuitBuilder,
  formatOfType,
  inlineCircuit,
  resultType,
  typeOfFormat,
  widthOf,
} from '../../circuit/index.ts';
import type { Circuit, Op, OpKind, Port, Table, Wire, WireType } from '../../circuit/index.ts';
import { fixed, type FixedFormat } from '../../fixed/index.ts';
import type { SampledPorts } from './samples.ts';

/** One operation to append; what its kind does not need is ignored. */
export interface Step {
  readonly kind: Exclude<OpKind, 'input'>;
  /** Operands, counted from the newest wire backwards, so that small numbers make chains. */
  readonly picks: readonly [number, number, number];
  readonly shift: number;
  readonly code: bigint;
  readonly format: FixedFormat;
  readonly variant: number;
}

const PICKS = 40;

/** Every kind of operation, casts twice: rounding and overflow are where most mistakes are. */
export const STEP_KINDS: readonly Step['kind'][] = [
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
];

/** Generate steps of the given kinds; casts have formats from `casts`. */
export function steps(
  casts: fc.Arbitrary<FixedFormat>,
  maxSteps: number,
  kinds: readonly Step['kind'][] = STEP_KINDS,
): fc.Arbitrary<Step[]> {
  // One of the newest wires every other time: faults between operations need chains.
  const pick = fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: PICKS }));
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    picks: fc.tuple(pick, pick, pick),
    shift: fc.integer({ min: -6, max: 6 }),
    code: fc.oneof(fc.bigInt({ min: -9n, max: 9n }), fc.bigInt({ min: -(1n << 40n), max: 1n << 40n })),
    format: casts,
    variant: fc.nat({ max: 11 }),
  });
  return fc.array(step, { minLength: 1, maxLength: maxSteps, size: 'max' });
}

/** Largest number of codes that a table is made for. */
const TABLE_CODES = 300n;

/** Append the steps to the inputs. The circuit has no outputs yet; `maxWidth` bounds wires and aligned operands. */
export function assemble(
  name: string,
  ports: SampledPorts,
  program: readonly Step[],
  maxWidth: number,
  minFraction: number = -Infinity,
): Circuit {
  const ops: Op[] = [];
  const types: WireType[] = [];
  const tables: Table[] = [];
  const limit = 1n << BigInt(maxWidth - 1);
  const fits = (type: WireType): boolean => type.lo >= -limit && type.hi < limit;
  const inputs = ports.map(({ name, formats }, port): Port => {
    const wires = formats.map((format, index) => {
      types.push(typeOfFormat(format));
      return ops.push({ kind: 'input', port, index }) - 1;
    });
    return { name, wires, formats };
  });
  const typeOf = (wire: Wire): WireType => types[wire]!;
  const append = (op: Exclude<Op, { kind: 'input' | 'constant' }>): void => {
    types.push(resultType(op, typeOf, tables));
    ops.push(op);
  };
  const labels: Record<Wire, string> = {};
  for (const { kind, picks, shift, code, format, variant } of program) {
    if (variant % 4 === 0) labels[ops.length] = `v_${kind}`;
    const [a, b, c] = picks.map((pick) => ops.length - 1 - (pick % ops.length)) as [Wire, Wire, Wire];
    const alignable = fits(addType(typeOf(a), typeOf(b), 0, false)) && fits(addType(typeOf(b), typeOf(a), 0, true));
    const castStep = { kind: 'cast', a, format } as const;
    switch (kind) {
      case 'constant': {
        const bounded = BigInt.asIntN(maxWidth - 1, code);
        ops.push({ kind: 'constant' });
        types.push({ lo: bounded, hi: bounded, fraction: Math.max(shift, minFraction) });
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
        append({ kind, a, shift: Math.min(shift, typeOf(a).fraction - minFraction) });
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
        if (hi - lo > TABLE_CODES) {
          append(castStep);
          break;
        }
        // One entry more than needed at either end, so that address offsets show.
        const values = Array.from({ length: Number(hi - lo) + 3 }, (_, k) =>
          BigInt.asIntN(Math.min(maxWidth - 1, 8 * (1 + (variant % 7))), (code + 77n) * BigInt(k * k + 3 * k + 1)),
        );
        tables.push({ name: `t${tables.length}`, lo: lo - 1n, values, fraction: Math.max(shift, minFraction) });
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
  return { name, inputs, outputs: [], ops, types, tables, labels };
}

/** Give a circuit one output port of these wires, each in its own type. */
export function withOutput(circuit: Circuit, port: string, wires: readonly Wire[]): Circuit {
  return {
    ...circuit,
    outputs: [{ name: port, wires, formats: wires.map((wire) => formatOfType(circuit.types[wire]!)) }],
  };
}

/** Append a saturating cast for every wire of more than `maxWidth` bits and return the circuit and the wires to use. */
export function narrowed(
  circuit: Circuit,
  wires: readonly Wire[],
  maxWidth: number,
): { readonly circuit: Circuit; readonly wires: readonly Wire[] } {
  const ops = [...circuit.ops];
  const types = [...circuit.types];
  const kept = wires.map((wire) => {
    const type = types[wire]!;
    const width = widthOf(type);
    if (width <= maxWidth) return wire;
    // Drop fraction bits first, then the top.
    const fraction = Math.max(Math.min(0, type.fraction), type.fraction - (width - maxWidth));
    const op = {
      kind: 'cast',
      a: wire,
      format: fixed(maxWidth, maxWidth - fraction, { overflow: 'AP_SAT' }),
    } as const;
    types.push(resultType(op, (operand) => types[operand]!, circuit.tables));
    return ops.push(op) - 1;
  });
  return { circuit: { ...circuit, ops, types }, wires: kept };
}

/** Replay a circuit through the builder, which simplifies it, with the same ports. */
export function rebuilt(circuit: Circuit): Circuit {
  const builder = circuitBuilder(circuit.name);
  const inputs = circuit.inputs.map((port) => builder.input(port.name, port.formats));
  const outputs = inlineCircuit(builder, circuit, inputs);
  circuit.outputs.forEach((port, k) => builder.output(port.name, outputs[k]!, port.formats));
  return builder.build();
}
