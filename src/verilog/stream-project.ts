/** The folder of a stream design: its bench of scenarios, and how valid and ready go. */
import { busWidth, readyPort, validPort } from '../netlist/index.ts';
import { alignedColumns } from './aligned-columns.ts';
import type { ProjectDesign, ProjectFacts } from './project-design.ts';
import { streamBench } from './stream-bench.ts';
import { outputBeats, type StreamVectors } from './stream-vectors.ts';

/** Complete a design whose samples come and go in beats. */
export function streamProject(facts: ProjectFacts, vectors: StreamVectors): ProjectDesign {
  return {
    ...facts,
    bench: { files: streamBench(facts.netlist, vectors), vectors: outputBeats(vectors) },
    protocol: { roles: streamRoles(vectors), text: streamText(vectors) },
  };
}

/** Meanings of the handshake ports, by name. */
function streamRoles({ inputs, outputs }: StreamVectors): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      inputs.flatMap(({ name }) => [
        [validPort(name), `${name} carries a beat`],
        [readyPort(name), `the beat of ${name} is taken`],
      ]),
    ),
    ...Object.fromEntries(
      outputs.flatMap(({ name }) => [
        [validPort(name), `${name} carries a beat`],
        [readyPort(name), `the reader takes the beat of ${name}`],
      ]),
    ),
  };
}

/** The rules of the handshake, and tables of streams and FIFOs. */
function streamText(vectors: StreamVectors): string {
  const { inputs, outputs, fifos, scenarios } = vectors;
  const streams = [
    ...inputs.map(({ name, type }) => [name, 'in', type.elements.length, busWidth(type.formats)]),
    ...outputs.map(({ name, type }) => [name, 'out', type.elements.length, busWidth(type.formats)]),
  ];
  const buffers = fifos.map(({ instance, from, to, width, depth }, k) => {
    const most = Math.max(...scenarios.map(({ occupancy }) => occupancy[k]!));
    return [instance, from, to === from ? 'output' : to, width, depth, most];
  });
  return `A sample passes as a number of beats. A beat moves at a rising edge where
valid and ready are both 1. Once valid is 1 it must stay, with the same data, until then; ready may fall at any time.
No ready follows its own valid within the cycle.

Streams
${alignedColumns([['name', 'dir', 'beats per sample', 'bits per beat'], ...streams])}

FIFOs (most: beats held at most in the ${scenarios.length} scenarios of stalls in tb/)
${buffers.length === 0 ? '  none' : alignedColumns([['name', 'from', 'to', 'bits', 'depth', 'most'], ...buffers])}`;
}
