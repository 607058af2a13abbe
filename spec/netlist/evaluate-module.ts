/** Evaluates a module without instances cell by cell with the reference arithmetic: the slow, obvious way. */
import { evaluateCell, isCombinational, ones } from '../../src/netlist/index.ts';
import type { Module } from '../../src/netlist/index.ts';

/** A module with state, clock by clock. */
export interface ModuleEvaluator {
  /** Outputs in the present cycle. */
  evaluate(inputs: readonly bigint[]): bigint[];
  /** One rising edge with these inputs. */
  step(inputs: readonly bigint[], reset?: boolean): void;
}

/** Start a module whose registers and memories are filled with ones; beyond its last word a memory reads as ones. */
export function moduleEvaluator(module: Module): ModuleEvaluator {
  const { cells, widths } = module;
  let registers = new Map<number, bigint>();
  cells.forEach((cell, net) => cell.kind === 'register' && registers.set(net, ones(widths[net]!)));
  const memories = module.memories.map(({ width, words }) => Array.from({ length: words }, () => ones(width)));

  const settle = (inputs: readonly bigint[]): bigint[] => {
    const values: bigint[] = [];
    cells.forEach((cell, net) => {
      if (cell.kind === 'input') values.push(inputs[cell.port]!);
      else if (cell.kind === 'register') values.push(registers.get(net)!);
      else if (cell.kind === 'memory')
        values.push(memories[cell.memory]![Number(values[cell.address]!)] ?? ones(widths[net]!));
      else if (isCombinational(cell)) {
        values.push(
          evaluateCell(
            cell,
            widths[net]!,
            (n) => values[n]!,
            (n) => widths[n]!,
            (r) => module.roms[r]!.words,
          ),
        );
      } else throw new Error(`cell ${net} is a ${cell.kind}`);
    });
    return values;
  };

  return {
    evaluate: (inputs) => {
      const values = settle(inputs);
      return module.outputs.map((port) => values[port.net]!);
    },
    step: (inputs, reset = false) => {
      const values = settle(inputs);
      registers = new Map(
        [...registers].map(([net, held]) => {
          const cell = cells[net]!;
          if (cell.kind !== 'register') throw new Error(`net ${net} is a ${cell.kind}`);
          if (reset && cell.reset !== undefined) return [net, cell.reset];
          return [net, cell.enable !== undefined && values[cell.enable] === 0n ? held : values[cell.d]!];
        }),
      );
      module.memories.forEach(({ words, write }, k) => {
        const address = Number(values[write.address]!);
        if (values[write.enable] === 1n && address < words) memories[k]![address] = values[write.data]!;
      });
    },
  };
}

/** Evaluate the first cycle of a module, the only one of a module without state. */
export function evaluateModule(module: Module, inputs: readonly bigint[]): bigint[] {
  return moduleEvaluator(module).evaluate(inputs);
}
