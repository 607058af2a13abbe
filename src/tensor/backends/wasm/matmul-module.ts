/** The WebAssembly module of the matrix product: functions that pack B and multiply rows of A by it. */
import { WasmModule, f32x4, i32, v128, type FunctionReference, type Local } from '../../../wasm/index.ts';
import { assign, choose, copy, countUp, increase, integers, setAddress } from './loops.ts';
import { definePack, definePackLeft, defineUnpack } from './matmul-pack.ts';
import { PANEL, PANEL_ROW, TILE, defineStrip, type StripOptions } from './matmul-strip.ts';

export interface MatmulModuleOptions {
  /** Fused multiply-add (relaxed SIMD): other bits than those of the JavaScript kernel. @defaultValue false */
  readonly fused?: boolean;
}

/** What the module exports; addresses and strides in bytes, extents in elements and at least 1. */
export interface MatmulExports {
  readonly memory: WebAssembly.Memory;
  /** Copy B[depth × n] to panels of eight columns, [depth][8] each. */
  readonly pack: (b: number, bRow: number, bColumn: number, panels: number, depth: number, n: number) => void;
  /** Copy A[rows × depth], whose columns are dense, to tiles of four rows, [depth][4] each. */
  readonly packLeft: (a: number, aColumn: number, tiles: number, rows: number, depth: number) => void;
  /**
   * C[rows × n] ← (C if `resume`, else 0) + A[rows × depth] · B in panels. The rows or the columns of A must be dense (a
   * stride of 4), or it is packed (`aColumn` 16, `aRow` 4 · depth). The columns of a panel that is not full go to `narrow`,
   * [rows][8], instead of C.
   */
  readonly multiplyRows: (
    a: number,
    aRow: number,
    aColumn: number,
    panels: number,
    c: number,
    cRow: number,
    narrow: number,
    rows: number,
    depth: number,
    n: number,
    resume: number,
  ) => void;
  /** Copy the first columns of `narrow` to C. */
  readonly unpack: (narrow: number, c: number, cRow: number, rows: number, columns: number) => void;
  /** Add elements into others; where their number is no multiple of four, up to three beyond the last are overwritten. */
  readonly add: (into: number, from: number, count: number) => void;
}

type Parameters = readonly [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];

function defineMultiplyRows(module: WasmModule, fused: boolean): void {
  const strips = Array.from({ length: TILE }, (_, r) => {
    const define = (layout: StripOptions['layout']): FunctionReference =>
      defineStrip(module, { height: r + 1, layout, fused });
    return { rows: define('rows'), columns: define('columns') };
  });
  const parameters = new Array<'i32'>(11).fill('i32');
  module.function({ exportName: 'multiplyRows', parameters }, (code, ...all) => {
    const [a, aRow, aColumn, panels, c, cRow, narrow, rows, depth, n, resume] = all as unknown as Parameters;
    const { j, one, tiles, rest, width } = integers(code, 'j', 'one', 'tiles', 'rest', 'width');
    const { whole, target, targetRow, restOfA, restOfTarget } = integers(
      code,
      'whole',
      'target',
      'targetRow',
      'restOfA',
      'restOfTarget',
    );
    const strip = (height: number, left: Local, result: Local, count: Local): void => {
      const call = (definition: FunctionReference): void => {
        for (const local of [left, aRow, aColumn, panels, result, targetRow, count, depth, resume]) code.get(local);
        code.call(definition);
      };
      const { rows: byRows, columns: byColumns } = strips[height - 1]!;
      choose(
        code,
        aColumn,
        i32.eq,
        4,
        () => call(byRows),
        () => call(byColumns),
      );
    };
    copy(code, one, 1);
    assign(code, tiles, rows, i32.divS, TILE);
    assign(code, rest, rows, i32.remS, TILE);
    assign(code, whole, rows, i32.sub, rest);
    setAddress(code, restOfA, a, whole, aRow);
    countUp(code, j, n, PANEL, () => {
      assign(code, width, n, i32.sub, j);
      choose(
        code,
        width,
        i32.geS,
        PANEL,
        () => {
          setAddress(code, target, c, j, 4);
          copy(code, targetRow, cRow);
        },
        () => {
          copy(code, target, narrow);
          copy(code, targetRow, PANEL_ROW);
        },
      );
      setAddress(code, restOfTarget, target, whole, targetRow);
      choose(code, tiles, i32.ne, 0, () => strip(TILE, a, target, tiles));
      for (let height = 1; height < TILE; height += 1) {
        choose(code, rest, i32.eq, height, () => strip(height, restOfA, restOfTarget, one));
      }
      assign(code, width, depth, i32.mul, PANEL_ROW);
      increase(code, panels, width);
    });
  });
}

function defineAdd(module: WasmModule): void {
  module.function({ exportName: 'add', parameters: ['i32', 'i32', 'i32'] }, (code, ...all) => {
    const [into, from, count] = all as unknown as readonly [Local, Local, Local];
    const { i } = integers(code, 'i');
    countUp(code, i, count, 4, () => {
      code.get(into);
      code.get(into);
      v128.load(code);
      code.get(from);
      v128.load(code);
      f32x4.add(code);
      v128.store(code);
      increase(code, into, 16);
      increase(code, from, 16);
    });
  });
}

/** Assemble the module; see MatmulExports. */
export function matmulModule({ fused = false }: MatmulModuleOptions = {}): Uint8Array<ArrayBuffer> {
  const module = new WasmModule();
  module.memory({ pages: 1, exportName: 'memory' });
  definePack(module);
  definePackLeft(module);
  defineUnpack(module);
  defineMultiplyRows(module, fused);
  defineAdd(module);
  return module.toBytes();
}
