import { describe, expect, it } from 'vitest';
import { VectorFormula, doubles, singles } from '../../../../src/tensor/backends/wasm/vector-formula.ts';
import { WasmModule, f32, f32x4, i32, v128, type Code } from '../../../../src/wasm/index.ts';

/** Run a function of x in every lane that leaves a vector, and give the first lane. */
function run(x: number, write: (code: Code, formula: VectorFormula, x: ReturnType<Code['local']>) => void): number {
  const module = new WasmModule();
  module.function({ exportName: 'f', parameters: ['f32'], results: ['f32'] }, (code, argument) => {
    const vector = code.local('v128');
    code.get(argument!);
    f32x4.splat(code);
    code.set(vector);
    write(code, new VectorFormula(code), vector);
    f32x4.extractLane(code, 0);
  });
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes())).exports as {
    f: (x: number) => number;
  };
  return f(x);
}

describe('VectorFormula', () => {
  it('computes a value once, however often it is used', () => {
    let computed = 0;
    const result = run(3, (_code, formula, x) => {
      const s = singles(formula);
      const square = formula.apply(
        (c) => {
          computed += 1;
          f32x4.mul(c);
        },
        formula.input(x),
        formula.input(x),
      );
      const sum = s.add(s.mul(square, 2), s.sub(square, s.abs(square)));
      formula.writeConstants();
      formula.write(sum);
    });
    expect([result, computed]).toEqual([18, 1]);
  });

  it('sets constants where it is told, and those that came later with the next call', () => {
    const result = run(2, (code, formula, x) => {
      const s = singles(formula);
      const first = s.add(formula.input(x), 5);
      formula.writeConstants();
      formula.write(first);
      const kept = code.local('v128');
      code.set(kept);
      const second = s.mul(s.add(formula.input(kept), 5), 10);
      formula.writeConstants();
      formula.write(second);
    });
    expect(result).toBe(120);
  });

  it('writes polynomials from the innermost term outward', () => {
    const result = run(10, (_code, formula, x) => {
      const s = singles(formula);
      const y = s.polynomial(formula.input(x), [1, 2, 3]);
      formula.writeConstants();
      formula.write(y);
    });
    expect(result).toBe(321);
  });

  it('holds blocks of statements, which are written once for all their results', () => {
    let written = 0;
    const result = run(7, (code, formula, x) => {
      const s = singles(formula);
      const [up, down] = formula.block([s.add(formula.input(x), 1)], 2, ([from], [more, less]) => {
        written += 1;
        for (const [target, instruction] of [
          [more!, f32x4.add],
          [less!, f32x4.sub],
        ] as const) {
          code.get(from!);
          f32.const(code, 0.5);
          f32x4.splat(code);
          instruction(code);
          code.set(target);
        }
        i32.const(code, 0);
        code.if(() => {
          v128.const(code, new Uint8Array(16));
          code.set(more!);
        });
      });
      const product = s.mul(up!, down!);
      formula.writeConstants();
      formula.write(product);
    });
    expect([result, written]).toEqual([8.5 * 7.5, 1]);
  });

  it('reads lanes in the type of its arithmetic', () => {
    const result = run(0, (_code, formula) => {
      const d = doubles(formula);
      const third = formula.apply(f32x4.demoteF64x2Zero, d.div(d.constant(1), 3));
      formula.writeConstants();
      formula.write(third);
    });
    expect(result).toBe(Math.fround(1 / 3));
  });
});
