/**
 * Loops over rows and extents with pointers that follow strided accesses.
 *
 * Neighbouring axes that every access walks evenly become one, so that a dense elementwise loop is one long run. Accesses
 * with equal strides share a pointer; what tells them apart is a constant displacement, which the load folds in. The
 * innermost axis goes by vectors of four and then by single elements.
 */
import { i32, type Code, type Local } from '../../wasm/index.ts';
import { countDown } from '../backends/wasm/loops.ts';

/** Where an address is counted from. */
export type Space =
  /** The memory of the plan: addresses are absolute. */
  | 'shared'
  /** The area of the worker. */
  | 'worker'
  /** The block of partial sums that the tile adds to. */
  | 'partial'
  /** No memory: the pointer is four times the index of the element within the batch. */
  | 'element';

/** A strided access: distances in elements of four bytes. */
export interface Access {
  readonly space: Space;
  /** Bytes from the start of the space to the first element of row 0. */
  readonly address: number;
  /** Whether rows count from the start of the tile, not of the batch. */
  readonly tileLocal: boolean;
  readonly rowStride: number;
  readonly strides: readonly number[];
  /** Marks an access whose pointer is set at the boundary, and so shared with no other. */
  readonly gathered?: number;
}

/** Locals of a kernel; absent ones are 0. */
export interface KernelLocals {
  readonly worker: Local;
  /** First row of the tile and number of its rows; null in whole kernels. */
  readonly rows: { readonly first: Local; readonly count: Local; readonly partial: Local } | null;
}

/** A pointer and the constant to add to it. */
export interface Position {
  readonly pointer: Local;
  readonly offset: number;
}

/** Where an access stands in the innermost loop, and how it goes on. */
export interface Cursor extends Position {
  /** Elements from one to the next along the innermost axis. */
  readonly step: number;
}

export interface NestOptions {
  readonly dims: readonly number[];
  readonly accesses: readonly Access[];
  /** Axes of `dims` before this one are not merged with those after. */
  readonly boundary?: number;
  /** Limits of the only axis, in elements, where a slice is computed. */
  readonly slice?: { readonly from: Local; readonly to: Local };
  /** Written once before each run of the innermost loop. */
  readonly prologue?: (cursor: (access: number) => Cursor) => void;
  /** Written at the boundary, with the pointers of the axes before it. */
  readonly atBoundary?: (position: (access: number) => Position) => void;
  /** The body, for `width` elements (4 or 1). */
  readonly body: (cursor: (access: number) => Cursor, width: 4 | 1) => void;
  /** Written once after each run of the innermost loop. */
  readonly epilogue?: (cursor: (access: number) => Cursor) => void;
}

interface Axis {
  /** null is the number of rows of the tile. */
  readonly extent: number | null;
  /** A merged row axis counts rows times this. */
  readonly factor: number;
  readonly strides: readonly number[];
  /** Whether all axes up to this one come before the boundary. */
  readonly before: boolean;
}

/** Merge the axes of an iteration. */
function mergedAxes({ dims, accesses, boundary }: NestOptions, rowWise: boolean): readonly Axis[] {
  const axes: Axis[] = [];
  const push = (extent: number | null, strides: readonly number[], before: boolean): void => {
    if (extent === 1) return;
    const last = axes.at(-1);
    const even =
      last !== undefined &&
      extent !== null &&
      last.before === before &&
      strides.every((s, i) => last.strides[i] === s * extent);
    if (!even) {
      axes.push({ extent, factor: 1, strides, before });
      return;
    }
    axes[axes.length - 1] =
      last.extent === null
        ? { extent: null, factor: last.factor * extent, strides, before }
        : { extent: last.extent * extent, factor: 1, strides, before };
  };
  if (rowWise)
    push(
      null,
      accesses.map((a) => a.rowStride),
      boundary !== undefined,
    );
  dims.forEach((extent, axis) => {
    push(
      extent,
      accesses.map((a) => a.strides[axis]!),
      boundary !== undefined && axis < boundary,
    );
  });
  if (axes.length === 0 || (boundary !== undefined && axes.at(-1)!.before))
    axes.push({ extent: 1, factor: 1, strides: accesses.map(() => 0), before: false });
  return axes;
}

/** A pointer that moves backward must be a whole address: displacements are added without wrapping around. */
const goesBack = ({ strides }: Access): boolean => strides.some((s) => s < 0);

/** Write the loops. */
export function emitNest(code: Code, locals: KernelLocals, options: NestOptions): void {
  const { accesses, slice, prologue, atBoundary, body, epilogue } = options;
  const { worker, rows } = locals;
  const axes = mergedAxes(options, rows !== null);

  // One pointer for all accesses that move alike.
  const keys = accesses.map((access, i) => {
    const base = access.space === 'shared' ? '' : access.space;
    const local = access.tileLocal || access.rowStride === 0;
    return [
      base,
      access.gathered ?? '',
      goesBack(access) ? access.address : '',
      local ? 0 : access.rowStride,
      ...axes.map((axis) => axis.strides[i]),
    ].join();
  });
  const groups = [...new Set(keys)];
  const groupOf = keys.map((key) => groups.indexOf(key));
  const leader = groups.map((_, g) => groupOf.indexOf(g));
  let pointers = groups.map((_, g) => {
    const access = accesses[leader[g]!]!;
    const pointer = code.local('i32');
    if (access.space === 'worker') code.get(worker);
    else if (access.space === 'partial') code.get(rows!.partial);
    else i32.const(code, 0);
    if (goesBack(access)) {
      i32.const(code, access.address);
      i32.add(code);
    }
    if (rows !== null && !access.tileLocal && access.rowStride !== 0) {
      code.get(rows.first);
      i32.const(code, 4 * access.rowStride);
      i32.mul(code);
      i32.add(code);
    }
    const step = axes[0]!.strides[leader[g]!]!;
    if (slice !== undefined && step !== 0) {
      code.get(slice.from);
      i32.const(code, 4 * step);
      i32.mul(code);
      i32.add(code);
    }
    code.set(pointer);
    return pointer;
  });

  const advance = (list: readonly Local[], axis: Axis, elements: number): void => {
    groups.forEach((_, g) => {
      const by = 4 * axis.strides[leader[g]!]! * elements;
      if (by === 0) return;
      code.get(list[g]!);
      i32.const(code, by);
      i32.add(code);
      code.set(list[g]!);
    });
  };
  const setExtent = (axis: Axis, counter: Local): void => {
    if (slice !== undefined) {
      code.get(slice.to);
      code.get(slice.from);
      i32.sub(code);
    } else if (axis.extent === null) {
      code.get(rows!.count);
      i32.const(code, axis.factor);
      i32.mul(code);
    } else i32.const(code, axis.extent);
    code.set(counter);
  };
  const position =
    (list: readonly Local[]) =>
    (access: number): Position => ({
      pointer: list[groupOf[access]!]!,
      offset: goesBack(accesses[access]!) ? 0 : accesses[access]!.address,
    });

  const level = (depth: number): void => {
    const axis = axes[depth]!;
    if (atBoundary !== undefined && !axis.before && (depth === 0 || axes[depth - 1]!.before))
      atBoundary(position(pointers));
    const outer = pointers;
    pointers = outer.map((pointer) => {
      const own = code.local('i32');
      code.get(pointer);
      code.set(own);
      return own;
    });
    const here = pointers;
    const counter = code.local('i32');
    if (depth < axes.length - 1) {
      setExtent(axis, counter);
      countDown(code, counter, 1, () => {
        pointers = here;
        level(depth + 1);
        advance(here, axis, 1);
      });
    } else {
      const cursor = (access: number): Cursor => ({ ...position(here)(access), step: axis.strides[access]! });
      prologue?.(cursor);
      setExtent(axis, counter);
      const known = slice === undefined && axis.extent !== null ? axis.extent : null;
      const vectors = known === null || known >= 4;
      const singles =
        known === null ? axis.extent !== null || axis.factor % 4 !== 0 || slice !== undefined : known % 4 !== 0;
      if (vectors)
        countDown(code, counter, 4, () => {
          body(cursor, 4);
          advance(here, axis, 4);
        });
      if (singles)
        countDown(code, counter, 1, () => {
          body(cursor, 1);
          advance(here, axis, 1);
        });
      epilogue?.(cursor);
    }
    pointers = outer;
  };
  level(0);
}

/** Push the start of an access: its space, and row 0 of the tile. */
export function pushStart(code: Code, access: Access, locals: KernelLocals): void {
  if (access.space === 'worker') code.get(locals.worker);
  else if (access.space === 'partial') code.get(locals.rows!.partial);
  else i32.const(code, 0);
  if (locals.rows === null || access.tileLocal || access.rowStride === 0) return;
  code.get(locals.rows.first);
  i32.const(code, 4 * access.rowStride);
  i32.mul(code);
  i32.add(code);
}

/** Take a local for the address of the first element of an access in the tile. */
export function startOf(code: Code, locals: KernelLocals, access: Access): Local {
  const start = code.local('i32');
  pushStart(code, access, locals);
  i32.const(code, access.address);
  i32.add(code);
  code.set(start);
  return start;
}
