/** Names of all that stands in a stream design's test bench, clear of each other and of the design's ports. */
import { UnsupportedError } from '../errors.ts';
import { type Netlist, type StreamPort, busWidth, readyPort, validPort } from '../netlist/index.ts';
import { nameScope } from './names.ts';
import { netNames } from './net-names.ts';
import { portNames, prepareModule } from './prepare.ts';
import { describeAll } from './print.ts';
import type { StreamTraffic, StreamVectors } from './stream-vectors.ts';

/** A stream as the bench names it. */
export interface BenchStream {
  readonly valid: string;
  readonly data: string;
  readonly ready: string;
  readonly width: number;
  /** Memory of its beats, and the variable that counts them. */
  readonly words: string;
  readonly count: string;
  /** Beats in all scenarios. */
  readonly beats: readonly bigint[];
  /** Bit of its valid in a handshake word; ready is the next. */
  readonly bit: number;
}

/** A FIFO as the bench names it. */
export interface BenchFifo {
  readonly instance: string;
  /** Hierarchical name of its count, and the bits of it. */
  readonly register: string;
  readonly width: number;
  /** Memory of the expected maxima, and the variable of the present one. */
  readonly words: string;
  readonly maximum: string;
}

export interface StreamBenchNames {
  /** Module of the bench, and the instance of the design in it. */
  readonly bench: string;
  readonly dut: string;
  /** Module of the design, and its ports, clock and reset with them. */
  readonly top: string;
  readonly ports: readonly string[];
  readonly inputs: readonly BenchStream[];
  readonly outputs: readonly BenchStream[];
  readonly fifos: readonly BenchFifo[];
  /** Variables. */
  readonly done: string;
  readonly cycle: string;
  readonly scenario: string;
  readonly now: string;
  readonly handshakes: string;
  readonly mismatches: string;
  readonly file: string;
  readonly path: string;
}

/**
 * Name everything.
 *
 * @throws UnsupportedError if the netlist does not have the ports and FIFOs of the streams
 */
export function streamBenchNames(netlist: Netlist, vectors: StreamVectors): StreamBenchNames {
  const described = describeAll(netlist.modules);
  const top = described.get(netlist.top)!;
  const names = portNames(top);
  const ports = [...names.inputs, ...names.outputs];
  const scope = nameScope();
  for (const name of ['clk', 'rst', ...ports]) scope.take(name);
  const own = (name: string): string => scope.take(name);
  const dut = own('dut');
  const portOf = (name: string): string => {
    const lists = [
      [top.module.inputs, names.inputs],
      [top.module.outputs, names.outputs],
    ] as const;
    for (const [list, printed] of lists) {
      const at = list.findIndex((port) => port.name === name);
      if (at >= 0) return printed[at]!;
    }
    throw new UnsupportedError(`test bench: module ${netlist.top} has no port ${name}, must have one`);
  };
  const stream = (
    { name, type }: StreamPort,
    number: number,
    traffic: readonly StreamTraffic[],
    suffixes: readonly [string, string],
  ): BenchStream => ({
    valid: portOf(validPort(name)),
    data: portOf(name),
    ready: portOf(readyPort(name)),
    width: busWidth(type.formats),
    words: own(`${name}_${suffixes[0]}`),
    count: own(`${name}_${suffixes[1]}`),
    beats: traffic.flatMap(({ beats }) => beats),
    bit: 2 + 2 * number,
  });
  const { scenarios } = vectors;
  const inputs = vectors.inputs.map((port, k) =>
    stream(
      port,
      k,
      scenarios.map((scenario) => scenario.inputs[k]!),
      ['stimulus', 'sent'],
    ),
  );
  const outputs = vectors.outputs.map((port, k) =>
    stream(
      port,
      inputs.length + k,
      scenarios.map((scenario) => scenario.outputs[k]!),
      ['golden', 'seen'],
    ),
  );
  const fifos = fifoCounts(netlist, vectors).map(({ instance, net, width }): BenchFifo => ({
    instance,
    register: `${dut}.${instance}.${net}`,
    width,
    words: own(`${instance}_golden`),
    maximum: own(`${instance}_maximum`),
  }));
  return {
    bench: own(`${netlist.top}_tb`),
    dut,
    top: top.module.name,
    ports: [...(top.clock ? ['clk'] : []), ...(top.reset ? ['rst'] : []), ...ports],
    inputs,
    outputs,
    fifos,
    done: own('done'),
    cycle: own('cycle'),
    scenario: own('scenario'),
    now: own('now'),
    handshakes: own('handshakes'),
    mismatches: own('mismatches'),
    file: own('file'),
    path: own('path'),
  };
}

/** Names in the Verilog of each FIFO's instance and count. */
function fifoCounts(
  netlist: Netlist,
  { fifos }: StreamVectors,
): readonly { readonly instance: string; readonly net: string; readonly width: number }[] {
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const printed = new Set(prepareModule(top, describeAll(netlist.modules)).instances.map(({ name }) => name));
  const nets = netNames(netlist);
  return fifos.map(({ instance }) => {
    const called = top.instances.find(({ name }) => name === instance);
    const module = called && netlist.modules.find(({ name }) => name === called.module);
    const count =
      module &&
      Object.keys(module.names)
        .map(Number)
        .find((net) => module.names[net] === 'count');
    const net = count === undefined ? undefined : nets.get(module!.name)?.get(count);
    if (net === undefined || !printed.has(instance))
      throw new UnsupportedError(`test bench: module ${netlist.top} has no FIFO ${instance} with a register count`);
    return { instance, net, width: module!.widths[count!]! };
  });
}
