/**
 * What follows a tile of a product: the elementwise nodes of its loop are computed on the vectors of the tile while they
 * are in registers, results are stored, and sums over the batch are added up.
 *
 * A *cell* is one vector of the tile, with four columns of a row or, where few columns are left, four rows of a column.
 */
import { f32, f32x4, i32, v128, type Code, type Local } from '../../wasm/index.ts';
import { emitElementwise } from './elementwise-code.ts';
import { isRowWise, type PlanNode } from './graph.ts';
import { accessesOf, accessOf, emitNumber, emitTree, numberOf, type EmitContext } from './loop-code.ts';
import { pushStart, type Access, type KernelLocals } from './nest.ts';
import { lastStride, rowStep } from './product-walk.ts';
import type { LoopKernel } from './schedule.ts';
import { own, readAs } from './views.ts';

/** An operand or result of the nodes that follow. */
export interface TileAccess {
  readonly access: Access;
  /** Elements from row to row of the tile, and from column to column (0 or 1). */
  readonly row: number;
  readonly column: number;
  /** Where the tile starts, less the address of the access. */
  readonly pointer: Local;
  /** Where the first row starts. */
  readonly start: Local;
}

/** One vector of a tile. */
export interface Cell {
  /** Values of the product. */
  readonly product: Local;
  /** Tells cells apart that read other elements. */
  readonly place: (access: TileAccess) => string;
  /** Push the elements of an operand. */
  readonly read: (access: TileAccess) => void;
  readonly store: (target: TileAccess, value: Local) => void;
  /** Add a value to the sums over the rows, one vector local per vector of the panel. */
  readonly add: (sums: readonly Local[], value: Local) => void;
}

/** Four columns of a row, of which `lanes` count. */
export function rowCell(code: Code, product: Local, r: number, v: number, lanes: number): Cell {
  const offsetOf = ({ access, row, column }: TileAccess): number => access.address + 4 * row * r + 16 * column * v;
  return {
    product,
    place: ({ row, column }) => `${row === 0 ? 0 : r} ${column === 0 ? 0 : v}`,
    read: (access) => {
      code.get(access.pointer);
      if (access.column === 0) v128.load32Splat(code, offsetOf(access));
      else v128.load(code, offsetOf(access));
    },
    store: (target, value) => {
      for (let lane = 0; lane < (lanes === 4 ? 1 : lanes); lane += 1) {
        code.get(target.pointer);
        code.get(value);
        if (lanes === 4) v128.store(code, offsetOf(target));
        else v128.store32Lane(code, lane, offsetOf(target) + 4 * lane);
      }
    },
    add: (sums, value) => {
      code.get(sums[v]!);
      code.get(value);
      f32x4.add(code);
      code.set(sums[v]!);
    },
  };
}

/** Four rows, from one on, of column j of a panel of fewer than four. */
export function columnCell(code: Code, product: Local, first: number, j: number): Cell {
  const offsetOf = ({ access, row, column }: TileAccess, r: number): number =>
    access.address + 4 * (row * (first + r) + column * j);
  return {
    product,
    place: ({ row, column }) => `rows ${row === 0 ? 'all' : first} ${column === 0 ? 0 : j}`,
    read: (access) => {
      code.get(access.pointer);
      if (access.row === 0) {
        v128.load32Splat(code, offsetOf(access, 0));
        return;
      }
      const value = code.local('v128');
      v128.load32Zero(code, offsetOf(access, 0));
      code.set(value);
      for (let r = 1; r < 4; r += 1) {
        code.get(access.pointer);
        code.get(value);
        v128.load32Lane(code, r, offsetOf(access, r));
        code.set(value);
      }
      code.get(value);
    },
    store: (target, value) => {
      for (let r = 0; r < 4; r += 1) {
        code.get(target.pointer);
        code.get(value);
        v128.store32Lane(code, r, offsetOf(target, r));
      }
    },
    add: ([sum], value) => {
      // Row after row, as sums over the batch go.
      for (let r = 0; r < 4; r += 1) {
        code.get(sum!);
        code.get(sum!);
        f32x4.extractLane(code, j);
        code.get(value);
        f32x4.extractLane(code, r);
        f32.add(code);
        f32x4.replaceLane(code, j);
        code.set(sum!);
      }
    },
  };
}

/** The nodes that follow a product. */
export interface Followers {
  /** Set the pointers of a tile. @param row of its first line @param column in bytes */
  readonly placeTile: (row: Local, column: Local) => void;
  /** Write what follows for the cells of a tile. @param sums one list of locals per sum over the batch */
  readonly follow: (cells: readonly Cell[], sums: readonly (readonly Local[])[]) => void;
}

/** Prepare the operands of the nodes that follow a product. */
export function followersOf(code: Code, locals: KernelLocals, kernel: LoopKernel, context: EmitContext): Followers {
  const product = kernel.product!;
  const numbers = new Map<PlanNode, Local>();
  const reads = new Map<PlanNode, readonly TileAccess[]>();
  const stores = new Map<PlanNode, TileAccess>();
  const pointers = new Map<string, Pick<TileAccess, 'row' | 'column' | 'pointer' | 'start'>>();
  /** Accesses that move alike share a pointer. */
  const tileAccess = (access: Access, row: number, column: number): TileAccess => {
    const key = [access.space, access.tileLocal || access.rowStride === 0 ? 0 : access.rowStride, row, column].join();
    let shared = pointers.get(key);
    if (shared === undefined) {
      shared = { row, column, start: code.local('i32'), pointer: code.local('i32') };
      pushStart(code, access, locals);
      code.set(shared.start);
      pointers.set(key, shared);
    }
    return { access, ...shared };
  };
  const multiple = isRowWise(product) ? product.multiple : 0;
  const provide = (input: PlanNode): void => {
    if (input === product || kernel.members.includes(input) || numbers.has(input) || reads.has(input)) return;
    const view = context.viewOf(input);
    const value = numberOf(view);
    if (value !== undefined) {
      const local = code.local('v128');
      emitNumber(code, value, view.base.dtype);
      code.set(local);
      numbers.set(input, local);
      return;
    }
    const read = readAs(view, input, kernel.dims, multiple);
    reads.set(
      input,
      accessesOf(read, context).map((access) => tileAccess(access, rowStep(read), lastStride(read))),
    );
  };
  for (const member of kernel.members) for (const input of member.inputs) provide(input);
  for (const sum of kernel.sums) provide(sum.inputs[0]!);
  for (const member of [product, ...kernel.members]) {
    if (!context.stored.has(member)) continue;
    const view = own(member);
    stores.set(member, tileAccess(accessOf(view, context), rowStep(view), 1));
  }

  return {
    placeTile: (tileRow, tileColumn) => {
      for (const { start, pointer, row, column } of pointers.values()) {
        code.get(start);
        if (row !== 0) {
          code.get(tileRow);
          i32.const(code, 4 * row);
          i32.mul(code);
          i32.add(code);
        }
        if (column === 1) {
          code.get(tileColumn);
          i32.add(code);
        }
        code.set(pointer);
      }
    },
    follow: (cells, sums) => {
      const loaded = new Map<string, Local>();
      for (const cell of cells) {
        const values = new Map<PlanNode, Local>([[product, cell.product]]);
        const valueOf = (input: PlanNode): Local => {
          const known = values.get(input) ?? numbers.get(input);
          if (known !== undefined) return known;
          const list = reads.get(input)!;
          const key = `${input.id} ${cell.place(list[0]!)}`;
          let local = loaded.get(key);
          if (local === undefined) {
            local = code.local('v128');
            emitTree(code, list.length, (k) => cell.read(list[k]!));
            code.set(local);
            loaded.set(key, local);
          }
          return local;
        };
        const target = stores.get(product);
        if (target !== undefined) cell.store(target, cell.product);
        for (const member of kernel.members) {
          emitElementwise(member.operation, {
            code,
            operands: member.inputs.map(valueOf),
            attributes: member.attributes,
            elementary: context.elementary,
            special: () => context.special(member),
          });
          const local = code.local('v128');
          code.set(local);
          values.set(member, local);
          const place = stores.get(member);
          if (place !== undefined) cell.store(place, local);
        }
        kernel.sums.forEach((sum, k) => cell.add(sums[k]!, valueOf(sum.inputs[0]!)));
      }
    },
  };
}
