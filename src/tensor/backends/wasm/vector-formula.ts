/**
 * Vector arithmetic written as formulas: operations make values, and values become instructions when they are asked for.
 *
 * What several operations use is computed once and kept in a local variable. Constants are kept in locals too, and set
 * where the caller wants them: before a loop, so that its rounds do not build them again. Numbers stand for constants
 * with that number in every lane. Values carry no lane type: an `Arithmetic` reads them in its own.
 *
 * Limits: a formula is straight-line code (a `block` may hold control structures of its own), and the code of a value is
 * written once: where it is written first must come before, and enclose, every other use.
 */
import { f32x4, f64x2, v128, type Code, type Instruction, type Local } from '../../../wasm/index.ts';

/** A vector in a formula. */
export interface Value {
  /** Write the instructions that compute it and leave it on the stack. */
  readonly compute: () => void;
  uses: number;
  /** Where it is kept, once computed. */
  local?: Local;
}

/** A vector, or a number in every lane. */
export type Operand = Value | number;

/** The values of one function while they are built and written; it knows what is computed already, and so is a class. */
export class VectorFormula {
  readonly code: Code;
  readonly #constants = new Map<string, { readonly bytes: Uint8Array; readonly value: Value }>();
  #constantsWritten = 0;

  constructor(code: Code) {
    this.code = code;
  }

  /** Take the vector in a local, or any that instructions without operands leave on the stack. */
  input(source: Local | (() => void)): Value {
    if (typeof source === 'function') return { compute: source, uses: 0 };
    return { compute: () => this.code.get(source), uses: 0, local: source };
  }

  /** Apply an instruction, or a sequence that takes and leaves vectors. */
  apply(instruction: Instruction, ...operands: readonly Value[]): Value {
    for (const operand of operands) operand.uses += 1;
    return {
      compute: () => {
        for (const operand of operands) this.#push(operand);
        instruction(this.code);
      },
      uses: 0,
    };
  }

  /** Make a constant of 16 bytes. */
  constant(bytes: Uint8Array): Value {
    const key = bytes.join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known.value;
    const value: Value = { compute: () => v128.const(this.code, bytes), uses: 0, local: this.code.local('v128') };
    this.#constants.set(key, { bytes, value });
    return value;
  }

  /**
   * Write statements of your own that read vectors and set others.
   *
   * @param write receives locals that hold the operands, and locals to set
   */
  block(
    operands: readonly Value[],
    results: number,
    write: (operands: readonly Local[], results: readonly Local[]) => void,
  ): readonly Value[] {
    // Two uses are what makes a value keep a local.
    for (const operand of operands) operand.uses += 2;
    let locals: readonly Local[] | undefined;
    const once = (): readonly Local[] => {
      if (locals !== undefined) return locals;
      const inputs = operands.map((operand) => {
        if (operand.local === undefined) {
          this.#push(operand);
          this.code.drop('v128');
        }
        return operand.local!;
      });
      locals = Array.from({ length: results }, () => this.code.local('v128'));
      write(inputs, locals);
      return locals;
    };
    return Array.from({ length: results }, (_, k) => ({ compute: () => this.code.get(once()[k]!), uses: 0 }));
  }

  /** Set the constants of all values built so far. */
  writeConstants(): void {
    for (const { bytes, value } of [...this.#constants.values()].slice(this.#constantsWritten)) {
      v128.const(this.code, bytes);
      this.code.set(value.local!);
    }
    this.#constantsWritten = this.#constants.size;
  }

  /** Leave a value on the stack; its constants are set already. */
  write(value: Value): void {
    value.uses += 1;
    this.#push(value);
  }

  #push(value: Value): void {
    if (value.local !== undefined) {
      this.code.get(value.local);
      return;
    }
    value.compute();
    if (value.uses > 1) {
      value.local = this.code.local('v128');
      this.code.tee(value.local);
    }
  }
}

const BINARY = ['add', 'sub', 'mul', 'div', 'pmin', 'pmax', 'eq', 'ne', 'lt', 'gt', 'le', 'ge'] as const;
const UNARY = ['abs', 'neg', 'sqrt', 'ceil', 'floor', 'trunc', 'nearest'] as const;
const BITWISE = ['and', 'andnot', 'or', 'xor'] as const;

/** Operations on lanes of one type; comparisons give masks, `andnot(a, b)` is a where b is not set. */
export type Arithmetic = Readonly<
  Record<(typeof BINARY)[number] | (typeof BITWISE)[number], (a: Operand, b: Operand) => Value>
> &
  Readonly<Record<(typeof UNARY)[number], (x: Operand) => Value>> & {
    readonly formula: VectorFormula;
    /** Put a number into every lane. */
    readonly constant: (value: number) => Value;
    /** Take a where the mask is set, else b. */
    readonly select: (mask: Value, a: Operand, b: Operand) => Value;
    /** c[0] + z·(c[1] + z·(c[2] + …)). */
    readonly polynomial: (z: Value, coefficients: readonly number[]) => Value;
  };

function arithmetic(
  formula: VectorFormula,
  instructions: Readonly<Record<(typeof BINARY)[number] | (typeof UNARY)[number], Instruction>>,
  splat: (value: number) => Float32Array | Float64Array,
): Arithmetic {
  const constant = (value: number): Value => formula.constant(new Uint8Array(splat(value).buffer));
  const valueOf = (operand: Operand): Value => (typeof operand === 'number' ? constant(operand) : operand);
  const operations: Record<string, (...operands: Operand[]) => Value> = {};
  const define = (name: string, instruction: Instruction): void => {
    operations[name] = (...operands) => formula.apply(instruction, ...operands.map(valueOf));
  };
  for (const name of [...BINARY, ...UNARY]) define(name, instructions[name]);
  for (const name of BITWISE) define(name, v128[name]);
  const own = operations as unknown as Pick<Arithmetic, (typeof BINARY)[number]>;
  return {
    ...(operations as unknown as Arithmetic),
    formula,
    constant,
    select: (mask, a, b) => formula.apply(v128.bitselect, valueOf(a), valueOf(b), mask),
    polynomial: (z, coefficients) =>
      coefficients
        .slice(0, -1)
        .reduceRight<Operand>(
          (sum, coefficient) => own.add(coefficient, own.mul(z, sum)),
          coefficients.at(-1)!,
        ) as Value,
  };
}

/** Four lanes of f32. */
export function singles(formula: VectorFormula): Arithmetic {
  return arithmetic(formula, f32x4, (value) => new Float32Array(4).fill(value));
}

/** Two lanes of f64. */
export function doubles(formula: VectorFormula): Arithmetic {
  return arithmetic(formula, f64x2, (value) => new Float64Array(2).fill(value));
}
