/**
 * A strip of the matrix product: rows of A times one packed panel of eight columns of B, tile by tile.
 *
 * Four rows by eight columns of the result stay in vector registers while k runs upward; the last rows of a matrix make
 * a lower tile. Vectors go along the columns, so that every element has the order and the roundings of the JavaScript
 * kernel (product, then sum, in f32) and the same bits. A is read where it lies, by rows or by columns.
 *
 * The tile is what V8 does best on x64 (Zen 5, V8 11.3): of the peak of separate multiplications and additions, 4 × 8
 * reaches 97 %, 5 × 8 up to 95 %, 3 × 12 up to 94 % and 6 × 8, which does not fit the registers, 61 %.
 */
import { i32, v128, type FunctionReference, type Local, type WasmModule } from '../../../wasm/index.ts';
import { assign, choose, copy, increase, integers, moveUpTo } from './loops.ts';
import { emitTileStep, type Tile } from './tile-product.ts';

/** Columns of a panel of B. */
export const PANEL = 8;
/** Rows of a tile. */
export const TILE = 4;
/** Steps of k written out in one turn of the loop. */
const UNROLL = 8;
const VECTORS = PANEL / 4;
/** Bytes of a row of a packed panel. */
export const PANEL_ROW: number = 4 * PANEL;

export interface StripOptions {
  /** Rows of a tile, 1 to 4. */
  readonly height: number;
  /** What lies side by side in A: the elements of a row, or those of a column. */
  readonly layout: 'rows' | 'columns';
  /** Use fused multiply-add. */
  readonly fused: boolean;
}

/**
 * Define `strip(a, aRow, aColumn, panel, c, cRow, tiles, depth, resume)`: C ← (C if `resume`, else 0) + A · panel, where A
 * and C have tiles · height rows, one tile or more, and depth is k, at least 1.
 *
 * Addresses and strides in bytes. By rows, `aColumn` is not used. By columns, the rows of a tile are adjacent, and from
 * tile to tile it is height · `aRow`.
 */
export function defineStrip(module: WasmModule, { height, layout, fused }: StripOptions): FunctionReference {
  const byRows = layout === 'rows';
  return module.function({ parameters: new Array<'i32'>(9).fill('i32') }, (code, ...all) => {
    const [a, aRow, aColumn, panel, c, cRow, tiles, depth, resume] = all as unknown as Parameters;
    const { q, mainEnd, end, aTile } = integers(code, 'q', 'mainEnd', 'end', 'aTile');
    const vectors = (count: number): Local[] => Array.from({ length: count }, () => code.local('v128'));
    const numbers = (count: number): Local[] => Array.from({ length: count }, () => code.local('i32'));
    const accumulators = Array.from({ length: height }, () => vectors(VECTORS));
    const pointers = numbers(byRows ? height : 1);
    const targets = [c, ...numbers(height - 1)];
    const operands = { accumulators, right: vectors(VECTORS), left: vectors(1)[0]!, b: q, fused };
    const tile: Tile = byRows ? { ...operands, a: pointers } : { ...operands, a: pointers[0]!, aRow: 4 };
    /** Write some steps of k and move on. */
    const steps = (count: number): void => {
      for (let u = 0; u < count; u += 1) {
        emitTileStep(code, tile, byRows ? 4 * u : 0, PANEL_ROW * u);
        if (!byRows) increase(code, pointers[0]!, aColumn);
      }
      if (byRows) for (const pointer of pointers) increase(code, pointer, 4 * count);
      increase(code, q, PANEL_ROW * count);
    };

    assign(code, aTile, aRow, i32.mul, height);
    assign(code, mainEnd, depth, i32.and, -UNROLL);
    for (const [limit, count] of [
      [mainEnd, mainEnd],
      [end, depth],
    ] as const) {
      assign(code, limit, count, i32.mul, PANEL_ROW);
      increase(code, limit, panel);
    }
    code.loop(() => {
      pointers.forEach((pointer, r) => {
        if (r === 0) copy(code, pointer, a);
        else assign(code, pointer, pointers[r - 1]!, i32.add, aRow);
      });
      targets.forEach((target, r) => {
        if (r > 0) assign(code, target, targets[r - 1]!, i32.add, cRow);
      });
      choose(
        code,
        resume,
        i32.ne,
        0,
        () => {
          accumulators.forEach((row, r) => {
            row.forEach((sum, v) => {
              code.get(targets[r]!);
              v128.load(code, 16 * v);
              code.set(sum);
            });
          });
        },
        () => {
          for (const sum of accumulators.flat()) {
            v128.const(code, new Uint8Array(16));
            code.set(sum);
          }
        },
      );
      copy(code, q, panel);
      moveUpTo(code, q, mainEnd, () => steps(UNROLL));
      moveUpTo(code, q, end, () => steps(1));
      accumulators.forEach((row, r) => {
        row.forEach((sum, v) => {
          code.get(targets[r]!);
          code.get(sum);
          v128.store(code, 16 * v);
        });
      });
      increase(code, a, aTile);
      assign(code, c, targets.at(-1)!, i32.add, cRow);
      increase(code, tiles, -1);
      code.get(tiles);
      code.branchIf(0);
    });
  });
}

type Parameters = readonly [Local, Local, Local, Local, Local, Local, Local, Local, Local];
