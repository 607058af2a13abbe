/**
 * The code of nodes that have a kernel of their own: reductions within a row, joins and paddings, products of two
 * matrices of a row, and adding by index.
 */
import { f32x4, i32, v128, type Code, type Local } from '../../wasm/index.ts';
import { LEAF } from '../backends/js/reduce.ts';
import { contiguousStrides } from '../shape.ts';
import { countDown, increase, repeat, setSum } from '../backends/wasm/loops.ts';
import { emitExtremum } from './elementwise-code.ts';
import { isRowWise, type PlanNode } from './graph.ts';
import { accessOf, emitLoad, emitNumber, emitStore, emitTree, type EmitContext } from './loop-code.ts';
import { indexAdd, invertIndex } from './index-code.ts';
import { resultAccess, unsupported, type NodeEmitter } from './node-emitter.ts';
import { emitNest, startOf, type Access, type KernelLocals } from './nest.ts';
import { emitPool, emitPoolGradient } from './pool-code.ts';
import { emitPanels, emitSteps, emitZero, partOf, tileLocals } from './product-code.ts';
import { own, type View } from './views.ts';

/** Copy a view to a part of a result. */
function emitCopy(code: Code, locals: KernelLocals, from: Access, to: Access, dims: readonly number[]): void {
  emitNest(code, locals, {
    dims,
    accesses: [from, to],
    body: (cursor, width) => {
      const value = code.local('v128');
      emitLoad(code, cursor(0), width);
      code.set(value);
      if (cursor(1).step === 1) emitStore(code, cursor(1), value, width);
      else
        for (let lane = 0; lane < width; lane += 1) {
          const { pointer, offset, step } = cursor(1);
          code.get(pointer);
          code.get(value);
          v128.store32Lane(code, lane, offset + 4 * step * lane);
        }
    },
  });
}

const concat: NodeEmitter = (code, locals, node, context) => {
  const target = resultAccess(node, context);
  // Axes of the shape less the batch are axes of a row; where a row counts several they stay in front.
  const axis = (node.attributes['axis'] as number) - (isRowWise(node) && node.multiple === 1 ? 1 : 0);
  let start = 0;
  for (const input of node.inputs) {
    const view = context.viewOf(input);
    if (isRowWise(node) !== isRowWise(input)) throw unsupported(node, 'it joins rows with what has none');
    const address = target.address + 4 * start * target.strides[axis]!;
    emitCopy(code, locals, accessOf(view, context), { ...target, address }, view.dims);
    start += view.dims[axis]!;
  }
};

const pad: NodeEmitter = (code, locals, node, context) => {
  const view = context.viewOf(node.inputs[0]!);
  const target = resultAccess(node, context);
  const all = node.attributes['pads'] as readonly (readonly [number, number])[];
  const pads = isRowWise(node) && node.multiple === 1 ? all.slice(1) : all;
  const fill = code.local('v128');
  // As `full` has it, −0 is 0.
  const value = (node.attributes['value'] as number) + 0;
  const dims = own(node).dims;
  emitNest(code, locals, {
    dims,
    accesses: [target],
    prologue: () => {
      emitNumber(code, value, node.dtype);
      code.set(fill);
    },
    body: (cursor, width) => emitStore(code, cursor(0), fill, width),
  });
  const address = pads.reduce((sum, [before], axis) => sum + 4 * before * target.strides[axis]!, target.address);
  // Elements may stand apart, with the value between them.
  const spread = (node.attributes['spread'] as readonly number[] | undefined) ?? view.dims.map(() => 1);
  const strides = target.strides.map((s, axis) => s * spread[axis]!);
  emitCopy(code, locals, accessOf(view, context), { ...target, address, strides }, view.dims);
};

/** Sum, maximum or minimum over axes within a row. */
const reduce: NodeEmitter = (code, locals, node, context) => {
  const input = node.inputs[0]!;
  const view = context.viewOf(input);
  const shift = isRowWise(input) && input.multiple === 1 ? 1 : 0;
  const axes = (node.attributes['axes'] as readonly number[]).map((axis) => axis - shift);
  if (axes.some((axis) => axis < 0)) throw unsupported(node, 'it reduces over the batch');
  const reduced = axes.filter((axis) => view.dims[axis] !== 1);
  const step = reduced.length === 0 ? 0 : view.strides[reduced.at(-1)!]!;
  const even = reduced.every(
    (axis, k) =>
      k + 1 === reduced.length || view.strides[axis] === view.strides[reduced[k + 1]!]! * view.dims[reduced[k + 1]!]!,
  );
  if (!even) throw unsupported(node, 'its axes are not walked evenly');
  const count = reduced.reduce((product, axis) => product * view.dims[axis]!, 1);
  const kept = view.dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const dims = kept.map((axis) => view.dims[axis]!);
  const source = accessOf(view, context);
  const from: Access = { ...source, strides: kept.map((axis) => view.strides[axis]!) };
  const to: Access = { ...resultAccess(node, context), strides: contiguousStrides(dims) };
  const sum = node.operation === 'sum';
  emitNest(code, locals, {
    dims,
    accesses: [from, to],
    body: (cursor, width) => {
      const { pointer, offset, step: along } = cursor(0);
      const at = code.local('i32');
      setSum(code, at, pointer, 0);
      const value = code.local('v128');
      const load = (): void => emitLoad(code, { pointer: at, offset, step: along }, width);
      const run = (n: number, combine: () => void): void =>
        repeat(code, n, () => {
          load();
          code.set(value);
          combine();
          increase(code, at, 4 * step);
        });
      const result = code.local('v128');
      if (sum) {
        emitTree(code, Math.ceil(count / LEAF), (leaf) => {
          const total = code.local('v128');
          v128.const(code, new Uint8Array(16));
          code.set(total);
          run(Math.min(LEAF, count - leaf * LEAF), () => {
            code.get(total);
            code.get(value);
            f32x4.add(code);
            code.set(total);
          });
          code.get(total);
        });
        code.set(result);
      } else {
        load();
        code.set(result);
        increase(code, at, 4 * step);
        run(count - 1, () => {
          emitExtremum(code, value, result, node.operation === 'max' ? f32x4.gt : f32x4.lt);
          code.set(result);
        });
      }
      emitStore(code, cursor(1), result, width);
    },
  });
};

/** The product of two matrices of each row. */
const rowMatmul: NodeEmitter = (code, locals, node, context) => {
  const [a, b] = node.inputs.map((input) => context.viewOf(input)) as [View, View];
  const [height, width] = own(node).dims as [number, number];
  const depth = a.dims[1]!;
  const [aAccess, bAccess, target] = [accessOf(a, context), accessOf(b, context), resultAccess(node, context)];
  const tile = tileLocals(code);
  const pointers = [aAccess, bAccess, target].map((access) => startOf(code, locals, access)) as [Local, Local, Local];
  const [aRow, bRow, cRow] = pointers;
  const rows = code.local('i32');
  const [aAt, bAt, cAt, aLine, cLine] = Array.from({ length: 5 }, () => code.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  code.get(locals.rows!.count);
  code.set(rows);
  countDown(code, rows, 1, () => {
    emitPanels(code, width, ({ vectors, lastLanes }, column) => {
      setSum(code, aLine, aRow, 0);
      setSum(code, cLine, cRow, 0);
      const write = (lines: number): void => {
        const part = partOf(tile, lines, vectors);
        emitZero(code, part.accumulators);
        setSum(code, aAt, aLine, 0);
        code.get(bRow);
        code.get(column);
        i32.add(code);
        code.set(bAt);
        const steps = { ...part, a: aAt, aRow: 4 * a.strides[0]!, b: bAt };
        emitSteps(code, steps, depth, 4 * a.strides[1]!, 4 * b.strides[0]!);
        code.get(cLine);
        code.get(column);
        i32.add(code);
        code.set(cAt);
        part.accumulators.forEach((row, r) =>
          row.forEach((local, v) => {
            const lanes = v === vectors - 1 ? lastLanes : 4;
            for (let lane = 0; lane < (lanes === 4 ? 1 : lanes); lane += 1) {
              code.get(cAt);
              code.get(local);
              const offset = 4 * width * r + 16 * v;
              if (lanes === 4) v128.store(code, offset);
              else v128.store32Lane(code, lane, offset + 4 * lane);
            }
          }),
        );
        increase(code, aLine, 4 * lines * a.strides[0]!);
        increase(code, cLine, 4 * lines * width);
      };
      repeat(code, Math.floor(height / 4), () => write(4));
      if (height % 4 > 0) write(height % 4);
    });
    increase(code, aRow, 4 * a.rowStride);
    increase(code, bRow, 4 * b.rowStride);
    increase(code, cRow, 4 * height * width);
  });
};

const emitters: Readonly<Record<string, NodeEmitter>> = {
  concat,
  pad,
  sum: reduce,
  max: reduce,
  min: reduce,
  matmul: rowMatmul,
  invertIndex,
  indexAdd,
  maxPool: emitPool,
  averagePool: emitPool,
  maxPoolGradient: emitPoolGradient,
  averagePoolGradient: emitPoolGradient,
};

/** Write the kernel of a node. @throws TraceError if plans cannot compute it */
export function emitNode(code: Code, locals: KernelLocals, node: PlanNode, context: EmitContext): void {
  const emitter = emitters[node.operation];
  if (emitter === undefined) throw unsupported(node, 'plans do not know the operation');
  emitter(code, locals, node, context);
}
