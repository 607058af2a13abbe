import { describe, expect, it } from 'vitest';
import { validateStreamNetlist } from '../../../src/netlist/index.ts';
import { forkJoin, sumAndDifference } from './hand-made-joins.ts';
import { queue, slice } from './hand-made.ts';

describe('validateStreamNetlist', () => {
  it('takes designs that keep the contract', () => {
    for (const { design } of [slice(), queue(2), forkJoin(4), sumAndDifference()]) {
      expect(() => validateStreamNetlist(design)).not.toThrow();
    }
  });

  it('names a port that is absent, or has other bits than its stream', () => {
    const { design } = slice();
    const [x] = design.inputs;
    const named = { ...design, inputs: [{ name: 'z', type: x!.type }] };
    const wide = {
      ...design,
      inputs: [{ name: 'x', type: { formats: [...x!.type.formats, x!.type.formats[0]!], elements: [] } }],
    };
    expect(() => validateStreamNetlist(named)).toThrow(
      'stream design one_slice: port z_valid has no bits, must have 1',
    );
    expect(() => validateStreamNetlist(wide)).toThrow('port x has 8 bits, must have 13');
  });

  it('names ports that belong to no stream, and designs without streams on one side', () => {
    const { design } = sumAndDifference();
    expect(() => validateStreamNetlist({ ...design, inputs: design.inputs.slice(1) })).toThrow(
      'stream design sum and difference has 6 input ports, its streams make 4',
    );
    expect(() => validateStreamNetlist({ ...design, outputs: [] })).toThrow(
      'has 2 input and 0 output streams, must have at least 1 of each',
    );
  });

  it('names a ready that follows its own valid', () => {
    expect(() => validateStreamNetlist(slice('listens').design)).toThrow(
      'stream design one_slice: x_ready follows x_valid within the cycle, must not depend on it',
    );
  });

  it('names a FIFO that is none', () => {
    const { design } = queue(2);
    const [fifo] = design.fifos;
    expect(() => validateStreamNetlist({ ...design, fifos: [{ ...fifo!, instance: 'fifo_1_y' }] })).toThrow(
      'stream design queue has no FIFO fifo_1_y',
    );
    const bare = slice().design;
    expect(() => validateStreamNetlist({ ...bare, fifos: [{ ...fifo!, instance: 'u_slice' }] })).toThrow(
      'FIFO u_slice of one_slice has no net count, must have one',
    );
  });
});
