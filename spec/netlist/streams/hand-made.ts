/**
 * Small stream designs made by hand, right ones and wrong ones, for specs of those who drive them.
 *
 * Each comes with what it must compute. The wrong ones break one rule each, and only under stalls where they can.
 */
import type { StreamType } from '../../../src/circuit/index.ts';
import { fixed, ufixed } from '../../../src/fixed/index.ts';
import { moduleBuilder } from '../../../src/netlist/index.ts';
import type { Module, ModuleBuilder, Net, StreamNetlist } from '../../../src/netlist/index.ts';

/** Raw codes by place, per input or output. */
export type Sample = readonly (readonly bigint[])[];

export interface HandMade {
  readonly design: StreamNetlist;
  /** What one sample must become. */
  readonly compute: (sample: Sample) => Sample;
}

/** Three beats of two elements, the sample column by column. */
const columns: StreamType = {
  formats: [fixed(5, 3), ufixed(3, 3)],
  elements: [
    [0, 3],
    [1, 4],
    [2, 5],
  ],
};

/** Beats of one element. */
export const scalars = (beats: number, width: number): StreamType => ({
  formats: [fixed(width, width)],
  elements: Array.from({ length: beats }, (_, k) => [k]),
});

export type FifoFault = 'none' | 'reorders' | 'overflows' | 'miscounts';

/** A FIFO of registers with the ports of `inputPorts`: falls through when empty, ready while a place is free. */
export function fifoModule(name: string, width: number, depth: number, fault: FifoFault = 'none'): Module {
  const b = moduleBuilder(name, `holds ${depth} beats`);
  const { offer, x, outReady } = inputPorts(b, width);
  const bits = depth.toString(2).length;
  const number = (value: number): Net => b.constant(BigInt(value), bits);
  const count = b.registerPlaceholder(bits, { reset: 0n });
  b.name(count, 'count');
  const isFree = b.less(count, number(fault === 'overflows' ? 2 ** bits - 1 : depth), false);
  const inValid = b.and(offer, isFree);
  const isEmpty = b.equal(count, number(0));
  const passes = b.and(b.and(isEmpty, inValid), outReady);
  const push = b.and(inValid, b.not(passes));
  const pop = b.and(b.not(isEmpty), outReady);
  b.name(inValid, 'in_valid');
  const rest = b.subtract(count, b.extend(pop, bits, false));
  const next = b.add(rest, b.extend(push, bits, false));
  // The wrong count forgets a beat that enters while another leaves.
  b.connect(count, fault === 'miscounts' ? b.mux(b.and(push, pop), rest, next) : next);
  const places = Array.from({ length: depth }, () => b.registerPlaceholder(width));
  places.forEach((place, k) => {
    const older = places[k + 1];
    const kept = older === undefined ? place : b.mux(pop, older, place);
    const loads = b.and(push, b.equal(rest, number(k)));
    if (fault !== 'reorders' || k === 0 || k > 2) return b.connect(place, b.mux(loads, x, kept));
    // A third beat overtakes the second.
    const overtakes = b.and(b.and(push, b.not(pop)), b.equal(count, number(2)));
    return b.connect(place, b.mux(overtakes, k === 1 ? x : places[1]!, b.mux(loads, x, kept)));
  });
  b.output('out_valid', b.or(inValid, b.not(isEmpty)));
  b.output('y', b.mux(isEmpty, x, places[0]!));
  b.output('in_ready', isFree);
  return b.build();
}

/** Inputs `offer`, `x` and `out_ready`; the outputs `out_valid`, `y` and `in_ready` must follow, in this order. */
export function inputPorts(b: ModuleBuilder, width: number): { offer: Net; x: Net; outReady: Net } {
  for (const port of ['out_valid', 'y', 'in_ready']) b.reserve(port);
  return { offer: b.input('offer', 1), x: b.input('x', width), outReady: b.input('out_ready', 1) };
}

/** One beat in a register; takes the next while it is taken. Ports as of `inputPorts`. */
export function sliceModule(name: string, width: number, fault: SliceFault = 'none'): Module {
  const b = moduleBuilder(name, 'register slice');
  const { offer, x, outReady } = inputPorts(b, width);
  const full = b.registerPlaceholder(1, { reset: fault === 'invents' ? 1n : 0n });
  b.name(full, 'full');
  const waited = b.register(b.and(full, b.not(outReady)), { reset: 0n });
  // A duplicating slice forgets that a beat is gone once it has waited.
  const leaves = fault === 'duplicates' ? b.and(outReady, b.not(waited)) : outReady;
  const isFree = b.or(b.not(full), leaves);
  b.connect(full, b.or(b.and(offer, isFree), b.and(full, b.not(leaves))));
  const data = b.register(x, { enable: fault === 'overwrites' ? offer : b.and(offer, isFree) });
  const last = b.extend(waited, width, false);
  b.output('out_valid', fault === 'withdraws' ? b.and(full, b.not(waited)) : full);
  b.output('y', fault === 'changes' ? b.xor(data, last) : data);
  const always = fault === 'drops' || fault === 'overwrites';
  const ready = fault === 'listens' ? b.and(isFree, offer) : isFree;
  b.output('in_ready', always ? b.constant(1n, 1) : ready);
  return b.build();
}

/** All but the first three break a rule only under stalls; `listens` makes ready depend on its own valid. */
export type SliceFault =
  | 'none'
  | 'listens'
  | 'invents'
  | 'withdraws'
  | 'changes'
  | 'duplicates'
  | 'drops'
  | 'overwrites';

const widthOf = ({ formats }: StreamType): number => formats.reduce((sum, { width }) => sum + width, 0);

/** A design of one module between its ports, of which the top module adds only names. */
function between(name: string, instance: string, module: Module, x: StreamType, y: StreamType): StreamNetlist {
  const b = moduleBuilder(name, `${instance} between two ports`);
  const inputs = [b.input('x_valid', 1), b.input('x', widthOf(x)), b.input('y_ready', 1)];
  const [valid, data, ready] = b.instance(instance, module, inputs) as [Net, Net, Net];
  b.output('x_ready', ready);
  b.output('y_valid', valid);
  b.output('y', data);
  return {
    netlist: { name, top: name, modules: [module, b.build()] },
    inputs: [{ name: 'x', type: x }],
    outputs: [{ name: 'y', type: y }],
    fifos: [],
  };
}

/** x → register slice → y. */
export function slice(fault: SliceFault = 'none'): HandMade {
  const module = sliceModule('slice', widthOf(columns), fault);
  return { design: between('one_slice', 'u_slice', module, columns, columns), compute: (sample) => sample };
}

/** x → FIFO → y. */
export function queue(depth: number, fault: FifoFault = 'none'): HandMade {
  const width = widthOf(columns);
  const module = fifoModule('fifo', width, depth, fault);
  const design = between('queue', 'fifo_0_y', module, columns, columns);
  const fifos = [{ instance: 'fifo_0_y', from: 'x', to: 'y', width, depth }];
  return { design: { ...design, fifos }, compute: (sample) => sample };
}

/** Four beats become two: each beat of the output is the sum of two of the input. `loses` forgets every fifth beat. */
export function pairs(fault: 'none' | 'loses' = 'none'): HandMade {
  const b = moduleBuilder('pair_sums', 'adds two beats');
  const { offer, x, outReady } = inputPorts(b, 6);
  const half = b.registerPlaceholder(1, { reset: 0n });
  const isReady = b.or(b.not(half), outReady);
  const takes = b.and(offer, isReady);
  let hears = takes;
  let shows = b.and(half, offer);
  if (fault === 'loses') {
    const count = b.registerPlaceholder(3, { reset: 0n });
    const isFifth = b.equal(count, b.constant(4n, 3));
    const next = b.mux(isFifth, b.constant(0n, 3), b.add(count, b.constant(1n, 3)));
    b.connect(count, b.mux(takes, next, count));
    hears = b.and(takes, b.not(isFifth));
    shows = b.and(shows, b.not(isFifth));
  }
  b.connect(half, b.xor(half, hears));
  const first = b.register(x, { enable: hears });
  b.output('out_valid', shows);
  b.output('y', b.add(b.extend(first, 7, true), b.extend(x, 7, true)));
  b.output('in_ready', isReady);
  return {
    design: between('pairs', 'u_sums', b.build(), scalars(4, 6), scalars(2, 7)),
    compute: ([x]) => [[x![0]! + x![1]!, x![2]! + x![3]!]],
  };
}
