/**
 * DistillNet from events to verified gates: train, distil, quantize, compile, emulate, simulate, compare, report.
 *
 * The folder appears when everything is done (Node only).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileNetwork } from '../../compile/index.ts';
import { emulate } from '../../emulation/index.ts';
import { fractionBits, fromDouble, toDouble } from '../../fixed/index.ts';
import { type LayerGraph } from '../../circuit/index.ts';
import { serializeNetwork } from '../../network/index.ts';
import { stream } from '../../random/index.ts';
import { toFlat } from '../../tensor/index.ts';
import { buildHardware, checkTarget, type HardwareResult, type HardwareStep } from '../hardware.ts';
import type { SimulatorName } from '../simulators.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import { randomStimuli, type Stimulus } from '../stimuli.ts';
import { type LearningCheckpoint, plainTeacher } from './checkpoint.ts';
import { defaultConfig, type DistillNetConfig, quickConfig } from './config.ts';
import { featureCount } from './data.ts';
import { type WeightAgreement, weightAgreement } from './evaluate.ts';
import { distillNetFigures } from './figures.ts';
import { type DistillNetLearning, runLearning } from './learning.ts';
import { type LearningCallbacks, type LearningProgress, trainingOptions } from './progress.ts';
import { distillNetReport } from './report.ts';
import { studentInput } from './student.ts';
import type { DistillNetSummary } from './summary.ts';

export interface DistillNetRunOptions {
  readonly config: DistillNetConfig;
  /** Folder of the results; an earlier one is replaced at the end. */
  readonly directory: string;
  /** @defaultValue xcvu13p-flga2577-2-e at 240 MHz, as published */
  readonly target?: HardwareTarget;
  /** Test particles that every evaluator runs, besides the random codes. @defaultValue 768 */
  readonly vectors?: number;
  /** Random full-range codes among the vectors. @defaultValue 256 */
  readonly randomVectors?: number;
  /** Simulators to run the emitted text in, where they are installed. @defaultValue both */
  readonly simulators?: readonly SimulatorName[];
  readonly signal?: AbortSignal;
  readonly resume?: LearningCheckpoint;
  /** Where trained float networks are evaluated. @defaultValue 'current' */
  readonly inference?: LearningCallbacks['inference'];
  /** Threads that share a training step where the backend is WebAssembly. @defaultValue 1 */
  readonly workers?: number;
  /** Receives the reason where training steps cannot be planned. */
  readonly onEager?: (reason: string) => void;
  readonly onCheckpoint?: (checkpoint: LearningCheckpoint) => void | Promise<void>;
  readonly onLearning?: (progress: LearningProgress) => void;
  readonly onHardwareStart?: (step: HardwareStep) => void;
  readonly onHardware?: (step: HardwareStep, message: string) => void;
  /** Writes what belongs to the caller (such as `run.json`) into the folder before it is put in place. */
  readonly finish?: (staging: string, summary: DistillNetSummary) => Promise<void>;
}

/** The target of the paper. */
export const publishedTarget: HardwareTarget = { part: 'xcvu13p-flga2577-2-e', clockMHz: 240 };

/**
 * Run the system and write its folder.
 *
 * @returns null if the signal stopped the training; the last checkpoint says where
 */
export async function runDistillNet(options: DistillNetRunOptions): Promise<DistillNetSummary | null> {
  const { config, directory, target = publishedTarget, vectors = 768, randomVectors = 256, signal } = options;
  checkTarget(target);
  const start = performance.now();
  return withOutputFolder(directory, async (staging) => {
    const learning = await runLearning(config, {
      ...(options.onLearning && { onProgress: options.onLearning }),
      ...(options.onCheckpoint && { onCheckpoint: options.onCheckpoint }),
      ...trainingOptions(options),
      ...(options.resume && { resume: options.resume }),
      ...(options.inference && { inference: options.inference }),
    });
    if (learning === null) return null;

    // One level less than the default: five stages instead of six.
    const compile = {
      profile: 'exact',
      adderDepth: 1,
      inputFormats: { [studentInput]: learning.inputFormats },
    } as const;
    const graph = compileNetwork(learning.quantized, compile);
    const codes = inputCodes(graph, learning);
    const stimuli: Stimulus[] = [
      ...randomStimuli(graph.inputs, randomVectors, stream(config.seed, 'distillnet', 'stimuli')),
      ...particleStimuli(codes, vectors),
    ];
    const hardware = await buildHardware(learning.quantized, stimuli, join(staging, 'rtl'), {
      target,
      compile,
      ...(options.simulators && { simulators: options.simulators }),
      ...(signal && { signal }),
      ...(options.onHardwareStart && { onStart: options.onHardwareStart }),
      ...(options.onHardware && { onStep: options.onHardware }),
    });
    const fixedScores = emulateAll(graph, codes);
    const seconds = { ...learning.seconds, ...hardware.seconds, total: (performance.now() - start) / 1000 };
    const summary = summarize(learning, hardware, fixedScores, seconds);
    const write = (path: string, text: string): Promise<void> => writeFile(join(staging, path), text);
    await write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
    await write('teacher.json', `${JSON.stringify(plainTeacher(learning.teacher))}\n`);
    await write('student.json', serializeNetwork(learning.student));
    await write('qdistillnet.json', serializeNetwork(learning.quantized));
    const figures = distillNetFigures(summary, learning, hardware, fixedScores);
    await mkdir(join(staging, 'figures'));
    for (const [name, { svg }] of Object.entries(figures)) await write(`figures/${name}.svg`, svg);
    await write('report.html', distillNetReport(summary, hardware, figures));
    await options.finish?.(staging, summary);
    return summary;
  });
}

/** All test particles as raw input codes, row-major. */
function inputCodes(graph: LayerGraph, learning: DistillNetLearning): BigInt64Array {
  const { formats } = graph.inputs[0]!;
  return BigInt64Array.from(toFlat(learning.test.inputs), (value, k) => fromDouble(value, formats[k % featureCount]!));
}

/** Particles spread evenly over the test set. */
function particleStimuli(codes: BigInt64Array, count: number): Stimulus[] {
  const rows = codes.length / featureCount;
  const taken = Math.min(count, rows);
  return Array.from({ length: taken }, (_, k) => {
    const row = Math.floor((k * rows) / taken);
    return [Array.from(codes.subarray(row * featureCount, (row + 1) * featureCount))];
  });
}

/** The circuit's output for every test particle. */
function emulateAll(graph: LayerGraph, codes: BigInt64Array): Float32Array {
  const { outputs } = emulate(graph, codes.length / featureCount, [codes]);
  const format = graph.layers.find((layer) => layer.name === graph.outputs[0])!.circuit.outputs[0]!.formats[0]!;
  return Float32Array.from({ length: outputs[0]!.length }, (_, k) =>
    toDouble(BigInt(outputs[0]![k]!), fractionBits(format)),
  );
}

function summarize(
  learning: DistillNetLearning,
  hardware: HardwareResult,
  fixedScores: Float32Array,
  seconds: Readonly<Record<string, number>>,
): DistillNetSummary {
  const { config, metrics, test } = learning;
  const inPercent = ({ accuracy, printedAccuracy }: WeightAgreement) => ({
    accuracy: 100 * accuracy,
    accuracyAsPrinted: 100 * printedAccuracy,
  });
  const resolution = (source: 'puppi' | 'student' | 'fixed' | 'teacher' | 'truth') =>
    metrics.quality[source].missingResolution;
  const { lut, ff, dsp, bram, source } = hardware.resources;
  return {
    system: 'distillnet',
    seed: config.seed,
    mode: modeOf(config),
    events: metrics.events,
    particles: metrics.particles,
    float: { ...inPercent(metrics.agreement.student), parameters: metrics.parameters.student },
    fixed: {
      ...inPercent(weightAgreement(fixedScores, test.teacherScores)),
      parameters: metrics.parameters.quantized,
      sparsity: metrics.sparsity,
      shadowMismatches: fixedScores.reduce((count, score, k) => count + Number(score !== test.fixedScores[k]), 0),
    },
    puppi: inPercent(metrics.agreement.puppi),
    missingResolution: {
      puppi: resolution('puppi'),
      student: resolution('student'),
      fixed: resolution('fixed'),
      teacher: resolution('teacher'),
      truth: resolution('truth'),
    },
    hardware: {
      part: hardware.part,
      clockMHz: hardware.clockMHz,
      latencyCycles: hardware.latencyCycles,
      latencyNs: hardware.latencyNs,
      initiationInterval: hardware.initiationInterval,
      resources: { lut, ff, dsp, bram, source },
    },
    checks: hardware.checks,
    skipped: hardware.skipped,
    seconds,
  };
}

function modeOf(config: DistillNetConfig): DistillNetSummary['mode'] {
  const same = (other: DistillNetConfig): boolean =>
    JSON.stringify({ ...config, seed: 0 }) === JSON.stringify({ ...other, seed: 0 });
  if (same(quickConfig)) return 'quick';
  return same(defaultConfig) ? 'default' : 'custom';
}
