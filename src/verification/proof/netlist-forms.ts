/** What a netlist computes, as forms in time: one rule per cell. */
import { sourcesOf } from '../../netlist/index.ts';
import type { Cell, Module, Net, Netlist, PureCell } from '../../netlist/index.ts';
import {
  extendWord,
  invertWord,
  joinWords,
  naturalReading,
  readWords,
  registerWord,
  sliceWord,
  wordOf,
} from './bits.ts';
import type { Reading, Word } from './bits.ts';
import { dependencyOrder } from './dependency-order.ts';
import { bitInput, opaqueWord } from './design-trace.ts';
import type { DesignWatcher } from './design-trace.ts';
import {
  addForms,
  andForms,
  isLess,
  isZero,
  multiplyForms,
  orForms,
  RESET_INPUT,
  selectForm,
  subtractForms,
  tableForm,
  xorForms,
} from './forms/index.ts';
import type { Form, FormStore } from './forms/index.ts';

/**
 * Write a netlist as forms.
 *
 * @param inputs one word per input of the top module
 * @returns one word per output
 */
export function netlistForms(
  store: FormStore,
  netlist: Netlist,
  inputs: readonly Word[],
  watcher: DesignWatcher,
): readonly Word[] {
  const modules = new Map(netlist.modules.map((module) => [module.name, module]));
  const reset = bitInput(store, RESET_INPUT);

  const writeModule = (module: Module, ports: readonly Word[], path: readonly string[]): readonly Word[] => {
    const { cells, widths } = module;
    const words: (Word | undefined)[] = [];
    const instances = new Map<number, readonly Word[]>();
    const word = (net: Net): Word =>
      words[net] ?? opaqueWord(store, [...path, `feedback ${net}`].join('.'), widths[net]!);

    const writeInstance = (index: number): readonly Word[] => {
      const instance = module.instances[index]!;
      const callee = modules.get(instance.module)!;
      const below = [...path, instance.name];
      const inputs = instance.inputs.map(word);
      const seen =
        watcher.standIn?.(callee.name, new Map(callee.inputs.map(({ name }, k) => [name, inputs[k]!]))) ??
        watcher.onInstance(below, callee.name, namedOutputs(callee, writeModule(callee, inputs, below)));
      return callee.outputs.map(({ name }) => seen.get(name)!);
    };

    const roots = module.outputs.map(({ net }) => net);
    for (const net of dependencyOrder(roots, (at) => sourcesOf(cells[at]!, module))) {
      const cell = cells[net]!;
      let result: Word;
      if (cell.kind === 'input') result = ports[cell.port]!;
      else if (cell.kind === 'instance') {
        if (!instances.has(cell.instance)) instances.set(cell.instance, writeInstance(cell.instance));
        result = instances.get(cell.instance)![cell.output]!;
      } else if (cell.kind === 'register') result = writeRegister(cell, net, word, path);
      // What a memory holds depends on all cycles before; no pipeline of ours has one.
      else if (cell.kind === 'memory') result = opaqueWord(store, [...path, `word ${net}`].join('.'), widths[net]!);
      else result = writeCell(store, module, cell, widths[net]!, word, watcher);
      words[net] = result;
      watcher.onWire?.(path, module.name, net, result);
    }
    return roots.map(word);
  };

  const writeRegister = (
    cell: Extract<Cell, { kind: 'register' }>,
    net: Net,
    word: (net: Net) => Word,
    path: readonly string[],
  ): Word => {
    const d = word(cell.d);
    const width = d.reduce((sum, slice) => sum + slice.width, 0);
    // A register that holds feeds back on itself; no pipeline of ours has one.
    if (cell.enable !== undefined) return opaqueWord(store, [...path, `state ${net}`].join('.'), width);
    if (cell.reset === undefined) return registerWord(d);
    return registerWord(choose(store, reset, wordOf(store.constant(cell.reset), width, undefined), d, watcher));
  };

  return writeModule(modules.get(netlist.top)!, inputs, []);
}

function namedOutputs({ outputs }: Module, words: readonly Word[]): ReadonlyMap<string, Word> {
  return new Map(outputs.map(({ name }, k) => [name, words[k]!]));
}

/** The word `a` where a bit is 1, else `b`. */
function choose(store: FormStore, bit: Word, a: Word, b: Word, { settle }: DesignWatcher): Word {
  const reading = naturalReading([a, b]);
  const { forms, delay } = readWords(store, [
    [bit, 'unsigned'],
    [a, reading],
    [b, reading],
  ]);
  const width = a.reduce((sum, slice) => sum + slice.width, 0);
  return wordOf(settle(selectForm(store, forms[0]!, forms[1]!, forms[2]!), width), width, delay);
}

function writeCell(
  store: FormStore,
  module: Module,
  cell: PureCell,
  width: number,
  word: (net: Net) => Word,
  watcher: DesignWatcher,
): Word {
  /** A cell that computes: read the operands, write the result. */
  const operate = (
    nets: readonly Net[],
    reading: Reading | readonly Reading[],
    compute: (...forms: Form[]) => Form,
  ): Word => {
    const { forms, delay } = readWords(
      store,
      nets.map((net, k) => [word(net), typeof reading === 'string' ? reading : reading[k]!] as const),
    );
    return wordOf(watcher.settle(compute(...forms), width), width, delay);
  };
  switch (cell.kind) {
    case 'constant':
      return wordOf(store.constant(cell.value), width, undefined);
    case 'extend':
      return extendWord(store, word(cell.a), width, cell.signed);
    case 'slice':
      return sliceWord(word(cell.a), cell.lsb, width);
    case 'concat':
      return joinWords(store, cell.parts.toReversed().map(word));
    case 'not':
      return invertWord(store, word(cell.a));
    case 'add':
      return operate([cell.a, cell.b], 'modular', (a, b) => addForms(store, a!, b!));
    case 'subtract':
      return operate([cell.a, cell.b], 'modular', (a, b) => subtractForms(store, a!, b!));
    case 'multiply': {
      const readings = [cell.signedA, cell.signedB].map((signed): Reading => (signed ? 'signed' : 'unsigned'));
      return operate([cell.a, cell.b], readings, (a, b) => multiplyForms(store, a!, b!));
    }
    case 'and':
    case 'or':
    case 'xor': {
      const rule = { and: andForms, or: orForms, xor: xorForms }[cell.kind];
      return operate([cell.a, cell.b], naturalReading([word(cell.a), word(cell.b)]), (a, b) => rule(store, a!, b!));
    }
    case 'equal':
      return operate([cell.a, cell.b], naturalReading([word(cell.a), word(cell.b)]), (a, b) =>
        isZero(store, subtractForms(store, a!, b!)),
      );
    case 'less':
      return operate([cell.a, cell.b], cell.signed ? 'signed' : 'unsigned', (a, b) => isLess(store, a!, b!));
    case 'mux':
      return choose(store, word(cell.select), word(cell.a), word(cell.b), watcher);
    case 'rom': {
      const { words } = module.roms[cell.rom]!;
      return operate([cell.address], 'unsigned', (address) => tableForm(store, address!, 0n, words));
    }
    default:
      return cell satisfies never;
  }
}
