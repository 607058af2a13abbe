/** Evaluates a combinational module cell by cell with the reference arithmetic: the slow, obvious way. */
import { evaluateCell, isCombinational } from '../../src/netlist/index.ts';
import type { Module } from '../../src/netlist/index.ts';

export function evaluateModule(module: Module, inputs: readonly bigint[]): bigint[] {
  const values: bigint[] = [];
  module.cells.forEach((cell, net) => {
    if (cell.kind === 'input') values.push(inputs[cell.port]!);
    else if (isCombinational(cell)) {
      values.push(
        evaluateCell(
          cell,
          module.widths[net]!,
          (n) => values[n]!,
          (n) => module.widths[n]!,
          (r) => module.roms[r]!.words,
        ),
      );
    } else throw new Error(`cell ${net} is a ${cell.kind}`);
  });
  return module.outputs.map((port) => values[port.net]!);
}
