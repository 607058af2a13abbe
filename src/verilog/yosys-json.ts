/**
 * Reads what Yosys' `write_json` writes: modules with ports, cells and net names over numbered bits.
 *
 * Typed and checked as far as counting and proofs need it; parameters and attributes are kept as Yosys prints them
 * (mostly binary texts). Source: the "write_json" section of the Yosys manual.
 */
import { FormatError } from '../errors.ts';

/** Number of a net bit (≥ 2), or a constant bit. */
export type YosysBit = number | '0' | '1' | 'x' | 'z';

export interface YosysPort {
  readonly direction: 'input' | 'output' | 'inout';
  /** Least significant bit first. */
  readonly bits: readonly YosysBit[];
}

export interface YosysCell {
  /** Cell type: a library cell (`LUT6`), an internal one (`$mul`) or the name of a module. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Direction of each connection, where Yosys knows the cell. */
  readonly portDirections: Readonly<Record<string, 'input' | 'output' | 'inout'>>;
  /** Bits of each connection, least significant first. */
  readonly connections: Readonly<Record<string, readonly YosysBit[]>>;
}

export interface YosysNetName {
  readonly bits: readonly YosysBit[];
  /** Whether Yosys made up the name. */
  readonly hidden: boolean;
}

export interface YosysModule {
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly ports: Readonly<Record<string, YosysPort>>;
  readonly cells: Readonly<Record<string, YosysCell>>;
  readonly netNames: Readonly<Record<string, YosysNetName>>;
}

export interface YosysDesign {
  /** Version text of the Yosys that wrote it. */
  readonly creator: string;
  readonly modules: Readonly<Record<string, YosysModule>>;
}

/**
 * Read the text of Yosys' `write_json`.
 *
 * @throws FormatError if the text is not JSON or a part is missing or of another type
 */
export function readYosysJson(text: string): YosysDesign {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`Yosys JSON: the text is not JSON (${(error as Error).message}).`);
  }
  const root = record(json, 'the document');
  return {
    creator: typeof root['creator'] === 'string' ? root['creator'] : '',
    modules: mapRecord(root['modules'], 'modules', readModule),
  };
}

function readModule(value: unknown, where: string): YosysModule {
  const module = record(value, where);
  return {
    attributes: readValues(module['attributes'] ?? {}, `${where}.attributes`),
    ports: mapRecord(module['ports'] ?? {}, `${where}.ports`, (port, at) => {
      const fields = record(port, at);
      return { direction: readDirection(fields['direction'], `${at}.direction`), bits: readBits(fields['bits'], at) };
    }),
    cells: mapRecord(module['cells'] ?? {}, `${where}.cells`, readCell),
    netNames: mapRecord(module['netnames'] ?? {}, `${where}.netnames`, (net, at) => {
      const fields = record(net, at);
      return { bits: readBits(fields['bits'], at), hidden: fields['hide_name'] === 1 };
    }),
  };
}

function readCell(value: unknown, where: string): YosysCell {
  const cell = record(value, where);
  if (typeof cell['type'] !== 'string') return fail(`${where}.type`, cell['type'], 'a text');
  return {
    type: cell['type'],
    parameters: readValues(cell['parameters'] ?? {}, `${where}.parameters`),
    attributes: readValues(cell['attributes'] ?? {}, `${where}.attributes`),
    portDirections: mapRecord(cell['port_directions'] ?? {}, `${where}.port_directions`, readDirection),
    connections: mapRecord(cell['connections'], `${where}.connections`, readBits),
  };
}

function readValues(value: unknown, where: string): Readonly<Record<string, string | number>> {
  return mapRecord(value, where, (item, at) =>
    typeof item === 'string' || typeof item === 'number' ? item : fail(at, item, 'a text or a number'),
  );
}

function readDirection(value: unknown, where: string): YosysPort['direction'] {
  if (value === 'input' || value === 'output' || value === 'inout') return value;
  return fail(where, value, 'input, output or inout');
}

function readBits(value: unknown, where: string): readonly YosysBit[] {
  if (!Array.isArray(value)) return fail(`${where} bits`, value, 'an array');
  return value.map((bit: unknown) => {
    if (typeof bit === 'number' || bit === '0' || bit === '1' || bit === 'x' || bit === 'z') return bit;
    return fail(`${where} bit`, bit, 'a number, "0", "1", "x" or "z"');
  });
}

function mapRecord<T>(value: unknown, where: string, read: (value: unknown, where: string) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record(value, where)).map(([key, item]) => [key, read(item, `${where}.${key}`)]),
  );
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(where, value, 'an object');
  return value as Record<string, unknown>;
}

function fail(where: string, value: unknown, allowed: string): never {
  throw new FormatError(`Yosys JSON: ${where} is ${JSON.stringify(value) ?? 'missing'}, must be ${allowed}.`);
}

/** Count the cells of one module by type, instances of other modules included under their names. */
export function countCells(module: YosysModule): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type } of Object.values(module.cells)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Count the cells below `top` by type, each module as often as it is instantiated. */
export function countDesignCells(design: YosysDesign, top: string): Readonly<Record<string, number>> {
  const known = new Map<string, Readonly<Record<string, number>>>();
  const count = (name: string): Readonly<Record<string, number>> => {
    const done = known.get(name);
    if (done) return done;
    const totals: Record<string, number> = {};
    for (const [type, times] of Object.entries(countCells(design.modules[name]!))) {
      const isModule = type in design.modules && Object.keys(design.modules[type]!.cells).length > 0;
      const below =
        isModule && design.modules[type]!.attributes['blackbox'] === undefined ? count(type) : { [type]: 1 };
      for (const [inner, n] of Object.entries(below)) totals[inner] = (totals[inner] ?? 0) + n * times;
    }
    known.set(name, totals);
    return totals;
  };
  if (!(top in design.modules))
    throw new FormatError(
      `Yosys JSON: there is no module ${top}, the design has ${Object.keys(design.modules).join(', ')}.`,
    );
  return count(top);
}
