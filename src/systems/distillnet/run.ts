/**
 * DistillNet from events to verified gates: train, distil, quantize, compile, emulate, simulate, compare, report.
 *
 * The folder appears when everything is done (Node only).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serializeNetwork } from '../../network/index.ts';
import { stream } from '../../random/index.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import { checkTarget } from '../hardware.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { type LearningCheckpoint, plainTeacher } from './checkpoint.ts';
import { buildCircuits, type CircuitOptions } from './hardware/circuits.ts';
import type { DistillNetConfig } from './config.ts';
import { evaluateWeights } from './evaluation/evaluate-weights.ts';
import { distillNetFigures } from './report/figures.ts';
import { type DistillNetLearning, runLearning } from './learning.ts';
import { type LearningCallbacks, trainingOptions } from './progress.ts';
import { distillNetReport } from './report/report.ts';
import { summarize } from './summarize.ts';
import type { DistillNetSummary } from './summary.ts';
import type { RunPart } from './time-left.ts';
import { publishedTarget } from './hardware/target.ts';
import { timeInference } from './evaluation/time-inference.ts';

/** Progress within a part of a run. */
export interface RunProgress {
  readonly part: RunPart;
  /** Share of the part that is done, in [0, 1]. */
  readonly fraction: number;
  /** A few words such as "loss 0.1234"; may be empty. */
  readonly message: string;
}

export interface DistillNetRunOptions extends CircuitOptions {
  readonly config: DistillNetConfig;
  /** Folder of the results; an earlier one is replaced at the end. */
  readonly directory: string;
  /** @defaultValue xcvu13p-flga2577-2-e at 240 MHz, as published */
  readonly target?: HardwareTarget;
  readonly signal?: AbortSignal;
  readonly resume?: LearningCheckpoint;
  /** Where trained float networks are evaluated. @defaultValue 'current' */
  readonly inference?: LearningCallbacks['inference'];
  /** Threads that share a training step where the backend is WebAssembly. @defaultValue 1 */
  readonly workers?: number;
  /** Seconds to measure times of inference for; 0 for none, which leaves nothing in the report that varies. @defaultValue 4 */
  readonly timingSeconds?: number;
  /** Receives the reason where training steps cannot be planned. */
  readonly onEager?: (reason: string) => void;
  readonly onCheckpoint?: (checkpoint: LearningCheckpoint) => void | Promise<void>;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Writes what belongs to the caller (such as `run.json`) into the folder before it is put in place. */
  readonly finish?: (staging: string, summary: DistillNetSummary) => Promise<void>;
}

/**
 * Run the system and write its folder.
 *
 * @returns null if the signal stopped it; the last checkpoint says where training goes on
 */
export async function runDistillNet(options: DistillNetRunOptions): Promise<DistillNetSummary | null> {
  const { config, directory, target = publishedTarget, signal, onProgress } = options;
  checkTarget(target);
  const start = performance.now();
  return withOutputFolder(directory, async (staging) => {
    const learning = await runLearning(config, {
      ...(onProgress && {
        onProgress: ({ stage, fraction, message }) => onProgress({ part: stage, fraction, message }),
      }),
      ...(options.onCheckpoint && { onCheckpoint: options.onCheckpoint }),
      ...trainingOptions(options),
      ...(options.resume && { resume: options.resume }),
      ...(options.inference && { inference: options.inference }),
    });
    if (learning === null) return null;
    const circuits = await buildCircuits(learning, staging, target, options);

    const report = (fraction: number, message: string): void => onProgress?.({ part: 'evaluation', fraction, message });
    const began = performance.now();
    const { weights, test } = learning;
    const evaluated = await evaluateWeights(
      test,
      {
        puppi: weights.puppi,
        teacher: weights.teacher,
        student: weights.student,
        quantizedFloat: weights.quantizedFloat,
        fixed: circuits.quantized.weights,
        ...(circuits.compact && { compact: circuits.compact.weights }),
        withoutPuppi: weights.withoutPuppi,
        ...(test.truth && { truth: test.truth }),
      },
      stream(config.seed, 'distillnet', 'evaluation'),
      { onProgress: (done) => report(evaluationShare * done, 'jets'), ...(signal && { signal }) },
    );
    if (evaluated === null) return null;
    const { timingSeconds = 4 } = options;
    report(evaluationShare, 'times of inference');
    const inference = timingSeconds > 0 ? await timeInference(learning, circuits, timingSeconds, signal) : null;
    const now = performance.now();
    const seconds = {
      ...learning.seconds,
      ...circuits.quantized.hardware.seconds,
      ...circuits.quantized.verification.seconds,
      evaluation: (now - began) / 1000,
      total: (now - start) / 1000,
    };
    const summary = summarize({ learning, circuits, evaluation: evaluated.summary, inference, seconds });
    await writeResults(staging, learning, summary);
    const figures = distillNetFigures({
      summary,
      distributions: evaluated.distributions,
      histories: learning.histories,
      hardware: circuits.quantized.hardware,
    });
    await mkdir(join(staging, 'figures'));
    for (const [name, { svg }] of Object.entries(figures))
      await writeFile(join(staging, 'figures', `${name}.svg`), svg);
    await writeFile(join(staging, 'report.html'), distillNetReport(summary, circuits.quantized.hardware, figures));
    report(1, '');
    await options.finish?.(staging, summary);
    return summary;
  });
}

/** Share of the last part that is done when only times, figures and files are missing. */
const evaluationShare = 0.8;

async function writeResults(
  staging: string,
  { teacher, student, withoutPuppi, hardware, compact, scaler }: DistillNetLearning,
  summary: DistillNetSummary,
): Promise<void> {
  const files = {
    'summary.json': `${JSON.stringify(summary, null, 2)}\n`,
    ...(teacher && { 'teacher.json': `${JSON.stringify(plainTeacher(teacher))}\n` }),
    'scaler.json': `${JSON.stringify(scaler)}\n`,
    'student.json': serializeNetwork(student),
    'student-without-puppi.json': serializeNetwork(withoutPuppi),
    'qdistillnet.json': serializeNetwork(hardware),
    ...(compact && { 'compact-qdistillnet.json': serializeNetwork(compact) }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(staging, name), text);
}
