/**
 * The code of adding rows by index. What an index adds is gathered: for each row the entries that name it are listed first,
 * so that workers write rows of their own only and the sums have one order.
 */
import { f32x4, i32, v128 } from '../../wasm/index.ts';
import { countDown, increase, repeat, setSum } from '../backends/wasm/loops.ts';
import { sizeOfShape } from '../shape.ts';
import type { PlanNode } from './graph.ts';
import { accessOf } from './loop-code.ts';
import { startOf } from './nest.ts';
import { resultAccess, unsupported, type NodeEmitter } from './node-emitter.ts';
import { own } from './views.ts';

/** Sort the entries of an index by the row that they name, keeping their order: a counting sort. */
export const invertIndex: NodeEmitter = (code, locals, node, context) => {
  const rows = node.attributes['rows'] as number;
  const entries = node.attributes['entries'] as number;
  const index = accessOf(context.viewOf(node.inputs[0]!), context);
  const starts = startOf(code, locals, resultAccess(node, context));
  const at = code.local('i32');
  const slot = code.local('i32');
  const total = code.local('i32');
  const kept = code.local('i32');
  const overRows = (body: () => void): void => {
    setSum(code, at, starts, 0);
    repeat(code, rows + 1, () => {
      body();
      increase(code, at, 4);
    });
  };
  overRows(() => {
    code.get(at);
    i32.const(code, 0);
    i32.store(code);
  });
  /** Visit the entries; `slot` is the address of the counter of the row that an entry names. */
  const overEntries = (body: () => void): void => {
    i32.const(code, index.address);
    code.set(at);
    repeat(code, entries, () => {
      code.get(at);
      i32.load(code);
      i32.const(code, 4);
      i32.mul(code);
      code.get(starts);
      i32.add(code);
      code.set(slot);
      body();
      increase(code, at, 4);
    });
  };
  overEntries(() => {
    code.get(slot);
    code.get(slot);
    i32.load(code);
    i32.const(code, 1);
    i32.add(code);
    i32.store(code);
  });
  // Counts become starts.
  i32.const(code, 0);
  code.set(total);
  overRows(() => {
    code.get(at);
    i32.load(code);
    code.set(kept);
    code.get(at);
    code.get(total);
    i32.store(code);
    code.get(total);
    code.get(kept);
    i32.add(code);
    code.set(total);
  });
  // Placing an entry moves the start of its row on: in the end each start is the next one's.
  const entry = code.local('i32');
  i32.const(code, 0);
  code.set(entry);
  overEntries(() => {
    code.get(slot);
    i32.load(code);
    i32.const(code, 4);
    i32.mul(code);
    code.get(starts);
    i32.add(code);
    code.get(entry);
    i32.store(code, 4 * (rows + 1));
    code.get(slot);
    code.get(slot);
    i32.load(code);
    i32.const(code, 1);
    i32.add(code);
    i32.store(code);
    increase(code, entry, 1);
  });
};

/** Gather what an index adds: the entries of each row in ascending order, after the row itself. */
export const indexAdd: NodeEmitter = (code, locals, node, context) => {
  const [base, lists, source] = node.inputs as [PlanNode, PlanNode, PlanNode];
  const rows = lists.attributes['rows'] as number;
  const width = sizeOfShape(node.shape.slice(1));
  const start = accessOf(own(lists), context);
  const from = accessOf(own(context.viewOf(source).base), context);
  const view = context.viewOf(base);
  const still = view.base.data?.length === 1;
  if (!still) throw unsupported(node, 'it adds to more than one number');
  const value = view.base.data![0]!;
  const target = startOf(code, locals, resultAccess(node, context));
  const slot = code.local('i32');
  code.get(locals.worker);
  code.get(locals.rows!.first);
  i32.const(code, 4);
  i32.mul(code);
  i32.add(code);
  code.set(slot);
  const count = code.local('i32');
  const entry = code.local('i32');
  const end = code.local('i32');
  const at = code.local('i32');
  const rowsLeft = code.local('i32');
  code.get(locals.rows!.count);
  code.set(rowsLeft);
  countDown(code, rowsLeft, 1, () => {
    // After placing, the start of a row stands in the row before it; row 0 starts at 0.
    for (let column = 0; column < width; column += 16) {
      const vectors = Math.min(4, Math.ceil((width - column) / 4));
      const sums = Array.from({ length: vectors }, () => code.local('v128'));
      for (const sum of sums) {
        v128.const(code, new Uint8Array(Float32Array.of(value, value, value, value).buffer));
        code.set(sum);
      }
      code.get(slot);
      i32.load(code, start.address);
      code.set(end);
      code.get(slot);
      code.get(locals.worker);
      i32.eq(code);
      code.if(
        () => {
          i32.const(code, 0);
          code.set(entry);
        },
        () => {
          code.get(slot);
          i32.const(code, 4);
          i32.sub(code);
          i32.load(code, start.address);
          code.set(entry);
        },
      );
      code.get(end);
      code.get(entry);
      i32.sub(code);
      code.set(count);
      code.get(entry);
      i32.const(code, 4);
      i32.mul(code);
      code.get(locals.worker);
      i32.add(code);
      code.set(entry);
      countDown(code, count, 1, () => {
        code.get(entry);
        i32.load(code, start.address + 4 * (rows + 1));
        i32.const(code, 4 * width);
        i32.mul(code);
        if (from.space === 'worker') {
          code.get(locals.worker);
          i32.add(code);
        }
        code.set(at);
        sums.forEach((sum, v) => {
          code.get(sum);
          code.get(at);
          v128.load(code, from.address + 4 * column + 16 * v);
          f32x4.add(code);
          code.set(sum);
        });
        increase(code, entry, 4);
      });
      sums.forEach((sum, v) => {
        const lanes = Math.min(4, width - column - 4 * v);
        for (let lane = 0; lane < (lanes === 4 ? 1 : lanes); lane += 1) {
          code.get(target);
          code.get(sum);
          const offset = 4 * column + 16 * v;
          if (lanes === 4) v128.store(code, offset);
          else v128.store32Lane(code, lane, offset + 4 * lane);
        }
      });
    }
    increase(code, target, 4 * width);
    increase(code, slot, 4);
  });
};
