/** The code of poolings and their gradients: four channels at a time, windows and cells in row-major order. */
import { f32x4, v128, type Code, type Local } from '../../wasm/index.ts';
import { emitExtremum } from './elementwise-code.ts';
import { innerShape, type PlanNode } from './graph.ts';
import { accessOf, emitLoad, emitStore, type EmitContext } from './loop-code.ts';
import { emitNest, type Access, type Cursor, type KernelLocals } from './nest.ts';
import { own } from './views.ts';
import { cellOffsets, windowsOver, type WindowGeometry } from './windows.ts';

/** An access that stands on the first cell of each window, channel by channel. */
function windowAccess(node: PlanNode, geometry: WindowGeometry, context: EmitContext): Access {
  const view = context.viewOf(node);
  return { ...accessOf({ ...own(view.base), offset: view.offset }, context), strides: [...geometry.windowSteps, 1] };
}

/** An access that walks a result of one number per window and channel. */
function resultAccess(node: PlanNode, geometry: WindowGeometry, context: EmitContext): Access {
  const view = context.viewOf(node);
  const { output, channels } = geometry;
  return {
    ...accessOf({ ...own(view.base), offset: view.offset }, context),
    strides: [output[1] * channels, channels, 1],
  };
}

const dimsOf = ({ output, channels }: WindowGeometry): readonly number[] => [...output, channels];

const atCell = (cursor: Cursor, offset: number): Cursor => ({ ...cursor, offset: cursor.offset + offset });

/** Write a maximum or mean of windows. */
export function emitPool(code: Code, locals: KernelLocals, node: PlanNode, context: EmitContext): void {
  const input = node.inputs[0]!;
  const geometry = windowsOver(input, node, node.attributes['size'] as readonly number[]);
  const mean = node.operation === 'averagePool';
  emitNest(code, locals, {
    dims: dimsOf(geometry),
    accesses: [windowAccess(input, geometry, context), resultAccess(node, geometry, context)],
    body: (cursor, width) => {
      const result = code.local('v128');
      const value = code.local('v128');
      if (mean) {
        v128.const(code, new Uint8Array(16));
        code.set(result);
      }
      cellOffsets(geometry).forEach((offset, cell) => {
        emitLoad(code, atCell(cursor(0), offset), width);
        if (mean) {
          code.get(result);
          f32x4.add(code);
          code.set(result);
        } else if (cell === 0) code.set(result);
        else {
          code.set(value);
          emitExtremum(code, value, result, f32x4.gt);
          code.set(result);
        }
      });
      if (mean) {
        code.get(result);
        pushNumber(code, node.attributes['divisor'] as number);
        f32x4.div(code);
        code.set(result);
      }
      emitStore(code, cursor(1), result, width);
    },
  });
}

function pushNumber(code: Code, value: number): void {
  v128.const(code, new Uint8Array(Float32Array.of(value, value, value, value).buffer));
}

/** Write the gradient of a pooling: zeros, to which each window adds. */
export function emitPoolGradient(code: Code, locals: KernelLocals, node: PlanNode, context: EmitContext): void {
  const maximum = node.operation === 'maxPoolGradient';
  const geometry = windowsOver(node, node, node.attributes['size'] as readonly number[]);
  const zero = code.local('v128');
  const target = accessOf(own(node), context);
  emitNest(code, locals, {
    dims: innerShape(node),
    accesses: [target],
    body: (cursor, width) => emitStore(code, cursor(0), zero, width),
  });
  const [g, x, y] = node.inputs;
  emitNest(code, locals, {
    dims: dimsOf(geometry),
    // Vectors are of channels only: windows that overlap add one after the other.
    boundary: 2,
    accesses: [
      { ...target, strides: [...geometry.windowSteps, 1] },
      resultAccess(g!, geometry, context),
      ...(maximum ? [windowAccess(x!, geometry, context), resultAccess(y!, geometry, context)] : []),
    ],
    body: (cursor, width) => {
      const gradient = code.local('v128');
      emitLoad(code, cursor(1), width);
      if (!maximum) {
        pushNumber(code, node.attributes['divisor'] as number);
        f32x4.div(code);
      }
      code.set(gradient);
      const free = code.local('v128');
      const top = code.local('v128');
      const hit = code.local('v128');
      const value = code.local('v128');
      if (maximum) {
        emitLoad(code, cursor(3), width);
        code.set(top);
        v128.const(code, new Uint8Array(16).fill(255));
        code.set(free);
      }
      for (const offset of cellOffsets(geometry)) {
        if (maximum) {
          // The first cell that is the maximum, or NaN, of those that are still free.
          emitLoad(code, atCell(cursor(2), offset), width);
          code.set(value);
          code.get(value);
          code.get(top);
          f32x4.eq(code);
          code.get(value);
          code.get(value);
          f32x4.ne(code);
          v128.or(code);
          code.get(free);
          v128.and(code);
          code.set(hit);
          code.get(free);
          code.get(hit);
          v128.andnot(code);
          code.set(free);
        }
        addTo(code, atCell(cursor(0), offset), width, () => {
          code.get(gradient);
          if (!maximum) return;
          code.get(hit);
          v128.and(code);
        });
      }
    },
  });
}

/** Add what `push` pushes to the elements at a cursor. */
function addTo(code: Code, cursor: Cursor, width: 4 | 1, push: () => void): void {
  const sum: Local = code.local('v128');
  emitLoad(code, cursor, width);
  push();
  f32x4.add(code);
  code.set(sum);
  emitStore(code, cursor, sum, width);
}
