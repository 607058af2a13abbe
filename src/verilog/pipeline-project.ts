/** The folder of a pipeline: its bench of vectors, and how `valid_in` and `valid_out` go. */
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

Timing (one character per cycle, sampled at the rising edge)
${timingDiagram(facts.latencyCycles, facts.initiationInterval)}`,
    },
  };
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
