/** A random netlist as an emitted folder whose golden outputs come from our simulator, one output per cycle. */
import { createSimulator } from '../../src/simulation/index.ts';
import { expectedOutputs, pipelineProject, projectFiles } from '../../src/verilog/index.ts';
import type { BenchOutput, ProjectDesign, TestVectors } from '../../src/verilog/index.ts';
import { dice, randomNetlist } from '../verilog/random-netlist.ts';

export interface RandomProject {
  readonly design: ProjectDesign;
  readonly files: ReturnType<typeof projectFiles>;
  readonly expected: readonly BenchOutput[];
}

/** Cycles of reset: more than any register chain is long, so that unreset registers hold defined values. */
const resetCycles = 200;

export function randomProject(seed: number, size: number, cycles = 150): RandomProject {
  const netlist = randomNetlist(seed, size);
  const d = dice(seed + 7919);
  const simulator = createSimulator(netlist);
  const data = simulator.inputs.filter(({ name }) => name !== 'valid_in');
  const pattern = [true, ...Array.from({ length: cycles - 1 }, () => d.below(4) > 0)];
  const stimuli = pattern.filter(Boolean).map(() => data.map(({ width }) => d.bits(width)));
  const drive = (words: readonly bigint[], complement: boolean): void =>
    data.forEach(({ name, width }, k) =>
      simulator.set(name, complement ? BigInt.asUintN(width, ~words[k]!) : words[k]!),
    );

  simulator.set('rst', 1);
  simulator.set('valid_in', 0);
  drive(stimuli[0]!, true);
  for (let k = 0; k < resetCycles; k++) simulator.step();
  simulator.set('rst', 0);
  let sent = 0;
  const golden = pattern.map((valid) => {
    simulator.set('valid_in', valid ? 1 : 0);
    if (valid) drive(stimuli[sent++]!, false);
    else if (sent < stimuli.length) drive(stimuli[sent]!, true);
    const outputs = simulator.outputs.filter(({ name }) => name !== 'valid_out').map(({ name }) => simulator.get(name));
    simulator.step();
    return outputs;
  });
  const vectors: TestVectors = { stimuli, golden, goldenCycles: golden.map((_, k) => k), pattern, resetCycles };
  const facts = {
    netlist,
    model: `random cells ${seed}`,
    part: 'xcvu13p-flga2577-2-e',
    clockMHz: 240,
    latencyCycles: 0,
    initiationInterval: 1,
    strategy: 'none',
  };
  const design = pipelineProject(facts, vectors);
  return { design, files: projectFiles(design), expected: expectedOutputs(netlist, vectors) };
}
