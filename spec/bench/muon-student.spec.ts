/** The published muon student as a stream of columns keeps to the goals of its latency and area. */
import { describe, expect, it } from 'vitest';
import { trainStudent } from '../../bench/designs/muon-student.ts';
import { stream } from '../../src/random/index.ts';
import { simulateStreams } from '../../src/simulation/index.ts';
import { compileStreamsFor, randomStimuli, sampleInputs } from '../../src/systems/index.ts';

const CLOCK = 500;

describe('the student with 4 bits as columns', () => {
  it('takes at most 100 ns and the tables of the published one', async () => {
    const random = stream('1', 'muon student', 'spec');
    const network = await trainStudent(4, random, { events: 1000, epochs: [2, 2] });

    const { graph, design, resources } = compileStreamsFor(
      network,
      { part: 'xcvu13p-flga2577-2-e', clockMHz: CLOCK },
      { default: { layout: 'columns' } },
      // By default some sets of weights, this one too, take 102 ns: sharing adders makes their chains longer.
      { adderDepth: 0 },
    );
    const { times } = simulateStreams(design, randomStimuli(sampleInputs(graph), 2, random.split('stimuli')));

    expect(((times[0]!.lastGiven - times[0]!.firstTaken) * 1000) / CLOCK).toBeLessThanOrEqual(100);
    expect(resources.lut).toBeLessThanOrEqual(29_500);
    expect(resources.dsp).toBe(0);
    // A network that training has left with few weights would keep to any goal.
    expect(resources.lut).toBeGreaterThan(3000);
  }, 60_000);
});

describe('training', () => {
  it('gives the same student for the same stream, with every weight on its grid', async () => {
    const train = () => trainStudent(3, stream('1', 'muon student', 'twice'), { events: 300, epochs: [1, 1] });
    const [once, again] = [await train(), await train()];
    expect(again).toEqual(once);
    for (const { name, parameters } of once.layers.filter((layer) => !once.outputs.includes(layer.name))) {
      const { kernel } = parameters;
      if (kernel === undefined) continue;
      const codes = new Set(Array.from(kernel.data as Float32Array));
      expect(codes.size, name).toBeLessThanOrEqual(8);
    }
  }, 60_000);
});
