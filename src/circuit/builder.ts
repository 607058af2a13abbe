/**
 * The circuit builder: the one way to make circuits by hand or from a network.
 *
 * It shares equal operations (hash-consing), folds constants and applies the identities that cost nothing, so that
 * what it returns holds no operation whose result was already known. Constants need no evaluator: an operation whose
 * interval is a single code is that constant, and the interval rules are exact.
 *
 * The methods speak about values. Only `input`, `constant`, `cast`, `align` and `table` promise a binary point; the
 * others return a wire of the right value whose fraction `typeOf` tells (x + 0 is x itself, x · 0.25 is x scaled).
 * Where raw codes matter, at a table and at an output, the builder aligns them itself.
 */
import { fractionBits } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import { ShapeError, ValueError } from '../errors.ts';
import { castKeepsValues, roundedInterval } from './cast-interval.ts';
import type { Circuit, Op, Port, Relation, Table, Wire, WireType } from './circuit.ts';
import { eliminateDeadCode } from './dead-code.ts';
import { resultType } from './interval.ts';
import type { DerivedOp } from './interval.ts';
import { alignType, fitsFormat, formatOfType, typeOfFormat, typeText } from './wire-type.ts';

/** Builds one circuit; stateful, and its wires are valid in this builder only (`build` renumbers them). */
export interface CircuitBuilder {
  /** Add an input port and return one wire per element. */
  input(port: string, formats: readonly FixedFormat[]): Wire[];
  /** Return the constant raw · 2^-fraction. */
  constant(raw: bigint, fraction: number): Wire;
  /** Return a + b·2^shift. @defaultValue shift 0 */
  add(a: Wire, b: Wire, shift?: number): Wire;
  /** Return a − b·2^shift. @defaultValue shift 0 */
  subtract(a: Wire, b: Wire, shift?: number): Wire;
  /** Return a·2^shift, which costs nothing; `shift` may be negative. */
  scale(a: Wire, shift: number): Wire;
  /** Return a·b, exactly. */
  multiply(a: Wire, b: Wire): Wire;
  /** Return −a. */
  negate(a: Wire): Wire;
  /** Return 1 if `a relation b` as values, else 0. */
  compare(relation: Relation, a: Wire, b: Wire): Wire;
  /** Return a where the condition is non-zero, else b. */
  select(condition: Wire, a: Wire, b: Wire): Wire;
  /**
   * Look up by raw code. `addressFraction` is the binary point the table's addresses were written for: a wire with
   * fewer fraction bits is aligned to it first. Without it the wire's own raw code is the address.
   */
  table(a: Wire, table: Table, addressFraction?: number): Wire;
  /** Return the bitwise operation on the aligned, sign-extended operands. */
  bitwise(operation: 'and' | 'or' | 'xor', a: Wire, b: Wire): Wire;
  /** Round and overflow to `format`; the result has exactly the format's fraction bits. */
  cast(a: Wire, format: FixedFormat): Wire;
  /** Return the same value with exactly `fraction` fraction bits, which must not be fewer than the wire has. */
  align(a: Wire, fraction: number): Wire;
  /** Name a wire for Verilog and traces and return it; the first name of a shared wire stays. */
  label(wire: Wire, name: string): Wire;
  /** Add an output port; every wire must provably be a code of its format. */
  output(port: string, wires: readonly Wire[], formats: readonly FixedFormat[]): void;
  /** Return the type of a wire. */
  typeOf(wire: Wire): WireType;
  /** Return the finished circuit without dead operations; its wires are numbered anew. */
  build(): Circuit;
}

/**
 * Start a circuit.
 *
 * Errors: `ShapeError` where wires and formats differ in number, `ValueError` for an unknown wire, a repeated port
 * name, an address outside its table, or an output wire that does not fit its format.
 */
export function circuitBuilder(name: string): CircuitBuilder {
  const ops: Op[] = [];
  const types: WireType[] = [];
  const tables: Table[] = [];
  const labels: Record<Wire, string> = {};
  const inputs: Port[] = [];
  const outputs: Port[] = [];
  const shared = new Map<string, Wire>();
  const tableByObject = new Map<Table, number>();
  const tableByContent = new Map<string, number>();
  /** Wires that only move the binary point of another wire: value-level operations read the other one. */
  const alignedFrom = new Map<Wire, Wire>();

  const typeOf = (wire: Wire): WireType => {
    const type = types[wire];
    if (type === undefined) {
      throw new ValueError(`Circuit "${name}" has no wire ${wire}; wires are 0 to ${ops.length - 1}.`);
    }
    return type;
  };
  const isConstant = (wire: Wire): boolean => ops[wire]!.kind === 'constant';

  const share = (key: string, op: Op, type: WireType): Wire => {
    const known = shared.get(key);
    if (known !== undefined) return known;
    const wire = ops.push(op) - 1;
    types.push(type);
    shared.set(key, wire);
    return wire;
  };

  const constant = (raw: bigint, fraction: number): Wire =>
    share(`k${raw},${fraction}`, { kind: 'constant' }, { lo: raw, hi: raw, fraction });

  const derive = (key: string, op: DerivedOp): Wire => {
    const known = shared.get(key);
    if (known !== undefined) return known;
    const type = resultType(op, typeOf, tables);
    if (type.lo === type.hi) {
      const folded = constant(type.lo, type.fraction);
      shared.set(key, folded);
      return folded;
    }
    return share(key, op, type);
  };

  /** The wire to read for the value of `wire`: without alignments, constants without trailing zero bits. */
  const source = (wire: Wire): Wire => {
    const { lo, hi, fraction } = typeOf(wire);
    if (lo !== hi) return alignedFrom.get(wire) ?? wire;
    if (lo === 0n) return constant(0n, 0);
    if ((lo & 1n) === 1n) return constant(lo, fraction);
    let raw = lo;
    let zeros = 0;
    while ((raw & 0xffn) === 0n) {
      raw >>= 8n;
      zeros += 8;
    }
    while ((raw & 1n) === 0n) {
      raw >>= 1n;
      zeros++;
    }
    return constant(raw, fraction - zeros);
  };

  const scale = (wire: Wire, shift: number): Wire => {
    const a = source(wire);
    if (shift === 0) return a;
    const op = ops[a]!;
    const { lo, fraction } = types[a]!;
    if (op.kind === 'constant') return constant(lo, lo === 0n ? 0 : fraction - shift);
    if (op.kind === 'scale') return scale(op.a, op.shift + shift);
    return derive(`s${a},${shift}`, { kind: 'scale', a, shift });
  };

  const negate = (wire: Wire): Wire => {
    const a = source(wire);
    const op = ops[a]!;
    if (op.kind === 'negate') return op.a;
    return derive(`n${a}`, { kind: 'negate', a });
  };

  const sum = (left: Wire, right: Wire, shift: number, subtract: boolean): Wire => {
    const a = source(left);
    let b = source(right);
    for (let op = ops[b]!; op.kind === 'scale' || op.kind === 'negate'; op = ops[b]!) {
      if (op.kind === 'scale') shift += op.shift;
      else subtract = !subtract;
      b = source(op.a);
    }
    if (isConstant(b)) {
      const { lo, fraction } = types[b]!;
      if (lo === 0n) return a;
      b = constant(subtract ? -lo : lo, fraction - shift);
      subtract = false;
      shift = 0;
    }
    if (isConstant(a) && types[a]!.lo === 0n) {
      const scaled = scale(b, shift);
      return subtract ? negate(scaled) : scaled;
    }
    const first = ops[a]!;
    if (!subtract && first.kind === 'negate') return sum(scale(b, shift), first.a, 0, true);
    if (a === b && shift === 0) return subtract ? constant(0n, 0) : scale(a, 1);
    if (!subtract && isConstant(a) && !isConstant(b)) return sum(scale(b, shift), a, 0, false);
    if (!subtract && shift === 0 && a > b && !isConstant(b)) {
      return derive(`a${b},${a},0`, { kind: 'add', a: b, b: a, shift, subtract });
    }
    return derive(`${subtract ? 'd' : 'a'}${a},${b},${shift}`, { kind: 'add', a, b, shift, subtract });
  };

  const multiply = (left: Wire, right: Wire): Wire => {
    let a = source(left);
    let b = source(right);
    if (isConstant(a)) [a, b] = [b, a];
    const first = ops[a]!;
    const second = ops[b]!;
    if (first.kind === 'scale') return scale(multiply(first.a, b), first.shift);
    if (second.kind === 'scale') return scale(multiply(a, second.a), second.shift);
    if (first.kind === 'negate' && second.kind === 'negate') return multiply(first.a, second.a);
    if (second.kind === 'constant') {
      const { lo, fraction } = types[b]!;
      if (lo === 0n) return b;
      if (lo === 1n) return scale(a, -fraction);
      if (lo === -1n) return negate(scale(a, -fraction));
      if (first.kind === 'negate') return multiply(first.a, constant(-lo, fraction));
    } else if (a > b) {
      [a, b] = [b, a];
    }
    return derive(`m${a},${b}`, { kind: 'multiply', a, b });
  };

  const compare = (relation: Relation, left: Wire, right: Wire): Wire => {
    let a = source(left);
    let b = source(right);
    if (a === b) return constant(relation === 'le' || relation === 'eq' ? 1n : 0n, 0);
    if ((relation === 'eq' || relation === 'ne') && a > b) [a, b] = [b, a];
    return derive(`c${relation}${a},${b}`, { kind: 'compare', relation, a, b });
  };

  /** A zero beside an operand with a negative fraction takes that fraction: it must not make the result finer. */
  const coarseZeros = (a: Wire, b: Wire): [Wire, Wire] => {
    const zeroFor = (wire: Wire, other: Wire): Wire => {
      const { lo, hi } = types[wire]!;
      const { fraction } = types[other]!;
      return lo === 0n && hi === 0n && fraction < 0 ? constant(0n, fraction) : wire;
    };
    return [zeroFor(a, b), zeroFor(b, a)];
  };

  const select = (conditionWire: Wire, left: Wire, right: Wire): Wire => {
    const condition = source(conditionWire);
    const [a, b] = coarseZeros(source(left), source(right));
    if (a === b) return a;
    const { lo, hi } = types[condition]!;
    if (lo > 0n || hi < 0n) return a;
    if (lo === 0n && hi === 0n) return b;
    return derive(`?${condition},${a},${b}`, { kind: 'select', condition, a, b });
  };

  const bitwise = (operation: 'and' | 'or' | 'xor', left: Wire, right: Wire): Wire => {
    let a = source(left);
    let b = source(right);
    if (isConstant(a) || (!isConstant(b) && a > b)) [a, b] = [b, a];
    if (a === b) return operation === 'xor' ? constant(0n, 0) : a;
    const second = types[b]!;
    if (second.lo === 0n && second.hi === 0n) return operation === 'and' ? b : a;
    // −1 with no fewer fraction bits is all ones wherever the other operand has bits.
    if (second.lo === -1n && second.hi === -1n && second.fraction >= types[a]!.fraction) {
      if (operation === 'and') return a;
      if (operation === 'or' && second.fraction === types[a]!.fraction) return b;
    }
    return derive(`b${operation}${a},${b}`, { kind: 'bitwise', operation, a, b });
  };

  const align = (wire: Wire, fraction: number): Wire => {
    const own = typeOf(wire);
    if (own.fraction === fraction) return wire;
    const a = source(wire);
    const type = types[a]!;
    if (type.fraction === fraction) return a;
    if (type.lo === 0n && type.hi === 0n) return constant(0n, fraction);
    if (type.fraction > fraction) {
      throw new ValueError(
        `Wire ${wire} of circuit "${name}" has ${type.fraction} fraction bits and cannot be aligned to ${fraction} without rounding; use cast.`,
      );
    }
    const aligned = alignType(type, fraction);
    if (isConstant(a)) return constant(aligned.lo, fraction);
    const result = derive(`l${a},${fraction}`, { kind: 'cast', a, format: formatOfType(aligned) });
    alignedFrom.set(result, a);
    return result;
  };

  const cast = (wire: Wire, format: FixedFormat): Wire => {
    const a = source(wire);
    const type = types[a]!;
    const fraction = fractionBits(format);
    // The wire itself first: it may already carry the binary point that its source lacks.
    if (typeOf(wire).fraction === fraction && castKeepsValues(typeOf(wire), format)) return wire;
    if (castKeepsValues(type, format)) return align(a, fraction);
    const plain = plainCast(type, format);
    const { signed, width, integer, quantization, overflow, saturationBits } = plain;
    return derive(`t${a},${signed ? 's' : 'u'}${width},${integer}${quantization}${overflow}${saturationBits}`, {
      kind: 'cast',
      a,
      format: plain,
    });
  };

  const tableIndex = (table: Table): number => {
    const known = tableByObject.get(table);
    if (known !== undefined) return known;
    const content = `${table.lo};${table.fraction};${table.values.join(',')}`;
    const index = tableByContent.get(content) ?? tables.push(table) - 1;
    tableByContent.set(content, index);
    tableByObject.set(table, index);
    return index;
  };

  const lookUp = (wire: Wire, table: Table, addressFraction?: number): Wire => {
    const a = addressFraction === undefined ? wire : align(wire, addressFraction);
    const { lo, hi } = typeOf(a);
    const last = table.lo + BigInt(table.values.length) - 1n;
    if (lo < table.lo || hi > last) {
      throw new ValueError(
        `Table "${table.name}" of circuit "${name}" has addresses ${table.lo} to ${last}, but its operand can be ${lo} to ${hi}.`,
      );
    }
    const index = tableIndex(table);
    return derive(`x${a},${index}`, { kind: 'table', a, table: index });
  };

  const checkPort = (ports: readonly Port[], port: string): void => {
    if (ports.some((other) => other.name === port)) {
      throw new ValueError(`Circuit "${name}" already has a port "${port}"; port names must differ.`);
    }
  };

  return {
    input(port, formats) {
      checkPort(inputs, port);
      const index = inputs.length;
      const wires = formats.map((format, element) => {
        types.push(typeOfFormat(format));
        return ops.push({ kind: 'input', port: index, index: element }) - 1;
      });
      inputs.push({ name: port, wires, formats: [...formats] });
      return [...wires];
    },
    constant,
    add: (a, b, shift = 0) => sum(a, b, shift, false),
    subtract: (a, b, shift = 0) => sum(a, b, shift, true),
    scale,
    multiply,
    negate,
    compare,
    select,
    table: lookUp,
    bitwise,
    cast,
    align,
    label(wire, text) {
      typeOf(wire);
      labels[wire] ??= text;
      return wire;
    },
    output(port, wires, formats) {
      checkPort(outputs, port);
      if (wires.length !== formats.length) {
        throw new ShapeError(
          `Output "${port}" of circuit "${name}" has ${wires.length} wires and ${formats.length} formats; give one format per wire.`,
        );
      }
      const aligned = wires.map((wire, element) => {
        const format = formats[element]!;
        const type = typeOf(source(wire));
        if (!fitsFormat(type, format)) {
          throw new ValueError(
            `Output "${port}"[${element}] of circuit "${name}" is ${typeText(type)}, which its format with ${typeText(typeOfFormat(format))} does not hold; cast it first.`,
          );
        }
        return align(wire, fractionBits(format));
      });
      outputs.push({ name: port, wires: aligned, formats: [...formats] });
    },
    typeOf,
    build: () => eliminateDeadCode({ name, inputs, outputs, ops, types, tables, labels }),
  };
}

/** Replace the modes that a cast of this interval does not need by the plainest ones, which cost nothing later. */
function plainCast(type: WireType, format: FixedFormat): FixedFormat {
  const target = typeOfFormat(format);
  const exact = target.fraction >= type.fraction;
  const quantization =
    exact || (format.quantization === 'AP_TRN_ZERO' && type.lo >= 0n) ? 'AP_TRN' : format.quantization;
  const rounded = roundedInterval(type, format);
  // AP_SAT_SYM changes the lowest signed code although it is in range.
  const symmetric = format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1 ? 1n : 0n;
  const inRange = rounded.lo >= target.lo + symmetric && rounded.hi <= target.hi;
  return inRange ? { ...format, quantization, overflow: 'AP_WRAP', saturationBits: 0 } : { ...format, quantization };
}
