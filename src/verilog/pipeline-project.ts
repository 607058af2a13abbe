/** The folder of a pipeline, or of several copies: its bench of vectors, and how `valid_in` and `valid_out` go. */
import { copiesBench } from './copies-bench.ts';
import type { ProjectDesign, ProjectFacts } from './project-design.ts';
import { testBench, type TestVectors } from './test-bench.ts';

/** Complete a design whose vectors come whole and are never held up. */
export function pipelineProject(facts: ProjectFacts, vectors: TestVectors): ProjectDesign {
  return {
    ...facts,
    bench: { files: testBench(facts.netlist, vectors), vectors: vectors.golden.length },
    protocol: {
      roles: {
        valid_in: 'the data inputs carry a new vector in this cycle',
        valid_out: 'the data outputs carry a result in this cycle',
      },
      text: `There is no back-pressure: a vector is taken whenever valid_in is 1.

${timing(facts)}`,
    },
  };
}

/**
 * Complete a design of several copies, whose netlist `copiesNetlist` has made.
 *
 * @param vectors - of each copy
 */
export function copiesProject(facts: ProjectFacts, vectors: readonly TestVectors[]): ProjectDesign {
  const copies = vectors.length;
  return {
    ...facts,
    copies,
    bench: {
      files: copiesBench(facts.netlist, vectors),
      vectors: vectors.reduce((sum, { golden }) => sum + golden.length, 0),
    },
    protocol: {
      roles: {
        valid_in: 'bit k: the data inputs of copy k carry a new vector in this cycle',
        valid_out: 'bit k: the data outputs of copy k carry a result in this cycle',
      },
      text: `The design is ${copies} copies of one pipeline. Every
port but clk and rst holds the ports of all copies side by side, copy 0 in the least significant bits: of a port of
n bits, copy k has bits k * n/${copies} to (k + 1) * n/${copies} - 1. Copies share the clock and the reset and nothing else; each takes
a vector whenever its bit of valid_in is 1, and there is no back-pressure.

${timing(facts)}`,
    },
  };
}

function timing({ latencyCycles, initiationInterval }: ProjectFacts): string {
  return `Timing (one character per cycle, sampled at the rising edge)
${timingDiagram(latencyCycles, initiationInterval)}`;
}

/** Draw three vectors back to back (at the initiation interval) and their results. */
function timingDiagram(latency: number, interval: number): string {
  // A long pipeline is drawn with its idle middle cut out.
  const shown = Math.min(latency, 3 * interval + 6);
  const length = shown + 3 * interval + 1;
  const at = (start: number, mark: (k: number) => string, idle: string): string =>
    Array.from({ length }, (_, cycle) => {
      const k = (cycle - start) / interval;
      return Number.isInteger(k) && k >= 0 && k < 3 ? mark(k) : idle;
    }).join('');
  const letters = (k: number): string => 'ABC'[k]!;
  const high = (): string => '1';
  const cut = shown < latency ? `  (results begin at cycle ${latency}; the idle middle is cut out)\n` : '';
  return `${cut}  valid_in   ${at(0, high, '0')}
  inputs     ${at(0, letters, '.')}
  valid_out  ${at(shown, high, '0')}
  outputs    ${at(shown, letters, '.')}`;
}
