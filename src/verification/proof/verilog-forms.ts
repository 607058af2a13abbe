/**
 * What Verilog text computes, as forms in time, from the word-level cells that Yosys makes of it.
 *
 * Written from the description of Yosys' internal cells ("Internal cell library" of its manual) and of nothing of ours:
 * neither the netlist nor its printer is looked at. Bits of a cell's connections that stand together in another cell's
 * output are read together, so that words stay words.
 */
import { FormatError, UnsupportedError } from '../../errors.ts';
import type { YosysBit, YosysCell, YosysDesign, YosysModule } from '../../verilog/index.ts';
import { joinWords, registerWord, sliceWord, widthOfWord, wordOf } from './bits.ts';
import type { Word } from './bits.ts';
import { dependencyOrder } from './dependency-order.ts';
import { CLOCK_INPUT, opaqueWord } from './design-trace.ts';
import type { DesignWatcher } from './design-trace.ts';
import { sameForm } from './forms/index.ts';
import type { FormStore } from './forms/index.ts';
import { flag, memoriesOf, numberOf } from './yosys-values.ts';
import type { Memory } from './yosys-values.ts';
import { cellRules, selectWords } from './yosys-cells.ts';
import type { CellContext } from './yosys-cells.ts';

/** Registers: those that Yosys' `proc` makes, and those with a synchronous reset or an enable of their own. */
const REGISTERS: ReadonlySet<string> = new Set(['$dff', '$sdff', '$dffe', '$sdffe', '$sdffce']);

interface Driver {
  /** Index of the cell, or −1 for an input port. */
  readonly cell: number;
  readonly port: string;
  readonly place: number;
}

/**
 * Write a design that Yosys has read as forms.
 *
 * @param inputs words of the input ports of the top module, by name
 * @returns words of its output ports, by name
 * @throws FormatError for a missing module or port and for a net with two drivers, UnsupportedError for a cell that is not of the word-level style
 */
export function verilogForms(
  store: FormStore,
  design: YosysDesign,
  top: string,
  inputs: ReadonlyMap<string, Word>,
  watcher: DesignWatcher,
): ReadonlyMap<string, Word> {
  return writeModule({ store, design, watcher }, top, inputs, []);
}

interface Context {
  readonly store: FormStore;
  readonly design: YosysDesign;
  readonly watcher: DesignWatcher;
}

function writeModule(
  context: Context,
  name: string,
  inputs: ReadonlyMap<string, Word>,
  path: readonly string[],
): ReadonlyMap<string, Word> {
  const { store, design, watcher } = context;
  const module = design.modules[name];
  if (module === undefined) {
    throw new FormatError(`The Verilog has no module "${name}"; it has ${Object.keys(design.modules).join(', ')}.`);
  }
  const cells = Object.entries(module.cells);
  const drivers = driversOf(design, name, module, cells);
  const memories = memoriesOf(module);
  const outputs: ReadonlyMap<string, Word>[] = [];
  const where = path.length === 0 ? name : path.join('.');

  const wordAt = (driver: Driver): Word | undefined =>
    driver.cell < 0 ? inputs.get(driver.port) : outputs[driver.cell]?.get(driver.port);

  /** The word of some bits: runs of neighbours of one driver are taken together. */
  const read = (bits: readonly YosysBit[]): Word => {
    const parts: Word[] = [];
    for (let k = 0; k < bits.length;) {
      const bit = bits[k]!;
      if (typeof bit !== 'number') {
        parts.push(constantBit(store, bit, where));
        k++;
        continue;
      }
      const driver = drivers.get(bit);
      const source = driver && wordAt(driver);
      if (driver === undefined || source === undefined || driver.place >= widthOfWord(source)) {
        parts.push(
          opaqueWord(store, `${where} bit ${bit} ${driver === undefined ? 'without driver' : 'that feeds back'}`, 1),
        );
        k++;
        continue;
      }
      let width = 1;
      for (; k + width < bits.length; width++) {
        const next = bits[k + width]!;
        const other = typeof next === 'number' ? drivers.get(next) : undefined;
        if (other?.cell !== driver.cell || other.port !== driver.port || other.place !== driver.place + width) break;
      }
      parts.push(sliceWord(source, driver.place, width));
      k += width;
    }
    return joinWords(store, parts);
  };

  const dependencies = (cell: number): readonly number[] => {
    const [, { connections, type }] = cells[cell]!;
    const found = new Set<number>();
    for (const [port, bits] of Object.entries(connections)) {
      if (isOutput(design, type, cells[cell]![1], port)) continue;
      for (const bit of bits) {
        const driver = typeof bit === 'number' ? drivers.get(bit) : undefined;
        if (driver !== undefined && driver.cell >= 0) found.add(driver.cell);
      }
    }
    return [...found];
  };

  // Only what an output depends on is written: the rest may hold what it likes.
  const roots = Object.values(module.ports)
    .filter(({ direction }) => direction === 'output')
    .flatMap(({ bits }) => bits.map((bit) => (typeof bit === 'number' ? (drivers.get(bit)?.cell ?? -1) : -1)))
    .filter((cell) => cell >= 0);
  for (const index of dependencyOrder([...new Set(roots)], dependencies)) {
    const [cellName, cell] = cells[index]!;
    outputs[index] = writeCell(context, cellName, cell, read, memories, path);
  }
  for (const [wire, { bits, hidden }] of Object.entries(module.netNames)) {
    if (!hidden && watcher.onWire && bits.every((bit) => isKnown(bit, drivers, wordAt))) {
      watcher.onWire(path, name, wire, read(bits));
    }
  }
  return new Map(
    Object.entries(module.ports)
      .filter(([, { direction }]) => direction === 'output')
      .map(([port, { bits }]) => [port, read(bits)]),
  );
}

function isKnown(
  bit: YosysBit,
  drivers: ReadonlyMap<number, Driver>,
  wordAt: (driver: Driver) => Word | undefined,
): boolean {
  if (typeof bit !== 'number') return true;
  const driver = drivers.get(bit);
  return driver !== undefined && wordAt(driver) !== undefined;
}

/** A constant bit; x and z are not known, and are not the same in two places. */
function constantBit(store: FormStore, bit: '0' | '1' | 'x' | 'z', where: string): Word {
  if (bit === '0' || bit === '1') return wordOf(store.constant(BigInt(bit)), 1, undefined);
  return opaqueWord(store, `${where} undefined bit ${store.size}`, 1);
}

/** Yosys tells directions of its own cells; those of instances are those of the module's ports. */
function isOutput(design: YosysDesign, type: string, cell: YosysCell, port: string): boolean {
  const direction = cell.portDirections[port] ?? design.modules[type]?.ports[port]?.direction;
  return direction === 'output';
}

/** What drives each bit. Yosys only warns of several drivers, so they are refused here. */
function driversOf(
  design: YosysDesign,
  name: string,
  module: YosysModule,
  cells: readonly (readonly [string, YosysCell])[],
): ReadonlyMap<number, Driver> {
  const drivers = new Map<number, Driver>();
  const nameOf = (cell: number, port: string): string =>
    cell < 0 ? `input "${port}"` : `port ${port} of cell "${cells[cell]![0]}"`;
  const add = (bits: readonly YosysBit[], cell: number, port: string): void => {
    bits.forEach((bit, place) => {
      if (typeof bit !== 'number') {
        if (bit === 'x' || bit === 'z') return;
        throw new FormatError(
          `The ${nameOf(cell, port)} of module "${name}" drives a net that is the constant ${bit}; it must have one driver.`,
        );
      }
      if (drivers.has(bit)) {
        const [first, second] = [drivers.get(bit)!, { cell, port }].map((driver) => nameOf(driver.cell, driver.port));
        throw new FormatError(
          `Net bit ${bit} of module "${name}" has two drivers, ${first} and ${second}; it must have one.`,
        );
      }
      drivers.set(bit, { cell, port, place });
    });
  };
  for (const [port, { direction, bits }] of Object.entries(module.ports)) {
    if (direction === 'inout') throw new UnsupportedError(`Port "${port}" is inout; ports must be input or output.`);
    if (direction === 'input') add(bits, -1, port);
  }
  cells.forEach(([, cell], index) => {
    for (const [port, bits] of Object.entries(cell.connections)) {
      if (isOutput(design, cell.type, cell, port)) add(bits, index, port);
    }
  });
  return drivers;
}

function writeCell(
  context: Context,
  name: string,
  cell: YosysCell,
  read: (bits: readonly YosysBit[]) => Word,
  memories: ReadonlyMap<string, Memory>,
  path: readonly string[],
): ReadonlyMap<string, Word> {
  const { store, design, watcher } = context;
  const { type, connections } = cell;
  const port = (which: string): Word => {
    const bits = connections[which];
    if (bits === undefined) throw new FormatError(`Cell "${name}" of type ${type} has no port ${which}.`);
    return read(bits);
  };
  const below = [...path, name];
  const callee = design.modules[type];
  if (callee !== undefined && callee.attributes['blackbox'] === undefined) {
    const words = new Map(
      Object.entries(callee.ports)
        .filter(([, { direction }]) => direction === 'input')
        .map(([which, { bits }]) => [which, fitted(store, read(connections[which] ?? []), bits.length, below, which)]),
    );
    return watcher.standIn?.(type, words) ?? watcher.onInstance(below, type, writeModule(context, type, words, below));
  }
  const cellContext: CellContext = { store, settle: watcher.settle, cell, port, memories, where: below.join('.') };
  if (REGISTERS.has(type)) return new Map([['Q', writeRegister(cellContext)]]);
  const rule = cellRules[type];
  if (rule === undefined) {
    throw new UnsupportedError(
      `Cell "${below.join('.')}" is of type ${type}, which is not of the word-level style that is read; known are ${[...Object.keys(cellRules), ...REGISTERS].join(', ')}.`,
    );
  }
  return new Map([[type.startsWith('$memrd') ? 'DATA' : 'Y', rule(cellContext)]]);
}

/** Bits that an instance leaves open are not known. */
function fitted(store: FormStore, word: Word, width: number, path: readonly string[], port: string): Word {
  const missing = width - widthOfWord(word);
  if (missing <= 0) return sliceWord(word, 0, width);
  return joinWords(store, [word, opaqueWord(store, `${path.join('.')}.${port} open`, missing)]);
}

/** A register delays by one cycle if the clock drives it, at the rising edge. */
function writeRegister(context: CellContext): Word {
  const { store, cell, port, where } = context;
  const { parameters, type } = cell;
  let d = port('D');
  const width = widthOfWord(d);
  const clock = port('CLK')[0]!;
  const own = store.ofAtom(store.atom({ kind: 'input', name: CLOCK_INPUT }, 0n, 1n));
  if (!sameForm(clock.form, own) || clock.delay !== 0 || !flag(parameters, 'CLK_POLARITY')) {
    return opaqueWord(store, `${where} not at the rising edge of the clock`, width);
  }
  if (type.includes('dffe') || type === '$sdffce') {
    // An enable that is not always on makes a state.
    return opaqueWord(store, `${where} held by its enable`, width);
  }
  if (type === '$sdff') {
    const isKnown = !/[xz]/.test(String(parameters['SRST_VALUE']));
    const value = isKnown
      ? wordOf(store.constant(numberOf(parameters, 'SRST_VALUE')), width, undefined)
      : opaqueWord(store, `${where} reset to what is undefined`, width);
    const reset = port('SRST');
    d = flag(parameters, 'SRST_POLARITY')
      ? selectWords(context, reset, value, d)
      : selectWords(context, reset, d, value);
  }
  return registerWord(d);
}
