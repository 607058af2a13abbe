/** Mapped designs as Yosys would write them, from lists of cells. */
import { readYosysJson, type YosysBit, type YosysDesign } from '../../src/verilog/index.ts';

/** Connections of a cell by port; `O`, `CO`, `Q`, `P` and `DOA` … `DOH` are outputs. */
export type Connections = Readonly<Record<string, readonly YosysBit[]>>;

export interface DraftModule {
  readonly inputs?: Readonly<Record<string, readonly YosysBit[]>>;
  readonly outputs?: Readonly<Record<string, readonly YosysBit[]>>;
  readonly cells: readonly (readonly [type: string, connections: Connections, parameters?: Record<string, string>])[];
}

const outputPorts = new Set(['O', 'CO', 'Q', 'P', 'y']);

/** Make a design of modules by name. */
export function mappedDesign(modules: Readonly<Record<string, DraftModule>>): YosysDesign {
  const port = (direction: string) => (bits: readonly YosysBit[]) => ({ direction, bits });
  const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
  return readYosysJson(
    JSON.stringify({
      creator: 'spec',
      modules: mapValues(modules, ({ inputs = {}, outputs = {}, cells }) => ({
        ports: { ...mapValues(inputs, port('input')), ...mapValues(outputs, port('output')) },
        cells: Object.fromEntries(
          cells.map(([type, connections, parameters = {}], k) => [
            `c${k}`,
            {
              type,
              parameters,
              port_directions: Object.fromEntries(
                Object.keys(connections).map((name) => [
                  name,
                  outputPorts.has(name) || name.startsWith('DO') ? 'output' : 'input',
                ]),
              ),
              connections,
            },
          ]),
        ),
      })),
    }),
  );
}

/** A carry cell of four bits over selects, with its carry in and out. */
export function carry4(
  select: readonly YosysBit[],
  into: YosysBit,
  sum: readonly YosysBit[],
  out: readonly YosysBit[],
) {
  const zeros = ['0', '0', '0', '0'] as const;
  return ['CARRY4', { S: select, DI: zeros, CI: [into], CYINIT: ['0'], O: sum, CO: out }] as const;
}
