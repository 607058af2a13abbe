import { describe, expect, it } from 'vitest';
import { simulateStreams, streamSpeed } from '../../../src/simulation/index.ts';
import { slice } from '../../netlist/streams/hand-made.ts';

describe('streamSpeed', () => {
  it('gives the run of simulateStreams, and the cycles of it per second', () => {
    const { design } = slice();
    const samples = Array.from({ length: 50 }, (_, k) => [[0n, 1n, 2n, 3n, 4n, BigInt(k % 8)]]);
    const stalls = { y: { kind: 'random', seed: 1, probability: 0.3 } } as const;
    const speed = streamSpeed(design, samples, { stalls });
    expect(speed.run).toEqual(simulateStreams(design, samples, { stalls }));
    expect(speed.cyclesPerSecond * speed.runSeconds).toBeCloseTo(speed.run.cycles, 6);
    expect(speed.buildSeconds).toBeGreaterThan(0);
  });
});
