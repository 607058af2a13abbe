/** Circuits and netlists one edit away from a given one: the mistakes that a proof must not overlook. */
import { resultType, validateGraph } from '../../../src/circuit/index.ts';
import type { Circuit, LayerGraph, Op, WireType } from '../../../src/circuit/index.ts';
import { OVERFLOWS, QUANTIZATIONS } from '../../../src/fixed/index.ts';
import { validateNetlist } from '../../../src/netlist/index.ts';
import type { Cell, Module, Net, Netlist } from '../../../src/netlist/index.ts';
import type { RandomStream } from '../../../src/random/index.ts';

const choose = <T>(random: RandomStream, list: readonly T[]): T => list[random.integer(0, list.length)]!;

/** Change one operation of one layer; undefined where the result would not be a graph. */
export function editedGraph(graph: LayerGraph, random: RandomStream): LayerGraph | undefined {
  const at = random.integer(0, graph.layers.length);
  const layer = graph.layers[at]!;
  try {
    const circuit = editedCircuit(layer.circuit, random);
    if (circuit === undefined) return undefined;
    const edited = { ...graph, layers: graph.layers.with(at, { ...layer, circuit }) };
    validateGraph(edited);
    return edited;
  } catch {
    return undefined;
  }
}

function editedCircuit(circuit: Circuit, random: RandomStream): Circuit | undefined {
  const wires = circuit.ops.flatMap(({ kind }, wire) => (kind === 'input' ? [] : [wire]));
  if (wires.length === 0) return undefined;
  const wire = choose(random, wires);
  const old = circuit.ops[wire]!;
  const ops = [...circuit.ops];
  const types: WireType[] = [];
  let constant: bigint | undefined;
  if (old.kind === 'constant') constant = circuit.types[wire]!.lo + choose(random, [1n, -1n, 2n, -4n]);
  else {
    const edited = editedOperation(old, wire, random);
    if (edited === undefined) return undefined;
    ops[wire] = edited;
  }
  const tables = circuit.tables.map((table, k) => {
    if (old.kind !== 'table' || old.table !== k) return table;
    const entry = random.integer(0, table.values.length);
    return { ...table, values: table.values.with(entry, table.values[entry]! ^ 1n) };
  });
  ops.forEach((op, k) => {
    if (op.kind === 'input') types.push(circuit.types[k]!);
    else if (op.kind === 'constant') {
      const value = k === wire && constant !== undefined ? constant : circuit.types[k]!.lo;
      types.push({ lo: value, hi: value, fraction: circuit.types[k]!.fraction });
    } else types.push(resultType(op, (operand) => types[operand]!, tables));
  });
  return { ...circuit, ops, types, tables };
}

function editedOperation(op: Op, wire: number, random: RandomStream): Op | undefined {
  const other = (): number => random.integer(0, wire);
  switch (op.kind) {
    case 'input':
    case 'constant':
      return undefined;
    case 'add':
      return choose<() => Op>(random, [
        () => ({ ...op, subtract: !op.subtract }),
        () => ({ ...op, shift: op.shift + 1 }),
        () => ({ ...op, shift: op.shift - 1 }),
        () => ({ ...op, b: other() }),
      ])();
    case 'scale':
      return { ...op, shift: op.shift + choose(random, [-1, 1]) };
    case 'multiply':
    case 'bitwise':
      return { ...op, b: other() };
    case 'negate':
      return { kind: 'scale', a: op.a, shift: 0 };
    case 'compare':
      return { ...op, relation: choose(random, ['lt', 'le', 'eq', 'ne']) };
    case 'select':
      return random.integer(0, 2) === 0 ? { ...op, a: op.b, b: op.a } : { ...op, condition: other() };
    case 'table':
      return op;
    case 'cast': {
      const { format } = op;
      const overflows = OVERFLOWS.filter((mode) => format.signed || mode !== 'AP_WRAP_SM');
      return random.integer(0, 2) === 0
        ? { ...op, format: { ...format, quantization: choose(random, QUANTIZATIONS) } }
        : { ...op, format: { ...format, overflow: choose(random, overflows), saturationBits: 0 } };
    }
    default:
      return op satisfies never;
  }
}

/** Change one cell of one module, or the registers on one net; undefined where the result would not be a netlist. */
export function editedNetlist(netlist: Netlist, random: RandomStream): Netlist | undefined {
  const at = random.integer(0, netlist.modules.length);
  const module = editedModule(netlist.modules[at]!, random);
  if (module === undefined) return undefined;
  const edited = { ...netlist, modules: netlist.modules.with(at, module) };
  try {
    validateNetlist(edited);
    return edited;
  } catch {
    return undefined;
  }
}

function editedModule(module: Module, random: RandomStream): Module | undefined {
  const { cells, widths } = module;
  const places = cells.flatMap(({ kind }, net) => (kind === 'input' || kind === 'instance' ? [] : [net]));
  if (places.length === 0) return undefined;
  const net = choose(random, places);
  const cell = cells[net]!;
  /** An earlier net of the same width. */
  const other = (of: Net): Net => {
    const alike = cells.flatMap((_, k) => (k < net && widths[k] === widths[of] ? [k] : []));
    return alike.length === 0 ? of : choose(random, alike);
  };
  const put = (edited: Cell): Module => ({ ...module, cells: cells.with(net, edited) });
  switch (cell.kind) {
    case 'constant':
      return put({ ...cell, value: cell.value ^ (1n << BigInt(random.integer(0, widths[net]!))) });
    case 'extend':
      return put({ ...cell, signed: !cell.signed });
    case 'slice':
      return put({ ...cell, lsb: cell.lsb + choose(random, [-1, 1]) });
    case 'concat':
      return put({ ...cell, parts: cell.parts.map((part, k) => (k === 0 ? other(part) : part)) });
    case 'not':
      return put({ ...cell, a: other(cell.a) });
    case 'add':
      return put({ ...cell, kind: 'subtract' });
    case 'subtract':
      return put(random.integer(0, 2) === 0 ? { ...cell, kind: 'add' } : { ...cell, a: cell.b, b: cell.a });
    case 'and':
    case 'or':
    case 'xor':
      return put({ ...cell, kind: choose(random, ['and', 'or', 'xor'] as const) });
    case 'multiply':
      return put({ ...cell, signedA: !cell.signedA });
    case 'equal':
      return put({ ...cell, b: other(cell.b) });
    case 'less':
      return put(random.integer(0, 2) === 0 ? { ...cell, signed: !cell.signed } : { ...cell, a: cell.b, b: cell.a });
    case 'mux':
      return put(random.integer(0, 2) === 0 ? { ...cell, a: cell.b, b: cell.a } : { ...cell, a: other(cell.a) });
    case 'rom': {
      const { name, width, words } = module.roms[cell.rom]!;
      const entry = random.integer(0, words.length);
      const edited = words.with(entry, words[entry]! ^ (1n << BigInt(random.integer(0, width))));
      return { ...module, roms: module.roms.with(cell.rom, { name, width, words: edited }) };
    }
    case 'register': {
      const more = random.integer(0, 3);
      if (more === 0) {
        // One register more behind this one, for a register or an output that reads it.
        const late = cells.length;
        const reader = cells.findIndex(
          (candidate, k) => k !== net && candidate.kind === 'register' && candidate.d === net,
        );
        const longer = [
          ...cells,
          cell.reset === undefined ? { kind: 'register' as const, d: net } : { ...cell, d: net },
        ];
        if (reader >= 0) longer[reader] = { ...(cells[reader] as Extract<Cell, { kind: 'register' }>), d: late };
        const outputs = module.outputs.map((port) => (reader < 0 && port.net === net ? { ...port, net: late } : port));
        return { ...module, cells: longer, widths: [...widths, widths[net]!], outputs };
      }
      // Without its register: who reads it reads what it would have held. Or another net in it.
      if (more === 1) {
        const shorter = cells.map((candidate, k) => (k > net ? withNet(candidate, net, cell.d) : candidate));
        const outputs = module.outputs.map((port) => (port.net === net ? { ...port, net: cell.d } : port));
        return { ...module, cells: shorter, outputs };
      }
      return put({ ...cell, d: other(cell.d) });
    }
    default:
      return undefined;
  }
}

/** The cell with one net in place of another. */
function withNet(cell: Cell, from: Net, to: Net): Cell {
  const moved = Object.entries(cell).map(([key, value]) => {
    if (['a', 'b', 'd', 'select', 'address', 'enable'].includes(key) && value === from) return [key, to];
    if (key === 'parts') return [key, (value as readonly Net[]).map((part) => (part === from ? to : part))];
    return [key, value];
  });
  return Object.fromEntries(moved) as Cell;
}
