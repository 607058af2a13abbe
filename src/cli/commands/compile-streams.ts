/** The part of `distill-rtl compile` that builds streams: layers that take turns, line buffers, valid and ready. */
import { MismatchError, UnsupportedError } from '../../errors.ts';
import type { Network } from '../../network/index.ts';
import { textTable } from '../../report/index.ts';
import {
  buildStreamHardware,
  compileStreamsFor,
  type FitResult,
  fitReport,
  hasMismatch,
  type HardwareTarget,
  sampleCount,
  sampleInputs,
  type StreamHardwareResult,
  withReuse,
} from '../../systems/index.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import { chooseStimuli, type CompileArguments } from '../compile-arguments.ts';
import { checksText, hardwareProgress, hardwareSummary, parameterNotes } from '../hardware-view.ts';
import { interruptSignal } from '../interrupt.ts';
import type { CompilerSetup } from '../options.ts';
import { makeProgress } from '../progress.ts';
import { writeRunRecord } from '../run-record.ts';
import type { ChosenSchedules } from '../schedule-options.ts';
import { fifoRows, fifoTable, stageRows, stageTable } from '../stream-view.ts';

export interface StreamJob {
  readonly network: Network;
  readonly out: string;
  readonly target: HardwareTarget;
  readonly options: CompileArguments;
  readonly setup: CompilerSetup;
  readonly chosen: ChosenSchedules;
  /** The search that the schedules come from, if they do. */
  readonly fit?: FitResult;
}

/** Compile a network to a verified project of streams. */
export async function compileToStreams(job: StreamJob): Promise<void> {
  const { network, out, target, options, setup, chosen, fit } = job;
  if (target.latencyCycles !== undefined) {
    throw new UnsupportedError(
      'Option --latency is for pipelines; a stream design has the latency that follows from its layers and schedules.',
    );
  }
  if (target.copies !== undefined) {
    throw new UnsupportedError('Option --copies is for pipelines; a stream design stands once.');
  }
  const { schedules, notes: reuseNotes } = withReuse(network, setup.compile, chosen.schedules, chosen.reuse);
  const { fifoDepth } = options;
  const { graph, fifos } = compileStreamsFor(network, target, schedules, setup.compile, fifoDepth);
  const stimuli = chooseStimuli(sampleInputs(graph), options, sampleCount(graph, fifos));
  const notes = [...parameterNotes(network, setup.compile), ...reuseNotes];
  const progress = makeProgress(process.stderr);
  const interrupt = interruptSignal();
  try {
    for (const note of notes) progress.note(`note: ${note}`);
    const result = await withOutputFolder(out, async (staging) => {
      const built = await buildStreamHardware(network, stimuli, staging, {
        target,
        compile: setup.compile,
        schedules,
        ...(fifoDepth !== undefined && { fifoDepth }),
        ...(options.tools ? {} : { simulators: [] }),
        signal: interrupt.signal,
        ...hardwareProgress(progress),
      });
      await writeRunRecord(staging, {
        verb: 'compile',
        options: {
          ...target,
          ...setup.compile,
          schedules,
          fifoDepth: fifoDepth ?? null,
          vectors: stimuli.length,
          model: network.name,
        },
        seed: options.inputs === undefined ? options.seed : null,
        inputs: [...setup.files, ...(options.inputs === undefined ? [] : [options.inputs])],
        tools: built.tools,
      });
      return built;
    });
    const text = options.json
      ? `${JSON.stringify({ ...summaryOf(network, result, notes), ...(fit && { fit: fitSummary(fit) }) }, null, 2)}\n`
      : `${fit === undefined ? '' : `\n${fitReport(fit)}`}${resultText(result, out, fifoDepth !== undefined)}`;
    process.stdout.write(text);
    if (hasMismatch(result.checks)) throw new MismatchError(result.firstMismatch ?? 'Evaluators differ.');
  } finally {
    progress.clear();
    interrupt.release();
  }
}

/** The search as data, without the graph. */
function fitSummary({ goal, front, chosen, reasons, isExact, predicted }: FitResult) {
  const { initiationInterval, latencyCycles, resources } = predicted;
  return { goal, front, chosen, reasons, isExact, predicted: { initiationInterval, latencyCycles, resources } };
}

function summaryOf(network: Network, result: StreamHardwareResult, notes: readonly string[]) {
  return {
    model: network.name,
    hardware: hardwareSummary(result),
    stages: stageRows(result),
    fifos: fifoRows(result),
    scenarios: result.scenarios.map(({ name, run }) => ({
      name,
      samples: run.times.length,
      cycles: run.cycles,
      backPressure: run.backPressure,
    })),
    checks: result.checks,
    skipped: result.skipped,
    notes,
    seconds: result.seconds,
  };
}

function resultText(result: StreamHardwareResult, folder: string, hasGivenDepths: boolean): string {
  const { latencyCycles, latencyNs, clockMHz, initiationInterval, part } = result;
  return [
    '',
    textTable(stageTable(result)),
    textTable(fifoTable(result)),
    checksText(result.checks, result.skipped),
    `Latency ${latencyCycles} cycles = ${latencyNs.toFixed(1)} ns at ${Number(clockMHz.toFixed(3))} MHz from the first beat of a sample to its last beat out, initiation interval ${initiationInterval} (measured in simulation at full rate).`,
    `${hasGivenDepths ? 'Depths are as given' : 'Depths are the fewest with which no sample comes later'}; credits keep every FIFO within its depth.`,
    `Resources are an estimate for ${part}. Project: ${folder}\n`,
  ].join('\n');
}
