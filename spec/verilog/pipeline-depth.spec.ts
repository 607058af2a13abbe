import { describe, expect, it } from 'vitest';
import { type Module, moduleBuilder, type Net } from '../../src/netlist/index.ts';
import { pipelineDepth } from '../../src/verilog/pipeline-depth.ts';
import { printModule } from '../../src/verilog/index.ts';

/** Two elements of four bits, each with so many registers on its way to the output. */
function delays(name: string, low: number, high: number): Module {
  const builder = moduleBuilder(name, name);
  const x = builder.input('x', 8);
  const after = (net: Net, registers: number): Net => {
    let delayed = net;
    for (let k = 0; k < registers; k += 1) delayed = builder.register(delayed);
    return delayed;
  };
  builder.output('y', builder.concat([after(builder.slice(x, 4, 4), high), after(builder.slice(x, 0, 4), low)]));
  return builder.build();
}

function around(callee: Module): Module {
  const builder = moduleBuilder('around', 'around');
  const [y] = builder.instance('u', callee, [builder.input('x', 8)]);
  builder.output('y', builder.register(y!));
  return builder.build();
}

/** A word that stays in a memory for as long as the addresses say. */
function buffer(): Module {
  const builder = moduleBuilder('buffer', 'buffer');
  const x = builder.input('x', 8);
  const words = builder.addMemory('words', 8, 4);
  builder.memoryWrite(words, builder.slice(x, 7, 1), builder.slice(x, 0, 2), x);
  builder.output('y', builder.memory(builder.slice(x, 2, 2), words));
  return builder.build();
}

describe('pipelineDepth', () => {
  it('is the number of registers on every way through a module, instances included', () => {
    const callee = delays('even', 2, 2);
    const own = pipelineDepth(callee, new Map());
    expect(own).toMatchObject({ depth: 2, isUniform: true });
    expect(pipelineDepth(around(callee), new Map([['even', own]]))).toMatchObject({ depth: 3, isUniform: true });
    expect(printModule(around(callee), [callee])).toContain('\n// Pipeline depth: 3 registers from input to output.\n');
  });

  it('is the largest where elements differ, and unknown in the modules around', () => {
    const callee = delays('uneven', 1, 3);
    const own = pipelineDepth(callee, new Map());
    expect(own).toMatchObject({ depth: 3, isUniform: false });
    expect(pipelineDepth(around(callee), new Map([['uneven', own]]))?.depth).toBeUndefined();
    expect(printModule(callee)).toContain('\n// Pipeline depth: at most 3 registers from input to output.\n');
    expect(printModule(around(callee), [callee])).not.toContain('epth');
  });

  it('is unknown where a memory holds values, and in the modules around', () => {
    const own = pipelineDepth(buffer(), new Map());
    expect(own?.depth).toBeUndefined();
    expect(pipelineDepth(around(buffer()), new Map([['buffer', own]]))?.depth).toBeUndefined();
    expect(printModule(buffer())).not.toContain('epth');
  });
});
