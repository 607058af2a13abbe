/** Four f32 lanes computed in double precision: promoted two and two, and rounded once. */
import { f32x4, f64x2, v128, type Code, type FunctionReference, type WasmModule } from '../../../wasm/index.ts';
import { VectorFormula, doubles, singles, type Arithmetic, type Value } from './vector-formula.ts';

const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const BOTH_LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

function highHalf(code: Code): void {
  v128.shuffle(code, HIGH_HALF);
}

function joinLowHalves(code: Code): void {
  v128.shuffle(code, BOTH_LOW_HALVES);
}

/** Apply a function of two doubles to the halves of vectors of four f32. */
export function inDoubles<Operands extends readonly Value[]>(
  s: Arithmetic,
  f: (d: Arithmetic, ...operands: Operands) => Value,
  ...operands: Operands
): Value {
  const { formula } = s;
  const d = doubles(formula);
  const promote = (x: Value): Value => formula.apply(f64x2.promoteLowF32x4, x);
  const low = f(d, ...(operands.map(promote) as readonly Value[] as Operands));
  const high = f(d, ...(operands.map((x) => promote(formula.apply(highHalf, x, x))) as readonly Value[] as Operands));
  const [first, second] = [low, high].map((half) => formula.apply(f32x4.demoteF64x2Zero, half));
  return formula.apply(joinLowHalves, first!, second!);
}

/** Define a function of `count` vectors of f32 that gives one. */
export function vectorFunction(
  module: WasmModule,
  count: number,
  build: (s: Arithmetic, ...operands: readonly Value[]) => Value,
): FunctionReference {
  return module.function({ parameters: new Array(count).fill('v128'), results: ['v128'] }, (code, ...operands) => {
    const formula = new VectorFormula(code);
    const result = build(singles(formula), ...operands.map((operand) => formula.input(operand)));
    formula.writeConstants();
    formula.write(result);
  });
}
