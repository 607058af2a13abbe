/**
 * The clock-accurate simulator of a netlist. It knows cells, not circuits: what it shows is what the registers do.
 *
 * Two states per bit. Registers and memories start at a pattern that is wrong on purpose (all ones unless told otherwise),
 * so that a design that relies on its initial state shows; a memory read beyond its last word gives all ones. The one clock is implicit: `step` is one rising edge.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { RESET, addressWidth, ones } from '../netlist/index.ts';
import type { ModulePort, Netlist } from '../netlist/index.ts';
import { elaborate } from './elaborate.ts';
import type { Scope } from './elaborate.ts';
import { compileProgram, loadPattern, storePattern, wordsOf } from './program.ts';
import { registers } from './registers.ts';
import { interpretProgram, translateProgram } from './translate.ts';

/** How a simulation starts and runs. */
export interface SimulatorOptions {
  /**
   * Bit that fills every register and memory at the start.
   * @defaultValue 1
   */
  readonly initialBit?: 0 | 1;
  /**
   * How cells are evaluated: by generated WebAssembly, or by a loop that needs none and starts at once. Both give the
   * same bits.
   * @defaultValue 'wasm'
   */
  readonly engine?: 'wasm' | 'loop';
}

/** A named value in the hierarchy. */
export interface Signal {
  /** Instance names from the top down; empty in the top module. */
  readonly path: readonly string[];
  readonly name: string;
  readonly width: number;
  /** Place of the value: signals with equal slots always have equal values. */
  readonly slot: number;
  /** Read the value as a bit pattern, for the current inputs. */
  read(): bigint;
}

/** A running netlist: it has state, and `set` and `step` change it. */
export interface Simulator {
  /** Rising edges so far. */
  readonly cycle: number;
  /** Data inputs and outputs of the top module, without the implicit ones. */
  readonly inputs: readonly ModulePort[];
  readonly outputs: readonly ModulePort[];
  /** Drive an input of the top module, or `rst`, with a bit pattern, 0 ≤ value < 2^width. */
  set(input: string, value: bigint | number): void;
  /** One rising edge: every register loads what stands at its input, every memory is written as its enable says. */
  step(): void;
  /** Bit pattern of an output of the top module in the current cycle, for the current inputs. */
  get(output: string): bigint;
  /** Bit pattern of any named net: instance names and net name joined by dots, or `#n` for net n of the module. */
  peek(path: string): bigint;
  /** Give a function that reads a net of at most 32 bits, found once by its path, as an unsigned number. */
  probe(path: string): () => number;
  /** Copy all values of the current cycle. After two cycles with equal copies nothing changes until an input does. */
  snapshot(): Int32Array;
  /** All named nets and ports, top module first. */
  signals(): readonly Signal[];
}

/** Where one memory takes what is written to it. */
interface MemoryPlan {
  readonly enable: number;
  readonly address: number;
  readonly data: number;
  /** 32-bit words of one of its words. */
  readonly stride: number;
  readonly words: number;
  readonly contents: number;
}

/**
 * Start a simulation of a netlist.
 *
 * @throws ShapeError if the netlist is not valid
 */
export function createSimulator(netlist: Netlist, options: SimulatorOptions = {}): Simulator {
  const { top, scopes, cells, memories, order } = elaborate(netlist);
  const program = compileProgram(cells, memories, order);
  const { offsets } = program;
  const { memory, run } = options.engine === 'loop' ? interpretProgram(program) : translateProgram(program);
  cells.forEach(({ cell, width }, slot) => {
    if (cell.kind === 'constant') storePattern(memory, offsets[slot]!, width, cell.value);
    const isSet = cell.kind === 'register' && options.initialBit !== 0;
    if (isSet) storePattern(memory, offsets[slot]!, width, ones(width));
  });
  const state = registers(cells, offsets, memory);

  const memoryPlans = memories.map(({ memory: { words, width }, enable, address, data }, k): MemoryPlan => {
    const stride = wordsOf(width);
    const contents = program.contents[k]!;
    const end = contents + stride * 2 ** addressWidth(words);
    for (let at = contents; at < end; at += stride) {
      const isBeyond = at >= contents + stride * words;
      if (isBeyond || options.initialBit !== 0) storePattern(memory, at, width, ones(width));
    }
    return {
      enable: offsets[enable]!,
      address: offsets[address]!,
      data: offsets[data]!,
      stride,
      words,
      contents,
    };
  });
  const writeMemories = (): void => {
    for (const { enable, address, data, stride, words, contents } of memoryPlans) {
      const at = memory[address]!;
      if (memory[enable] === 0 || at >= words) continue;
      const to = contents + at * stride;
      for (let w = 0; w < stride; w += 1) memory[to + w] = memory[data + w]!;
    }
  };

  let cycle = 0;
  let resetting = false;
  let stale = true;
  const settle = (): void => {
    if (stale) run();
    stale = false;
  };
  const portOf = (ports: readonly ModulePort[], name: string, what: string): ModulePort => {
    const port = ports.find((candidate) => candidate.name === name);
    if (port === undefined) {
      throw new ValueError(
        `module ${top.name} has no ${what} ${name}, must be one of ${ports.map((p) => p.name).join(', ')}`,
      );
    }
    return port;
  };
  const offsetOf = (scope: Scope, net: number): number => offsets[scope.slots[net]!]!;
  const topScope = scopes[0]!;
  const scopeAt = new Map(scopes.map((scope) => [scope.path.join('.'), scope]));
  const inputPorts = new Map(top.inputs.map((port) => [port.name, { port, offset: offsetOf(topScope, port.net) }]));

  const findNet = (scope: Scope, name: string): number | undefined => {
    const { module } = scope;
    if (/^#\d+$/.test(name)) return Number(name.slice(1)) < module.cells.length ? Number(name.slice(1)) : undefined;
    const port = [...module.inputs, ...module.outputs].find((candidate) => candidate.name === name);
    if (port !== undefined) return port.net;
    const named = Object.entries(module.names).find(([, text]) => text === name);
    return named === undefined ? undefined : Number(named[0]);
  };

  const locate = (path: string): { readonly offset: number; readonly width: number } => {
    const parts = path.split('.');
    const name = parts.pop()!;
    const scope = scopeAt.get(parts.join('.'));
    if (scope === undefined) {
      throw new ValueError(
        `there is no instance ${parts.join('.')}, must be one of ${[...scopeAt.keys()].filter((key) => key !== '').join(', ')}`,
      );
    }
    const net = findNet(scope, name);
    if (net === undefined) throw new ValueError(`module ${scope.module.name} has no net ${name}`);
    return { offset: offsetOf(scope, net), width: scope.module.widths[net]! };
  };

  return {
    get cycle() {
      return cycle;
    },
    inputs: top.inputs,
    outputs: top.outputs,
    set: (name, value) => {
      const pattern = BigInt(value);
      if (name === RESET) {
        resetting = pattern !== 0n;
        return;
      }
      const { port, offset } = inputPorts.get(name) ?? { port: portOf(top.inputs, name, 'input'), offset: -1 };
      if (pattern < 0n || pattern > ones(port.width)) {
        throw new ShapeError(`input ${name} gets ${pattern}, must be a pattern of ${port.width} bits`);
      }
      storePattern(memory, offset, port.width, pattern);
      stale = true;
    },
    step: () => {
      settle();
      state.sample(resetting);
      // What is written may stand in registers: before they load.
      writeMemories();
      state.load();
      cycle += 1;
      stale = true;
    },
    get: (name) => {
      const port = portOf(top.outputs, name, 'output');
      settle();
      return loadPattern(memory, offsetOf(topScope, port.net), port.width);
    },
    peek: (path) => {
      const { offset, width } = locate(path);
      settle();
      return loadPattern(memory, offset, width);
    },
    probe: (path) => {
      const { offset, width } = locate(path);
      if (width > 32) throw new ShapeError(`net ${path} has ${width} bits, must have at most 32 to be probed`);
      return () => {
        settle();
        return memory[offset]! >>> 0;
      };
    },
    snapshot: () => {
      settle();
      return memory.slice(0, program.words);
    },
    signals: () =>
      scopes.flatMap((scope) =>
        namedNets(scope).map(({ name, net }): Signal => {
          const slot = scope.slots[net]!;
          const width = scope.module.widths[net]!;
          return {
            path: scope.path,
            name,
            width,
            slot,
            read: () => {
              settle();
              return loadPattern(memory, offsets[slot]!, width);
            },
          };
        }),
      ),
  };
}

/** Ports first, then named nets, each name once. */
function namedNets({ module }: Scope): readonly { readonly name: string; readonly net: number }[] {
  const ports = [...module.inputs, ...module.outputs].map(({ name, net }) => ({ name, net }));
  const taken = new Set(ports.map((port) => port.name));
  const nets = Object.entries(module.names)
    .filter(([, name]) => !taken.has(name))
    .map(([net, name]) => ({ name, net: Number(net) }));
  return [...ports, ...nets];
}
