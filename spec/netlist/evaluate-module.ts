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

/** Join raw codes into a flattened bus, element 0 lowest. */
export function packBus(formats: readonly { readonly width: number }[], raws: readonly bigint[]): bigint {
  let bus = 0n;
  let lsb = 0n;
  raws.forEach((raw, k) => {
    bus |= BigInt.asUintN(formats[k]!.width, raw) << lsb;
    lsb += BigInt(formats[k]!.width);
  });
  return bus;
}

/** Cut a flattened bus into raw codes. */
export function unpackBus(
  formats: readonly { readonly width: number; readonly signed: boolean }[],
  bus: bigint,
): bigint[] {
  let rest = bus;
  return formats.map(({ width, signed }) => {
    const raw = signed ? BigInt.asIntN(width, rest) : BigInt.asUintN(width, rest);
    rest >>= BigInt(width);
    return raw;
  });
}
