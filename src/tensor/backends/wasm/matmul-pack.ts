/** Copies around the matrix product: B into panels of eight columns, and the columns of a narrow panel out of it. */
import { f32, i32, v128, type Code, type FunctionReference, type Local, type WasmModule } from '../../../wasm/index.ts';
import { assign, choose, copy, countDown, countUp, increase, integers, setAddress } from './loops.ts';
import { PANEL, PANEL_ROW, TILE } from './matmul-strip.ts';

/** Copy `count` elements that lie `step` bytes apart; both addresses move. */
function copyElements(code: Code, target: Local, source: Local, step: Local | number, count: Local): void {
  const { index } = integers(code, 'index');
  countUp(code, index, count, 1, () => {
    code.get(target);
    code.get(source);
    f32.load(code);
    f32.store(code);
    increase(code, target, 4);
    increase(code, source, step);
  });
}

/** Define `pack(b, bRow, bColumn, panels, depth, n)`: B[depth × n] to panels [depth][8], zeros beyond the last column. */
export function definePack(module: WasmModule): FunctionReference {
  const parameters = new Array<'i32'>(6).fill('i32');
  return module.function({ exportName: 'pack', parameters }, (code, ...all) => {
    const [b, bRow, bColumn, panel, depth, n] = all as unknown as readonly [Local, Local, Local, Local, Local, Local];
    const { j, width, row, from, source, target } = integers(code, 'j', 'width', 'row', 'from', 'source', 'target');
    const forEachRow = (write: () => void): void => {
      setAddress(code, from, b, j, bColumn);
      countUp(code, row, depth, 1, () => {
        write();
        increase(code, from, bRow);
        increase(code, panel, PANEL_ROW);
      });
    };
    const copyVectors = (): void =>
      forEachRow(() => {
        for (let offset = 0; offset < PANEL_ROW; offset += 16) {
          code.get(panel);
          code.get(from);
          v128.load(code, offset);
          v128.store(code, offset);
        }
      });
    const copyStrided = (): void =>
      forEachRow(() => {
        for (let offset = 0; offset < PANEL_ROW; offset += 16) {
          code.get(panel);
          v128.const(code, new Uint8Array(16));
          v128.store(code, offset);
        }
        copy(code, target, panel);
        copy(code, source, from);
        copyElements(code, target, source, bColumn, width);
      });
    countUp(code, j, n, PANEL, () => {
      assign(code, width, n, i32.sub, j);
      choose(
        code,
        width,
        i32.geS,
        PANEL,
        () => {
          copy(code, width, PANEL);
          choose(code, bColumn, i32.eq, 4, copyVectors, copyStrided);
        },
        copyStrided,
      );
    });
  });
}

/** Tiles that are packed side by side: their rows share a line of the cache, which columns far apart would lose. */
const TILES_TOGETHER = 4;

/** Define `packLeft(a, aColumn, tiles, rows, depth)`: A[rows × depth] with dense columns to tiles [depth][4] of four rows. */
export function definePackLeft(module: WasmModule): FunctionReference {
  const parameters = new Array<'i32'>(5).fill('i32');
  return module.function({ exportName: 'packLeft', parameters }, (code, ...all) => {
    const [a, aColumn, tiles, rows, depth] = all as unknown as readonly [Local, Local, Local, Local, Local];
    const { i, p, left, from, source, target } = integers(code, 'i', 'p', 'left', 'from', 'source', 'target');
    const { rowBytes, tileBytes } = integers(code, 'rowBytes', 'tileBytes');
    const starts = Array.from({ length: TILES_TOGETHER }, () => code.local('i32'));
    /** Pack tiles side by side; `write` copies the rows of one in a column. */
    const packTiles = (together: readonly Local[], write: (tile: Local, index: number) => void): void => {
      together.forEach((tile, t) => {
        if (t === 0) setAddress(code, tile, tiles, i, rowBytes);
        else assign(code, tile, together[t - 1]!, i32.add, tileBytes);
      });
      setAddress(code, from, a, i, 4);
      countUp(code, p, depth, 1, () => {
        together.forEach((tile, t) => {
          write(tile, t);
          increase(code, tile, 4 * TILE);
        });
        increase(code, from, aColumn);
      });
    };
    const copyVector = (tile: Local, t: number): void => {
      code.get(tile);
      code.get(from);
      v128.load(code, 16 * t);
      v128.store(code);
    };
    const copyRest = (tile: Local): void => {
      copy(code, target, tile);
      copy(code, source, from);
      copyElements(code, target, source, 4, left);
    };
    assign(code, rowBytes, depth, i32.mul, 4);
    assign(code, tileBytes, rowBytes, i32.mul, TILE);
    copy(code, i, 0);
    for (const count of [TILES_TOGETHER, 1]) {
      assign(code, left, rows, i32.sub, i);
      countDown(code, left, count * TILE, () => {
        packTiles(starts.slice(0, count), copyVector);
        increase(code, i, count * TILE);
      });
    }
    choose(code, left, i32.gtS, 0, () => packTiles(starts.slice(0, 1), copyRest));
  });
}

/** Define `unpack(panel, c, cRow, rows, columns)`: the first columns of [rows][8] to rows `cRow` bytes apart. */
export function defineUnpack(module: WasmModule): FunctionReference {
  const parameters = new Array<'i32'>(5).fill('i32');
  return module.function({ exportName: 'unpack', parameters }, (code, ...all) => {
    const [panel, c, cRow, rows, columns] = all as unknown as readonly [Local, Local, Local, Local, Local];
    const { row, source, target } = integers(code, 'row', 'source', 'target');
    countUp(code, row, rows, 1, () => {
      copy(code, source, panel);
      copy(code, target, c);
      copyElements(code, target, source, 4, columns);
      increase(code, panel, PANEL_ROW);
      increase(code, c, cRow);
    });
  });
}
