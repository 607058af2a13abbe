import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { verifyProject } from '../../src/systems/index.ts';
import { lacks } from '../verification/tools.ts';
import { change, compile, emit, type Emitted } from './audit/emitted.ts';

/** One neuron: a blink of Yosys. */
const neuron = buildNetwork(
  'neuron',
  [{ name: 'in', shape: [2] }],
  [{ kind: 'dense', name: 'fc', attributes: { units: 1 } }],
  stream('verify'),
);

let emitted: Emitted;
beforeAll(async () => {
  emitted = await emit(neuron, compile);
});
afterAll(() => emitted.remove());

describe('verifyProject', () => {
  it('makes what is asked for, and says what it left out', async () => {
    expect(await verifyProject(emitted.folder, { steps: [] })).toMatchObject({ synthesis: null, audit: null });
    const { skipped } = await verifyProject(emitted.folder, { steps: [] });
    expect(skipped).toHaveLength(2);
    expect(skipped[0]).toMatch(/^synthesis was not /);
  });

  describe.skipIf(lacks('yosys', 'counts and proofs within a run'))('with Yosys', () => {
    it('counts and proves, step by step, in plain data', async () => {
      const [onStart, onStep] = [vi.fn(), vi.fn()];
      const result = await verifyProject(emitted.folder, { onStart, onStep });
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      expect(result.synthesis!.lut).toBeGreaterThan(0);
      expect(result.audit).toMatchObject({ verdict: 'proved', difference: null });
      expect(result.audit!.claims.map(({ name, open, different }) => [name, open, different])).toEqual(
        ['circuit = model', 'netlist = circuit', 'Verilog = netlist'].map((name) => [name, 0, 0]),
      );
      expect(result.skipped).toEqual([]);
      expect(Object.keys(result.seconds)).toEqual(['synthesis', 'audit']);
      expect(onStart.mock.calls.flat()).toEqual(['synthesis', 'audit']);
      expect(onStep).toHaveBeenCalledTimes(2);
    }, 30_000);

    it('tells the difference of a folder that is wrong', async () => {
      const folder = emitted.copy();
      change(folder, 'src/neuron.v', (verilog) => verilog.replace("<= 1'b0", "<= 1'b1"), true);
      const { audit, synthesis } = await verifyProject(folder, { steps: ['audit'] });
      expect(synthesis).toBeNull();
      expect(audit!.verdict).toBe('different');
      expect(audit!.difference).toMatch(/^Verilog = netlist fails in neuron: /);
      expect(audit!.claims[2]!.different).toBeGreaterThan(0);
    }, 30_000);
  });
});
