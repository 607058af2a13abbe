import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlockError, MismatchError, ShapeError, ValueError } from '../../../src/errors.ts';
import type { Module, StreamNetlist } from '../../../src/netlist/index.ts';
import { createSimulator, simulateStreams } from '../../../src/simulation/index.ts';
import type { StallPattern } from '../../../src/simulation/index.ts';
import { type HandMade, pairs, queue, slice } from '../../netlist/streams/hand-made.ts';
import { forkJoin, sumAndDifference } from '../../netlist/streams/hand-made-joins.ts';
import { samplesOf, stallsOf } from './stalls.ts';

const right: Readonly<Record<string, HandMade>> = {
  'a register slice': slice(),
  'a FIFO of one place': queue(1),
  'a FIFO of three places': queue(3),
  'sums of pairs': pairs(),
  'a fork joined again': forkJoin(4),
  'two inputs and two outputs': sumAndDifference(),
};

describe('right designs under random stalls', () => {
  for (const [name, { design, compute }] of Object.entries(right)) {
    const simulator = createSimulator(design.netlist);
    it(`lose, double, reorder and change no beat: ${name}`, () => {
      fc.assert(
        fc.property(samplesOf(design), stallsOf(design), (samples, stalls) => {
          const run = simulateStreams(design, samples, { stalls, simulator });
          expect(run.outputs).toEqual(samples.map(compute));
          for (const { maximum, depth } of run.fifos) expect(maximum).toBeLessThanOrEqual(depth);
        }),
        { numRuns: 60 },
      );
    });
  }

  it('show the same in a new simulator as in one that has run', () => {
    const { design } = queue(3);
    const simulator = createSimulator(design.netlist, { engine: 'loop' });
    fc.assert(
      fc.property(samplesOf(design), stallsOf(design), (samples, stalls) => {
        expect(simulateStreams(design, samples, { stalls, simulator })).toEqual(
          simulateStreams(design, samples, { stalls }),
        );
      }),
      { numRuns: 20 },
    );
  });
});

/** Samples of counting codes that fit all formats. */
const counting = (places: number, samples: number): bigint[][][] =>
  Array.from({ length: samples }, (_, k) => [Array.from({ length: places }, (_, p) => BigInt((k * places + p) % 8))]);

const halfStalled: StallPattern = { kind: 'random', seed: 1, probability: 0.5 };

describe('wrong designs', () => {
  const run = (
    { design, compute }: HandMade,
    y: StallPattern,
    samples = counting(6, 8),
    x: StallPattern = { kind: 'never' },
  ): void => {
    const { outputs } = simulateStreams(design, samples, { stalls: { x, y } });
    if (JSON.stringify(outputs, text) !== JSON.stringify(samples.map(compute), text)) throw new Error('other values');
  };
  const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);

  it.each([
    ['drops', /lost beats.*beats of "y"/],
    ['overwrites', /Output "y" changes beat \d+ from 0x\w+ to 0x\w+ in cycle \d+, must hold it/],
    ['changes', /Output "y" changes beat \d+/],
    ['withdraws', /Output "y" withdraws beat \d+ in cycle \d+, must hold it/],
    ['duplicates', /Output "y" gives beat 0 of sample 1 in cycle \d+, before any beat of it came in/],
  ] as const)('a slice that %s under stalls is found out', (fault, message) => {
    expect(() => run(slice(fault), halfStalled)).toThrow(MismatchError);
    expect(() => run(slice(fault), halfStalled)).toThrow(message);
  });

  it('without stalls outside, the same faults stay hidden', () => {
    for (const fault of ['drops', 'overwrites', 'changes', 'withdraws', 'duplicates'] as const) {
      expect(() => run(slice(fault), { kind: 'never' })).not.toThrow();
    }
  });

  it('an output without a cause, and a ready that listens to its own valid, are found out', () => {
    const late: StallPattern = { kind: 'random', seed: 3, probability: 0.9 };
    expect(() => run(slice('invents'), { kind: 'never' }, counting(6, 1), late)).toThrow(
      'Output "y" gives beat 0 of sample 0 in cycle 0, before any beat of it came in.',
    );
    expect(() => run(slice('listens'), { kind: 'never' })).toThrow(ShapeError);
    expect(() => run(slice('listens'), { kind: 'never' })).toThrow('x_ready follows x_valid within the cycle');
  });

  it('a beat too many is found out after the last sample too', () => {
    const twice = (): void => run(slice('duplicates'), { kind: 'bursts', flowing: 1, stalled: 1 }, counting(6, 1));
    expect(twice).toThrow(/Output "y" gives another beat in cycle \d+, must give 3 for 1 samples/);
  });

  it('a FIFO that reorders, overflows or miscounts is found out', () => {
    expect(() => run(queue(4, 'reorders'), halfStalled)).toThrow('other values');
    expect(() => run(queue(4, 'overflows'), halfStalled)).toThrow(
      /FIFO fifo_0_y from x to y takes a beat in cycle \d+ with 4 of 4 places in use/,
    );
    expect(() => run(queue(4, 'miscounts'), halfStalled)).toThrow(
      /FIFO fifo_0_y .* counts \d beats in cycle \d+, must/,
    );
  });

  it('a stage that loses a beat is told from a deadlock', () => {
    expect(() => run(pairs('loses'), { kind: 'never' }, counting(4, 2))).toThrow(
      'Stream design "pairs" lost beats: from cycle 8 on nothing moves and nothing waits in it, and it has given 3 of 4 beats of "y".',
    );
  });
});

describe('deadlock', () => {
  it('is told with the full and the empty FIFO, whatever stalls outside', () => {
    const { design } = forkJoin(3);
    const message =
      'Stream design "fork join" is deadlocked from cycle 3 on: join needs a beat of each, while FIFO fifo_0_join from x to join is full (depth 3) and FIFO fifo_1_join from reverse to join is empty; make fifo_0_join deeper than 3.';
    expect(() => simulateStreams(design, counting(4, 2))).toThrow(DeadlockError);
    expect(() => simulateStreams(design, counting(4, 2))).toThrow(message);
    const simulator = createSimulator(design.netlist);
    fc.assert(
      fc.property(samplesOf(design), stallsOf(design), (samples, stalls) => {
        expect(() => simulateStreams(design, samples, { stalls, simulator })).toThrow(
          /fifo_0_join from x to join is full \(depth 3\)/,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is told after the patience where a counter keeps the state changing', () => {
    const { design } = forkJoin(3);
    const restless = withCounter(design);
    const until = (patience: number): number => {
      let cycles = 0;
      const observe = (): void => void (cycles += 1);
      expect(() => simulateStreams(restless, counting(4, 1), { patience, observe })).toThrow(DeadlockError);
      return cycles;
    };
    expect(until(100)).toBe(103);
    expect(until(500)).toBe(503);
    expect(() => simulateStreams({ ...restless, quietCycles: 40 }, counting(4, 1))).toThrow(/from cycle 3 on/);
  });
});

/** The same design with a counter that never stands still. */
function withCounter(design: StreamNetlist): StreamNetlist {
  const { netlist } = design;
  const top = netlist.modules.at(-1)!;
  const at = top.cells.length;
  const cells: Module['cells'] = [
    ...top.cells,
    { kind: 'register', d: at + 2, reset: 0n },
    { kind: 'constant', value: 1n },
    { kind: 'add', a: at, b: at + 1 },
  ];
  const counting = { ...top, cells, widths: [...top.widths, 16, 16, 16] };
  return { ...design, netlist: { ...netlist, modules: [...netlist.modules.slice(0, -1), counting] } };
}

describe('measures', () => {
  it('of a slice at full rate', () => {
    const run = simulateStreams(slice().design, counting(6, 3));
    expect(run.times).toEqual([
      { firstTaken: 0, lastTaken: 2, firstGiven: 1, lastGiven: 3 },
      { firstTaken: 3, lastTaken: 5, firstGiven: 4, lastGiven: 6 },
      { firstTaken: 6, lastTaken: 8, firstGiven: 7, lastGiven: 9 },
    ]);
    expect(run.latencyCycles).toEqual({ minimum: 3, maximum: 3 });
    expect(run.firstBeatCycles).toEqual({ minimum: 1, maximum: 1 });
    expect(run.initiationInterval).toEqual({ minimum: 3, maximum: 3 });
    expect(run.samplesPerCycle).toBeCloseTo(1 / 3, 12);
    expect(run.backPressure).toEqual({ x: 0 });
  });

  it('of a FIFO whose reader sleeps: it fills to its depth, then the input waits', () => {
    const run = simulateStreams(queue(3).design, counting(6, 2), {
      stalls: { y: { kind: 'bursts', flowing: 1, stalled: 9 } },
    });
    // One beat falls through in cycle 0, three fill the places, two wait for the cycles 10 and 20.
    expect(run.fifos[0]?.maximum).toBe(3);
    expect(run.times[0]).toEqual({ firstTaken: 0, lastTaken: 2, firstGiven: 0, lastGiven: 20 });
    expect(run.traces.inputs[0]!.handshakes.slice(0, 12).join('')).toBe('333311111113');
    expect(run.backPressure['x']).toBe(16);
  });

  it('of one sample: no initiation interval', () => {
    const run = simulateStreams(slice().design, counting(6, 1));
    expect(run.initiationInterval).toBeNull();
    expect(run.samplesPerCycle).toBeNull();
  });
});

describe('input of a person', () => {
  const { design } = slice();
  it('must name a stream and keep the ranges', () => {
    const run = (stalls: Record<string, StallPattern>): unknown => simulateStreams(design, counting(6, 1), { stalls });
    expect(() => run({ z: { kind: 'never' } })).toThrow('Stalls are for "z"; the streams of "one_slice" are x, y.');
    expect(() => run({ y: { kind: 'random', seed: 0, probability: 1 } })).toThrow(ValueError);
    expect(() => run({ y: { kind: 'random', seed: 0.5, probability: 0 } })).toThrow('seed 0.5, must be a whole number');
    expect(() => run({ y: { kind: 'bursts', flowing: 0, stalled: 1 } })).toThrow('0 flowing cycles, must be');
    expect(() => run({ y: { kind: 'bursts', flowing: 1, stalled: -1 } })).toThrow('-1 stalled cycles, must be');
  });

  it('must have samples of as many inputs and codes', () => {
    expect(() => simulateStreams(design, [])).toThrow('gets 0 samples');
    expect(() => simulateStreams(design, [[]])).toThrow('Sample 0 has 0 inputs, must have 1');
    expect(() => simulateStreams(design, [[[1n]]])).toThrow('sample has 1 codes, must have 6');
  });
});
