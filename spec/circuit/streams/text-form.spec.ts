import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStreams, serializeStreams } from '../../../src/circuit/index.ts';
import { FormatError } from '../../../src/errors.ts';
import { streamGraphs } from '../../netlist/streams/arbitrary-streams.ts';

describe('the text form of stream graphs', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(streamGraphs, (graph) => {
        const text = serializeStreams(graph);
        expect(serializeStreams(parseStreams(text))).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses what is no stream graph, saying where', () => {
    const [graph] = fc.sample(streamGraphs, { numRuns: 1, seed: 1 });
    const data = JSON.parse(serializeStreams(graph!)) as { stages: { inputs: string[]; taps: { ages: number[] } }[] };
    data.stages[0]!.inputs = ['nowhere'];
    expect(() => parseStreams(JSON.stringify(data))).toThrow(/stage "s0" reads "nowhere", must read an input/);
    data.stages[0]!.taps.ages = [-1];
    expect(() => parseStreams(JSON.stringify(data))).toThrow(/malformed at stages\.0\.taps\.ages\.0/);
    expect(() => parseStreams('{')).toThrow(FormatError);
  });
});
