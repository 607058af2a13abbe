/**
 * Counts registers between the inputs of a module and each of its nets, through instances.
 *
 * Used for comments only: the header's pipeline depth and the grouping of declarations by stage. A module whose
 * registers feed back on themselves (a counter, an accumulator) has no such number, and gets none; nor has one with a
 * memory, where a value stays until it is asked for. A bus counts as one
 * net: where its elements come and go in stages of their own, the numbers of a module are its longest ways, and those of
 * the modules around it are unknown.
 */
import { sourcesOf } from '../netlist/index.ts';
import type { Module } from '../netlist/index.ts';

export interface PipelineDepth {
  /** Registers from the inputs to each net, the largest over all paths; −1 where no input reaches it. Empty if unknown. */
  readonly stages: readonly number[];
  /** Largest stage of an output; undefined if unknown. */
  readonly depth: number | undefined;
  /** Whether every way from an input to an output has that many registers. */
  readonly isUniform: boolean;
}

/** Measure a module, given the depths of the modules that it instantiates; undefined if its registers feed back. */
export function pipelineDepth(
  module: Module,
  callees: ReadonlyMap<string, PipelineDepth | undefined>,
): PipelineDepth | undefined {
  if (module.cells.some((cell) => cell.kind === 'memory')) return { stages: [], depth: undefined, isUniform: false };
  const stages = new Array<number>(module.cells.length).fill(-1);
  /** Fewest registers, where `stages` has the most. */
  const shortest = new Array<number>(module.cells.length).fill(Infinity);
  const state = new Uint8Array(module.cells.length);
  // An explicit stack: register chains of unrolled networks are deeper than the engine's.
  for (let root = 0; root < module.cells.length; root++) {
    const stack = [root];
    while (stack.length > 0) {
      const net = stack.at(-1)!;
      const cell = module.cells[net]!;
      if (state[net] === 2) {
        stack.pop();
        continue;
      }
      const sources = sourcesOf(cell, module);
      if (state[net] === 0) {
        state[net] = 1;
        for (const source of sources) {
          if (state[source] === 1) return undefined;
          if (state[source] === 0) stack.push(source);
        }
        continue;
      }
      let stage = cell.kind === 'input' ? 0 : -1;
      let fewest = cell.kind === 'input' ? 0 : Infinity;
      for (const source of sources) {
        stage = Math.max(stage, stages[source]!);
        fewest = Math.min(fewest, shortest[source]!);
      }
      let added = cell.kind === 'register' ? 1 : 0;
      if (cell.kind === 'instance') {
        const callee = callees.get(module.instances[cell.instance]!.module);
        if (callee === undefined) return undefined;
        if (!callee.isUniform) return { stages: [], depth: undefined, isUniform: false };
        added = callee.depth!;
      }
      stages[net] = stage >= 0 ? stage + added : stage;
      shortest[net] = fewest + added;
      state[net] = 2;
      stack.pop();
    }
  }
  let depth = 0;
  let least = Infinity;
  for (const { net } of module.outputs) {
    depth = Math.max(depth, stages[net]!);
    least = Math.min(least, shortest[net]!);
  }
  return { stages, depth, isUniform: least === Infinity || least === depth };
}
