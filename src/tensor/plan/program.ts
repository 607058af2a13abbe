/**
 * The WebAssembly module of a plan.
 *
 * For each phase it has `before<p>(area)`, the whole nodes that the phase needs, and `phase<p>(area, shard)`, all rows of a
 * shard; then `beforeUpdate(area)` and `update(area, index, count)`, the slice of the results of one of `count` workers.
 * `area` is the address of the calling worker's area. `finite(address, count)` tells whether all numbers there are finite.
 */
import { TraceError } from '../../errors.ts';
import {
  f32x4,
  i32,
  i32x4,
  v128,
  WasmModule,
  type Code,
  type FunctionReference,
  type Local,
} from '../../wasm/index.ts';
import { LEAF } from '../backends/js/reduce.ts';
import { countDown, increase } from '../backends/wasm/loops.ts';
import { emitDepthwiseGradient } from './depthwise-gradient-code.ts';
import type { PlanNode } from './graph.ts';
import type { Layout } from './layout.ts';
import type { LegalGraph } from './legalise.ts';
import { emitClearSums, emitLoop, type EmitContext } from './loop-code.ts';
import { emitNode } from './node-code.ts';
import { emitProduct } from './product-code.ts';
import { emitRowProduct } from './row-product-code.ts';
import type { Kernel, LoopKernel, Phase, Schedule } from './schedule.ts';
import { planFunctions } from './vector-functions.ts';

/** Where the control word stands that says how many rows the step has. */
const ROWS_ADDRESS = 24;

/** Below so many elements an update is not worth sharing out. */
const SMALLEST_SLICE = 1024;

/** Assemble the module. @throws TraceError if there is no code for an operation */
export function assemble(
  graph: LegalGraph,
  schedule: Schedule,
  layout: Layout,
  memory: { pages: number; shared: boolean },
): Uint8Array<ArrayBuffer> {
  const module = new WasmModule();
  module.memory({
    pages: memory.pages,
    maximumPages: memory.pages,
    shared: memory.shared,
    importFrom: { module: 'plan', name: 'memory' },
  });
  const { elementary, special } = planFunctions(module);
  const context: EmitContext = { ...layout, viewOf: graph.viewOf, stored: schedule.stored, elementary, special };
  const addBlocks = defineAddBlocks(module);
  defineFinite(module);

  const wholeKernel = (kernel: Kernel): FunctionReference =>
    module.function({ name: describeKernel(kernel), parameters: ['i32'] }, (code, worker) => {
      const locals = { worker: worker!, rows: null };
      if (kernel.kind === 'node') emitNode(code, locals, kernel.node, context);
      else if (kernel.product !== null) emitProduct(code, locals, kernel, context);
      else emitLoop(code, locals, kernel, context);
    });

  const rowKernel = (kernel: Kernel): FunctionReference =>
    module.function(
      { name: describeKernel(kernel), parameters: ['i32', 'i32', 'i32', 'i32', 'i32'] },
      (code, ...parameters) => {
        const [worker, first, count, partial, fresh] = parameters as unknown as readonly [
          Local,
          Local,
          Local,
          Local,
          Local,
        ];
        const locals = { worker, rows: { first, count, partial } };
        if (kernel.kind === 'loop') {
          if (kernel.sums.length > 0) {
            code.get(fresh);
            code.if(() => emitClearSums(code, partial, kernel.sums, context));
          }
          if (kernel.product === null) emitLoop(code, locals, kernel, context);
          else emitProduct(code, locals, kernel, context);
        } else if (isDepthwiseGradient(kernel.node)) emitDepthwiseGradient(code, locals, fresh, kernel.node, context);
        else if (isKernelGradient(kernel.node)) emitRowProduct(code, locals, fresh, kernel.node, context);
        else emitNode(code, locals, kernel.node, context);
      },
    );

  const callAll = (name: string, kernels: readonly FunctionReference[]): void => {
    module.function({ exportName: name, parameters: ['i32'] }, (code, worker) => {
      for (const kernel of kernels) {
        code.get(worker!);
        code.call(kernel);
      }
    });
  };

  schedule.phases.forEach((phase, p) => {
    callAll(`before${p}`, phase.before.map(wholeKernel));
    emitPhase(module, phase, p, phase.rows.map(rowKernel), { layout, addBlocks });
  });
  callAll('beforeUpdate', schedule.beforeUpdate.map(wholeKernel));
  emitUpdate(module, schedule.update, context);
  return module.toBytes();
}

/** Tell, as 1 or 0, whether `count` numbers from an address on are finite: x − x is 0 for them alone. */
function defineFinite(module: WasmModule): void {
  module.function({ exportName: 'finite', parameters: ['i32', 'i32'], results: ['i32'] }, (code, ...parameters) => {
    const [at, count] = parameters as unknown as readonly [Local, Local];
    const sum = code.local('v128');
    const value = code.local('v128');
    for (const width of [4, 1]) {
      countDown(code, count, width, () => {
        code.get(at);
        if (width === 4) v128.load(code);
        else v128.load32Zero(code);
        code.set(value);
        code.get(sum);
        code.get(value);
        code.get(value);
        f32x4.sub(code);
        f32x4.add(code);
        code.set(sum);
        increase(code, at, 4 * width);
      });
    }
    code.get(sum);
    code.get(sum);
    f32x4.eq(code);
    i32x4.allTrue(code);
  });
}

const isKernelGradient = ({ operation }: PlanNode): boolean =>
  operation === 'rowProduct' || operation === 'convolveKernelGradient';

/** Kernel gradients with more groups are taken apart (grouped-convolution.ts). */
const isDepthwiseGradient = ({ operation, attributes }: PlanNode): boolean =>
  operation === 'convolveKernelGradient' && attributes['groups'] !== 1;

/** out[i] ← a[i] + b[i] over whole vectors; `out` may be `b`. Parameters: out, a, b, bytes. */
function defineAddBlocks(module: WasmModule): FunctionReference {
  return module.function({ parameters: ['i32', 'i32', 'i32', 'i32'] }, (code, ...parameters) => {
    const [out, a, b, bytes] = parameters as unknown as readonly [Local, Local, Local, Local];
    countDown(code, bytes, 64, () => {
      for (let at = 0; at < 64; at += 16) {
        code.get(out);
        code.get(a);
        v128.load(code, at);
        code.get(b);
        v128.load(code, at);
        f32x4.add(code);
        v128.store(code, at);
      }
      for (const pointer of [out, a, b]) increase(code, pointer, 64);
    });
  });
}

interface PhaseParts {
  readonly layout: Layout;
  readonly addBlocks: FunctionReference;
}

/** All rows of a shard: leaf by leaf, tile by tile, and the partial sums of leaves merged as carries are. */
function emitPhase(
  module: WasmModule,
  phase: Phase,
  p: number,
  kernels: readonly FunctionReference[],
  { layout, addBlocks }: PhaseParts,
): void {
  const block = layout.blockBytes[p]!;
  const tile = layout.tileRows[p]!;
  const { leaves: perShard } = layout.shards;
  const summing = phase.sums.length > 0;
  module.function({ exportName: `phase${p}`, parameters: ['i32', 'i32'] }, (code, ...parameters) => {
    const [worker, shard] = parameters as unknown as readonly [Local, Local];
    const [batch, leaf, leaves, row, rows, take, target, fresh, result, level, source] = Array.from(
      { length: 11 },
      () => code.local('i32'),
    ) as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
    const constant = (local: Local, value: number): void => {
      i32.const(code, value);
      code.set(local);
    };
    /** target ← address of merging block `level` (the last one is scratch). */
    const blockAt = (into: Local, index: () => void): void => {
      index();
      i32.const(code, block);
      i32.mul(code);
      code.get(worker);
      i32.add(code);
      i32.const(code, layout.mergeOffset);
      i32.add(code);
      code.set(into);
    };
    const scratch = (): void => i32.const(code, Math.log2(perShard) + 1);

    // The shard's leaves, and where its sums go.
    i32.const(code, 0);
    i32.load(code, ROWS_ADDRESS);
    code.set(batch);
    code.get(batch);
    i32.const(code, LEAF - 1);
    i32.add(code);
    i32.const(code, LEAF);
    i32.divU(code);
    code.get(shard);
    i32.const(code, perShard);
    i32.mul(code);
    i32.sub(code);
    code.set(leaves);
    code.get(leaves);
    i32.const(code, perShard);
    i32.gtS(code);
    code.if(() => constant(leaves, perShard));
    code.get(shard);
    i32.const(code, block);
    i32.mul(code);
    i32.const(code, layout.blocks[p]!);
    i32.add(code);
    code.set(result);
    constant(leaf, 0);
    code.block(() => {
      code.loop(() => {
        code.get(leaf);
        code.get(leaves);
        i32.geS(code);
        code.branchIf(1);
        // Rows of the leaf.
        code.get(shard);
        i32.const(code, perShard);
        i32.mul(code);
        code.get(leaf);
        i32.add(code);
        i32.const(code, LEAF);
        i32.mul(code);
        code.set(row);
        code.get(batch);
        code.get(row);
        i32.sub(code);
        code.set(rows);
        code.get(rows);
        i32.const(code, LEAF);
        i32.gtS(code);
        code.if(() => constant(rows, LEAF));
        if (summing) {
          if (perShard === 1) {
            code.get(result);
            code.set(target);
          } else {
            // An even leaf waits on level 0; an odd one is merged at once.
            code.get(leaf);
            i32.const(code, 1);
            i32.and(code);
            code.if(
              () => blockAt(target, scratch),
              () => blockAt(target, () => i32.const(code, 0)),
            );
          }
        }
        constant(fresh, 1);
        code.block(() => {
          code.loop(() => {
            code.get(rows);
            i32.const(code, 0);
            i32.leS(code);
            code.branchIf(1);
            code.get(rows);
            code.set(take);
            code.get(take);
            i32.const(code, tile);
            i32.gtS(code);
            code.if(() => constant(take, tile));
            for (const kernel of kernels) {
              for (const argument of [worker, row, take, target, fresh]) code.get(argument);
              code.call(kernel);
            }
            constant(fresh, 0);
            increase(code, row, tile);
            increase(code, rows, -tile);
            code.branch(0);
          });
        });
        if (summing && perShard > 1)
          emitMerge(code, { leaf, level, source, target, blockAt, scratch, addBlocks, block });
        increase(code, leaf, 1);
        code.branch(0);
      });
    });
    if (summing && perShard > 1) {
      // What waits on the levels, from the lowest up; `source` 0 means nothing yet.
      constant(source, 0);
      constant(level, 0);
      code.block(() => {
        code.loop(() => {
          code.get(leaves);
          i32.eqz(code);
          code.branchIf(1);
          code.get(leaves);
          i32.const(code, 1);
          i32.and(code);
          code.if(() => {
            blockAt(target, () => code.get(level));
            code.get(source);
            i32.eqz(code);
            code.if(
              () => {
                code.get(target);
                code.set(source);
              },
              () => {
                code.get(target);
                code.set(take);
                blockAt(target, scratch);
                for (const argument of [target, take, source]) code.get(argument);
                i32.const(code, block);
                code.call(addBlocks);
                code.get(target);
                code.set(source);
              },
            );
          });
          code.get(leaves);
          i32.const(code, 1);
          i32.shrU(code);
          code.set(leaves);
          increase(code, level, 1);
          code.branch(0);
        });
      });
      const vector = code.local('v128');
      constant(rows, block);
      countDown(code, rows, 16, () => {
        code.get(result);
        code.get(source);
        v128.load(code);
        code.set(vector);
        code.get(vector);
        v128.store(code);
        increase(code, result, 16);
        increase(code, source, 16);
      });
    }
  });
}

interface MergeParts {
  readonly leaf: Local;
  readonly level: Local;
  readonly source: Local;
  readonly target: Local;
  readonly blockAt: (into: Local, index: () => void) => void;
  readonly scratch: () => void;
  readonly addBlocks: FunctionReference;
  readonly block: number;
}

/** Merge a leaf with the nodes that it completes: as many as its index has trailing ones. */
function emitMerge(code: Code, parts: MergeParts): void {
  const { leaf, level, source, target, blockAt, scratch, addBlocks, block } = parts;
  const rest = code.local('i32');
  const waiting = code.local('i32');
  code.get(target);
  code.set(source);
  code.get(leaf);
  code.set(rest);
  i32.const(code, 0);
  code.set(level);
  code.block(() => {
    code.loop(() => {
      code.get(rest);
      i32.const(code, 1);
      i32.and(code);
      i32.eqz(code);
      code.branchIf(1);
      blockAt(waiting, () => code.get(level));
      increase(code, level, 1);
      code.get(rest);
      i32.const(code, 1);
      i32.shrU(code);
      code.set(rest);
      // The last sum goes to its level, those before it to the scratch block.
      code.get(rest);
      i32.const(code, 1);
      i32.and(code);
      code.if(
        () => blockAt(target, scratch),
        () => blockAt(target, () => code.get(level)),
      );
      for (const argument of [target, waiting, source]) code.get(argument);
      i32.const(code, block);
      code.call(addBlocks);
      code.get(target);
      code.set(source);
      code.branch(0);
    });
  });
}

/** The results: large ones in slices, small ones each by one worker. */
function emitUpdate(module: WasmModule, kernels: readonly LoopKernel[], context: EmitContext): void {
  const functions = kernels.map((kernel) => {
    if (kernel.product !== null || kernel.sums.length > 0)
      throw new TraceError('An update of a plan must be elementwise.');
    return module.function(
      { name: describeKernel(kernel), parameters: ['i32', 'i32', 'i32'] },
      (code, ...parameters) => {
        const [worker, from, to] = parameters as unknown as readonly [Local, Local, Local];
        emitLoop(code, { worker, rows: null }, kernel, context, { from, to });
      },
    );
  });
  module.function({ exportName: 'update', parameters: ['i32', 'i32', 'i32'] }, (code, ...parameters) => {
    const [worker, index, count] = parameters as unknown as readonly [Local, Local, Local];
    kernels.forEach((kernel, k) => {
      const elements = kernel.dims.reduce((product, n) => product * n, 1);
      const call = (from: () => void, to: () => void): void => {
        code.get(worker);
        from();
        to();
        code.call(functions[k]!);
      };
      if (elements < SMALLEST_SLICE) {
        i32.const(code, k);
        code.get(count);
        i32.remU(code);
        code.get(index);
        i32.eq(code);
        code.if(() =>
          call(
            () => i32.const(code, 0),
            () => i32.const(code, elements),
          ),
        );
        return;
      }
      // Whole vectors to each; the last one takes what is left.
      const vectors = Math.floor(elements / 4);
      const share = (plus: number): void => {
        code.get(index);
        i32.const(code, plus);
        i32.add(code);
        i32.const(code, vectors);
        i32.mul(code);
        code.get(count);
        i32.divU(code);
        i32.const(code, 4);
        i32.mul(code);
      };
      const end = code.local('i32');
      share(1);
      code.set(end);
      code.get(index);
      i32.const(code, 1);
      i32.add(code);
      code.get(count);
      i32.eq(code);
      code.if(() => {
        i32.const(code, elements);
        code.set(end);
      });
      call(
        () => share(0),
        () => code.get(end),
      );
    });
  });
}

/** Describe a kernel in a line, for profiles and for people who look at plans. */
export function describeKernel(kernel: Kernel): string {
  const shapes = (node: PlanNode): string => node.inputs.map(({ shape }) => shape.join('×')).join(' · ');
  if (kernel.kind === 'node') return `${kernel.node.operation} [${shapes(kernel.node)}]`;
  const { product, dims, members, sums } = kernel;
  const parts = [
    ...(product === null ? [] : [`${product.operation} [${shapes(product)}]`]),
    `loop [${dims.join(', ')}]`,
    ...members.map((node) => node.operation),
    ...(sums.length > 0 ? [`and ${sums.length} sums`] : []),
  ];
  return parts.join(' ');
}
