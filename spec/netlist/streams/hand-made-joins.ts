/** Stream designs made by hand in which streams part and meet again: several ports, and a deadlock on purpose. */
import { moduleBuilder } from '../../../src/netlist/index.ts';
import type { Module, Net } from '../../../src/netlist/index.ts';
import { type HandMade, fifoModule, inputPorts, scalars, sliceModule } from './hand-made.ts';

const bits = 6;

/** Takes four beats, then gives them last first. */
function reverseModule(): Module {
  const b = moduleBuilder('reverse', 'gives groups of four beats backwards');
  const { offer, x, outReady } = inputPorts(b, bits);
  const gives = b.registerPlaceholder(1, { reset: 0n });
  const at = b.registerPlaceholder(2, { reset: 0n });
  const number = (value: number): Net => b.constant(BigInt(value), 2);
  const takes = b.and(offer, b.not(gives));
  const leaves = b.and(gives, outReady);
  const isLast = b.equal(at, number(3));
  const isFirst = b.equal(at, number(0));
  b.connect(gives, b.mux(gives, b.not(b.and(leaves, isFirst)), b.and(takes, isLast)));
  const up = b.mux(b.and(takes, b.not(isLast)), b.add(at, number(1)), at);
  b.connect(at, b.mux(b.and(leaves, b.not(isFirst)), b.subtract(at, number(1)), up));
  const places = [0, 1, 2, 3].map((k) => b.register(x, { enable: b.and(takes, b.equal(at, number(k))) }));
  b.output('out_valid', gives);
  b.output(
    'y',
    places.reduce((value, place, k) => b.mux(b.equal(at, number(k)), place, value)),
  );
  b.output('in_ready', b.not(gives));
  return b.build();
}

/**
 * Beats beside their groups backwards: the long way holds back four beats, so that the FIFO of the short way needs four
 * places; with fewer the design waits for itself.
 */
export function forkJoin(depth: number): HandMade {
  const [reverse, short, long] = [reverseModule(), fifoModule('short', bits, depth), fifoModule('long', bits, 2)];
  const b = moduleBuilder('fork_join', 'beats beside their groups backwards');
  const valid = b.input('x_valid', 1);
  const data = b.input('x', bits);
  const yReady = b.input('y_ready', 1);
  for (const port of ['x_ready', 'y_valid', 'y']) b.reserve(port);
  const near = b.openInstance('fifo_0_join', short);
  const back = b.openInstance('u_reverse', reverse);
  const far = b.openInstance('fifo_1_join', long);
  const [nearValid, nearData, nearReady] = near.outputs as [Net, Net, Net];
  const [backValid, backData, backReady] = back.outputs as [Net, Net, Net];
  const [farValid, farData, farReady] = far.outputs as [Net, Net, Net];
  near.connect([b.and(valid, backReady), data, b.and(farValid, yReady)]);
  back.connect([b.and(valid, nearReady), data, farReady]);
  far.connect([backValid, backData, b.and(nearValid, yReady)]);
  b.output('x_ready', b.and(nearReady, backReady));
  b.output('y_valid', b.and(nearValid, farValid));
  b.output('y', b.concat([farData, nearData]));
  const { formats } = scalars(4, bits);
  const fifos = [
    { instance: 'fifo_0_join', from: 'x', to: 'join', width: bits, depth },
    { instance: 'fifo_1_join', from: 'reverse', to: 'join', width: bits, depth: 2 },
  ];
  return {
    design: {
      netlist: { name: 'fork join', top: 'fork_join', modules: [reverse, short, long, b.build()] },
      inputs: [{ name: 'x', type: scalars(4, bits) }],
      outputs: [
        { name: 'y', type: { formats: [...formats, ...formats], elements: [0, 1, 2, 3].map((k) => [k, k + 4]) } },
      ],
      fifos,
    },
    compute: ([x]) => [[...x!, ...x!.toReversed()]],
  };
}

/** Sums and differences of the beats of two inputs, at two outputs that stall each for itself. */
export function sumAndDifference(): HandMade {
  const [fifo, slice] = [fifoModule('fifo', bits, 3), sliceModule('slice', bits + 1)];
  const b = moduleBuilder('sum_and_difference', 'adds and subtracts beats of two streams');
  const ins = ['a', 'b'].map((name) => ({ name, valid: b.input(`${name}_valid`, 1), data: b.input(name, bits) }));
  const outs = ['sum', 'difference'].map((name) => ({ name, ready: b.input(`${name}_ready`, 1) }));
  for (const { name } of ins) b.reserve(`${name}_ready`);
  for (const { name } of outs) for (const port of [`${name}_valid`, name]) b.reserve(port);
  const fifos = ins.map((_, k) => b.openInstance(`fifo_${k}_add`, fifo));
  const slices = outs.map(({ name }) => b.openInstance(`u_${name}`, slice));
  const valid = fifos.map(({ outputs }) => outputs[0]!);
  const [x, y] = fifos.map(({ outputs }) => b.extend(outputs[1]!, bits + 1, true)) as [Net, Net];
  const free = slices.map(({ outputs }) => outputs[2]!);
  const both = (nets: readonly Net[]): Net => b.and(nets[0]!, nets[1]!);
  ins.forEach(({ name, valid: offer, data }, k) => {
    fifos[k]!.connect([offer, data, b.and(valid[1 - k]!, both(free))]);
    b.output(`${name}_ready`, fifos[k]!.outputs[2]!);
  });
  outs.forEach(({ name, ready }, k) => {
    slices[k]!.connect([b.and(both(valid), free[1 - k]!), k === 0 ? b.add(x, y) : b.subtract(x, y), ready]);
    b.output(`${name}_valid`, slices[k]!.outputs[0]!);
    b.output(name, slices[k]!.outputs[1]!);
  });
  return {
    design: {
      netlist: { name: 'sum and difference', top: 'sum_and_difference', modules: [fifo, slice, b.build()] },
      inputs: ins.map(({ name }) => ({ name, type: scalars(3, bits) })),
      outputs: outs.map(({ name }) => ({ name, type: scalars(3, bits + 1) })),
      fifos: ins.map(({ name }, k) => ({ instance: `fifo_${k}_add`, from: name, to: 'add', width: bits, depth: 3 })),
    },
    compute: ([a, c]) => [a!.map((code, k) => code + c![k]!), a!.map((code, k) => code - c![k]!)],
  };
}
