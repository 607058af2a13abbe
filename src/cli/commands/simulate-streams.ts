/** The part of `distill-rtl simulate` for folders of stream designs: stalls on both sides, and how full FIFOs get. */
import { MismatchError } from '../../errors.ts';
import { textTable } from '../../report/index.ts';
import { recordVcd, type VcdRecorder } from '../../simulation/index.ts';
import {
  compareOutputs,
  emittedStreams,
  emulatedOutputs,
  measured,
  readEmittedStreams,
  runScenarios,
  sampleCount,
  sampleInputs,
  SCENARIO_NAMES,
} from '../../systems/index.ts';
import { chooseSimulated, type SimulateArguments } from '../simulate-arguments.ts';
import { fifoRows, fifoTable } from '../stream-view.ts';
import { writeWhole } from '../write-file.ts';

/** Simulate the stream design of a folder in every scenario, or in the one that is asked for. */
export async function simulateStreamFolder(folder: string, options: SimulateArguments): Promise<void> {
  const project = await readEmittedStreams(folder);
  const { graph, target } = project;
  const periodNs = 1000 / target.clockMHz;
  const { design, fifos } = await emittedStreams(folder, project);
  const stimuli = chooseSimulated(sampleInputs(graph), options, sampleCount(graph, fifos));

  const recorded = options.scenario ?? SCENARIO_NAMES[0];
  let recorder: VcdRecorder | undefined;
  const scenarios = runScenarios(design, stimuli, {
    ...(options.scenario !== undefined && { only: options.scenario }),
    ...(options.vcd !== undefined && {
      observe: (simulator, scenario) => {
        if (scenario !== recorded) return;
        recorder ??= recordVcd(simulator, { periodNs, top: design.netlist.top });
        recorder.sample();
      },
    }),
  });
  if (options.vcd !== undefined) await writeWhole(options.vcd, recorder!.text(), 'Waveform');

  const expected = emulatedOutputs(graph, stimuli);
  const rows = scenarios.map(({ name, run }) => {
    const { comparison, firstMismatch } = compareOutputs(
      `The simulation differs from emulation (${name})`,
      run.outputs,
      expected,
    );
    const { latencyCycles, initiationInterval, cycles, backPressure } = run;
    const samples = run.times.length;
    return {
      name,
      samples,
      cycles,
      latencyCycles,
      initiationInterval,
      backPressure,
      mismatches: comparison.mismatches,
      firstMismatch,
    };
  });
  const alone = scenarios.find(({ name }) => name === 'full rate');
  const atFullRate = alone === undefined ? null : measured(alone.run);
  const mismatches = rows.reduce((sum, row) => sum + row.mismatches, 0);
  const summary = {
    model: graph.name,
    vectors: stimuli.length,
    mismatches,
    cycles: rows.reduce((sum, row) => sum + row.cycles, 0),
    latencyCycles: atFullRate?.latencyCycles ?? null,
    latencyNs: atFullRate === null ? null : atFullRate.latencyCycles * periodNs,
    initiationInterval: stimuli.length < 2 ? null : (atFullRate?.initiationInterval ?? null),
    scenarios: rows,
    fifos: fifoRows({ design, scenarios }),
  };
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else {
    const latency =
      atFullRate === null
        ? ''
        : `; at full rate latency ${atFullRate.latencyCycles} cycles = ${summary.latencyNs!.toFixed(1)} ns, initiation interval ${summary.initiationInterval ?? 'not seen'}`;
    process.stdout.write(
      `${textTable(scenarioTable(rows))}\n${textTable(fifoTable({ design, scenarios }))}\n${summary.vectors} vectors in ${summary.cycles} cycles, ${mismatches} differ from emulation${latency}\n`,
    );
  }
  const first = rows.find(({ firstMismatch }) => firstMismatch !== null)?.firstMismatch;
  if (first !== undefined && first !== null) throw new MismatchError(first);
}

interface Measured {
  readonly minimum: number;
  readonly maximum: number;
}

interface ScenarioRow {
  readonly name: string;
  readonly samples: number;
  readonly cycles: number;
  readonly latencyCycles: Measured;
  readonly initiationInterval: Measured | null;
  readonly backPressure: Readonly<Record<string, number>>;
  readonly mismatches: number;
}

function scenarioTable(rows: readonly ScenarioRow[]) {
  const span = (range: Measured | null): string | null => {
    if (range === null) return null;
    return range.minimum === range.maximum ? String(range.minimum) : `${range.minimum}–${range.maximum}`;
  };
  const right = ['latency', 'interval'];
  const columns = ['scenario', 'vectors', 'cycles', 'latency', 'interval', 'cycles waited', 'mismatches'];
  return {
    columns: columns.map((header) => ({ header, ...(right.includes(header) && { align: 'right' as const }) })),
    rows: rows.map((row) => [
      row.name,
      row.samples,
      row.cycles,
      span(row.latencyCycles),
      span(row.initiationInterval),
      Object.values(row.backPressure).reduce((sum, waited) => sum + waited, 0),
      row.mismatches,
    ]),
  };
}
