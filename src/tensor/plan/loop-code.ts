/**
 * The code of loop kernels without a product: every member of the loop is computed for a vector of elements at a time,
 * in registers; what other kernels read is stored, and sums over the batch are added up in ascending order of rows.
 */
import { f32, f32x4, i32, i32x4, v128, type Code, type FunctionReference, type Local } from '../../wasm/index.ts';
import type { Dtype } from '../tensor.ts';
import { emitElementwise } from './elementwise-code.ts';
import { innerShape, type PlanNode } from './graph.ts';
import { isBatchSum } from './legalise.ts';
import { emitNest, type Access, type Cursor, type KernelLocals } from './nest.ts';
import type { Places } from './places.ts';
import type { LoopKernel } from './schedule.ts';
import { own, readAs, type View } from './views.ts';

/** What all emitters know. */
export interface EmitContext extends Places {
  readonly viewOf: (node: PlanNode) => View;
  readonly stored: ReadonlySet<PlanNode>;
  readonly elementary: (name: string) => FunctionReference;
  /** Code of operations with attributes that need functions of their own (quantize, dropoutMask). */
  readonly special: (node: PlanNode) => FunctionReference;
}

/** The value of a constant of one element; undefined for all else. */
export function numberOf(view: View): number | undefined {
  const { data } = view.base;
  return data !== null && data.length === 1 ? data[0] : undefined;
}

/** The access to a view's elements in its own space. */
export function accessOf(view: View, { placeOf }: Places): Access {
  const { space, address, tileLocal } = placeOf(view.base);
  return { space, address: address + 4 * view.offset, tileLocal, rowStride: view.rowStride, strides: view.strides };
}

/** The accesses whose elements add up to an operand's: one per shard of a sum over the batch, one of all else. */
export function accessesOf(read: View, context: EmitContext): readonly Access[] {
  if (!isBatchSum(read.base)) return [accessOf(read, context)];
  return context.shardsOf(read.base).map((address) => ({
    space: 'shared',
    address: address + 4 * read.offset,
    tileLocal: false,
    rowStride: 0,
    strides: read.strides,
  }));
}

/** Push a vector of four elements, or one element in the first lane. */
export function emitLoad(code: Code, { pointer, offset, step }: Cursor, width: 4 | 1): void {
  code.get(pointer);
  if (step === 0) v128.load32Splat(code, offset);
  else if (width === 1) v128.load32Zero(code, offset);
  else if (step === 1) v128.load(code, offset);
  else {
    // A negative displacement would wrap around, so steps backward move the pointer.
    const local = code.local('i32');
    code.set(local);
    const result = code.local('v128');
    code.get(local);
    v128.load32Zero(code, offset);
    code.set(result);
    for (let lane = 1; lane < 4; lane += 1) {
      code.get(local);
      i32.const(code, 4 * step * lane);
      i32.add(code);
      code.get(result);
      v128.load32Lane(code, lane, offset);
      code.set(result);
    }
    code.get(result);
  }
}

/** Store a local's vector, or its first lane. */
export function emitStore(code: Code, { pointer, offset }: Cursor, value: Local, width: 4 | 1): void {
  code.get(pointer);
  code.get(value);
  if (width === 4) v128.store(code, offset);
  else v128.store32Lane(code, 0, offset);
}

/** Push the sum of what `leaf` pushes for each index below `count`: neighbours in a binary tree. */
export function emitTree(code: Code, count: number, leaf: (index: number) => void): void {
  const visit = (from: number, n: number): void => {
    if (n === 1) {
      leaf(from);
      return;
    }
    // As carries in binary counting do it: full powers of two to the left.
    const left = 2 ** Math.ceil(Math.log2(n) - 1);
    visit(from, left);
    visit(from + left, n - left);
    f32x4.add(code);
  };
  visit(0, count);
}

/** Push four times a number. */
export function emitNumber(code: Code, value: number, dtype: Dtype): void {
  if (dtype === 'i32') {
    i32.const(code, value);
    i32x4.splat(code);
  } else {
    f32.const(code, value);
    f32x4.splat(code);
  }
}

/** How a loop reads an operand. */
type Operand =
  | { readonly kind: 'number'; readonly local: Local }
  | {
      readonly kind: 'accesses';
      readonly accesses: readonly number[];
      readonly hoisted: Local;
    };

/** Write a loop kernel; `slice` bounds the elements of an update. */
export function emitLoop(
  code: Code,
  locals: KernelLocals,
  kernel: LoopKernel,
  context: EmitContext,
  slice?: { readonly from: Local; readonly to: Local },
): void {
  const { members, sums } = kernel;
  // A slice runs over the elements in row-major order, whatever the axes.
  const flat = slice !== undefined;
  const dims = flat ? [kernel.dims.reduce((product, n) => product * n, 1)] : kernel.dims;
  const accesses: Access[] = [];
  const operands = new Map<PlanNode, Operand>();
  const stores = new Map<PlanNode, number>();
  const add = (access: Access): number => accesses.push(access) - 1;
  const flatten = (access: Access): Access =>
    flat
      ? { ...access, strides: [access.strides.some((s, axis) => s !== 0 && kernel.dims[axis] !== 1) ? 1 : 0] }
      : access;

  const gathers: {
    readonly node: PlanNode;
    readonly access: number;
    readonly index: number;
    readonly pitch: number;
  }[] = [];
  let boundary: number | undefined;

  const operand = (input: PlanNode, multiple: number): void => {
    const view = context.viewOf(input);
    if (operands.has(input) || (view.base === input && members.includes(input))) return;
    const value = numberOf(view);
    if (value !== undefined) {
      const local = code.local('v128');
      emitNumber(code, value, view.base.dtype);
      code.set(local);
      operands.set(input, { kind: 'number', local });
      return;
    }
    const read = readAs(view, input, kernel.dims, multiple);
    operands.set(input, {
      kind: 'accesses',
      accesses: accessesOf(read, context).map((access) => add(flatten(access))),
      hoisted: code.local('v128'),
    });
  };

  for (const node of members) {
    if (node.operation === 'indexSelect') {
      const [table, index] = node.inputs as [PlanNode, PlanNode];
      const depth = innerShape(index).length;
      const rest = kernel.dims.length - depth;
      const pitch = kernel.dims.slice(depth).reduce((product, n) => product * n, 1);
      const tableView = own(context.viewOf(table).base);
      const tableAccess = accessOf({ ...tableView, offset: context.viewOf(table).offset }, context);
      const plain = own(node).strides;
      const access = add({
        ...tableAccess,
        rowStride: 0,
        strides: plain.map((s, axis) => (axis < depth ? 0 : s)),
        gathered: gathers.length,
      });
      const indexView = readAs(context.viewOf(index), index, kernel.dims.slice(0, depth), node.multiple);
      const at = add({
        ...accessOf(indexView, context),
        strides: [...indexView.strides, ...new Array<number>(rest).fill(0)],
      });
      gathers.push({ node, access, index: at, pitch });
      boundary = depth;
    } else if (node.operation === 'dropoutMask') {
      const plain = own(node);
      operands.set(node, {
        kind: 'accesses',
        accesses: [
          add({ space: 'element', address: 0, tileLocal: false, rowStride: plain.rowStride, strides: plain.strides }),
        ],
        hoisted: code.local('v128'),
      });
    } else for (const input of node.inputs) operand(input, node.multiple);
    if (context.stored.has(node)) stores.set(node, add(flatten(accessOf(own(node), context))));
  }
  const totals = sums.map((node) => {
    const input = node.inputs[0]!;
    operand(input, 1);
    const strides = own(node).strides;
    const access = add({ space: 'partial', address: context.partialOf(node), tileLocal: true, rowStride: 0, strides });
    return { input, access, scalar: code.local('f32') };
  });

  emitNest(code, locals, {
    dims,
    accesses,
    ...(boundary !== undefined && { boundary }),
    ...(slice !== undefined && { slice }),
    atBoundary: (position) => {
      for (const { access, index, pitch } of gathers) {
        const at = position(index);
        code.get(at.pointer);
        i32.load(code, at.offset);
        i32.const(code, 4 * pitch);
        i32.mul(code);
        if (accesses[access]!.space === 'worker') {
          code.get(locals.worker);
          i32.add(code);
        }
        code.set(position(access).pointer);
      }
    },
    prologue: (cursor) => {
      for (const value of operands.values()) {
        if (value.kind !== 'accesses' || accesses[value.accesses[0]!]!.space === 'element') continue;
        if (!value.accesses.every((access) => cursor(access).step === 0)) continue;
        emitTree(code, value.accesses.length, (k) => emitLoad(code, cursor(value.accesses[k]!), 4));
        code.set(value.hoisted);
      }
      for (const { access, scalar } of totals) {
        const at = cursor(access);
        if (at.step !== 0) continue;
        code.get(at.pointer);
        f32.load(code, at.offset);
        code.set(scalar);
      }
    },
    body: (cursor, width) => {
      const values = new Map<PlanNode, Local>();
      const valueOf = (input: PlanNode): Local => {
        const known = values.get(input);
        if (known !== undefined) return known;
        const source = operands.get(input)!;
        if (source.kind === 'number') return source.local;
        if (source.accesses.every((access) => cursor(access).step === 0)) return source.hoisted;
        const local = code.local('v128');
        emitTree(code, source.accesses.length, (k) => emitLoad(code, cursor(source.accesses[k]!), width));
        code.set(local);
        values.set(input, local);
        return local;
      };
      for (const node of members) {
        const result = code.local('v128');
        const gather = gathers.find((g) => g.node === node);
        if (gather !== undefined) emitLoad(code, cursor(gather.access), width);
        else if (node.operation === 'dropoutMask')
          emitMask(
            code,
            locals.worker,
            node,
            cursor((operands.get(node) as { readonly accesses: readonly number[] }).accesses[0]!),
            context,
          );
        else
          emitElementwise(node.operation, {
            code,
            operands: node.inputs.map(valueOf),
            attributes: node.attributes,
            elementary: context.elementary,
            special: () => context.special(node),
          });
        code.set(result);
        values.set(node, result);
      }
      // After all reads: a result may replace what another member reads.
      for (const [node, store] of stores) emitStore(code, cursor(store), values.get(node)!, width);
      for (const { input, access, scalar } of totals) {
        const value = valueOf(input);
        const at = cursor(access);
        if (at.step === 0) {
          for (let lane = 0; lane < width; lane += 1) {
            code.get(scalar);
            code.get(value);
            f32x4.extractLane(code, lane);
            f32.add(code);
            code.set(scalar);
          }
          continue;
        }
        const sum = code.local('v128');
        emitLoad(code, at, width);
        code.get(value);
        f32x4.add(code);
        code.set(sum);
        emitStore(code, at, sum, width);
      }
    },
    epilogue: (cursor) => {
      for (const { access, scalar } of totals) {
        const at = cursor(access);
        if (at.step !== 0) continue;
        code.get(at.pointer);
        code.get(scalar);
        f32.store(code, at.offset);
      }
    },
  });
}

/** Push the random mask of four elements from their index within the batch. */
function emitMask(code: Code, worker: Local, node: PlanNode, { pointer }: Cursor, context: EmitContext): void {
  const key = context.viewOf(node.inputs[0]!);
  const { space, address } = context.placeOf(key.base);
  for (const k of [0, 1]) {
    if (space === 'worker') code.get(worker);
    else i32.const(code, 0);
    i32.load(code, address + 4 * (key.offset + k));
  }
  code.get(pointer);
  i32.const(code, 2);
  i32.shrU(code);
  code.call(context.special(node));
}

/** Set the partial sums of nodes to zero, which each leaf starts from. */
export function emitClearSums(code: Code, partial: Local, nodes: readonly PlanNode[], context: EmitContext): void {
  const zero = code.local('v128');
  for (const node of nodes) {
    const floats = node.shape.reduce((product, n) => product * n, 1);
    const offset = context.partialOf(node);
    for (let at = 0; at < floats; at += 4) {
      code.get(partial);
      code.get(zero);
      if (floats - at >= 4) v128.store(code, offset + 4 * at);
      else {
        for (let k = at; k < floats; k += 1) {
          if (k > at) {
            code.get(partial);
            code.get(zero);
          }
          v128.store32Lane(code, 0, offset + 4 * k);
        }
      }
    }
  }
}

/** Tell whether a loop has nothing to do. */
export function isIdle(kernel: LoopKernel): boolean {
  return kernel.members.length === 0 && kernel.sums.length === 0 && kernel.product === null;
}
