import { describe, expect, it } from 'vitest';
import { combinationalPaths, implicitPorts, moduleBuilder, sourcesOf } from '../../src/netlist/index.ts';

const wires = moduleBuilder('wires', '');
wires.output('y', wires.not(wires.input('a', 1)));
const data = moduleBuilder('data', '');
const [a, b] = [data.input('a', 1), data.input('b', 1)];
data.output('now', data.and(a, b));
data.output('later', data.register(a));
data.output('again', b);
const wrapper = moduleBuilder('wrapper', '');
const [p, q] = [wrapper.input('p', 1), wrapper.input('q', 1)];
const [now, later] = wrapper.instance('u_data', data.build(), [wrapper.not(q), p]);
wrapper.output('first', now!);
wrapper.output('second', later!);
const state = moduleBuilder('state', '');
state.output('y', state.register(state.input('a', 1), { reset: 0n }));
const buffer = moduleBuilder('buffer', '');
const words = buffer.addMemory('words', 1, 2);
const [enable, to, from] = ['enable', 'to', 'from'].map((name) => buffer.input(name, 1)) as [number, number, number];
buffer.output('y', buffer.memory(from, words));
buffer.memoryWrite(words, enable, to, to);
const top = moduleBuilder('top', '');
const [inner] = top.instance('u_state', state.build(), [top.input('a', 1)]);
top.output('y', inner!);
const modules = [wires, data, wrapper, state, buffer, top].map((builder) => builder.build());

describe('implicitPorts', () => {
  it('asks for clock and reset only where a register or memory below needs them', () => {
    const ports = implicitPorts({ name: 'n', top: 'top', modules });
    expect(Object.fromEntries(ports)).toEqual({
      wires: { clock: false, reset: false },
      data: { clock: true, reset: false },
      wrapper: { clock: true, reset: false },
      state: { clock: true, reset: true },
      buffer: { clock: true, reset: false },
      top: { clock: true, reset: true },
    });
  });
});

describe('combinationalPaths', () => {
  it('lists the inputs that an output follows within the cycle, through instances', () => {
    const own = combinationalPaths(modules[1]!, new Map());
    expect(own).toEqual([[0, 1], [], [1]]);
    expect(combinationalPaths(modules[2]!, new Map([['data', own]]))).toEqual([[0, 1], []]);
  });

  it('runs from the address that a memory is read at, not from what is written', () => {
    expect(combinationalPaths(modules[4]!, new Map())).toEqual([[2]]);
  });
});

describe('sourcesOf', () => {
  it('lists what a word depends on: the address, and what is written', () => {
    const module = modules[4]!;
    expect(sourcesOf(module.cells[module.outputs[0]!.net]!, module)).toEqual([from, enable, to, to]);
  });
});
