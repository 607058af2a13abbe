/** A run as the plain data of its summary. */
import { device } from '../../estimation/index.ts';
import { sparsityOf } from '../../compression/index.ts';
import { parameterCount } from '../../network/index.ts';
import { mostUsed } from '../part-fit.ts';
import { stream } from '../../random/index.ts';
import type { DistillNetCircuits } from './circuits.ts';
import { defaultConfig, type DistillNetConfig, quickConfig } from './config.ts';
import type { Evaluation } from './evaluate-weights.ts';
import type { InferenceTimes } from './inference-time.ts';
import type { DistillNetLearning } from './learning.ts';
import { studentCost } from './network-costs.ts';
import { buildQuantizedStudent } from './student.ts';
import type { DistillNetSummary } from './summary.ts';
import { teacherOperations, teacherParameterCount } from './teacher.ts';

/** What a run came to, part by part. */
export interface RunResults {
  readonly learning: DistillNetLearning;
  readonly circuits: DistillNetCircuits;
  readonly evaluation: Evaluation;
  readonly inference: InferenceTimes | null;
  readonly seconds: Readonly<Record<string, number>>;
}

/** Summarise a run. */
export function summarize({ learning, circuits, evaluation, inference, seconds }: RunResults): DistillNetSummary {
  const { config, teacher, student, quantized, weights } = learning;
  const { hardware, copies } = circuits;
  const { lut, ff, dsp, bram, source } = hardware.resources;
  return {
    system: 'distillnet',
    seed: config.seed,
    mode: modeOf(config),
    evaluation,
    costs: {
      teacher: teacher && {
        name: 'teacher',
        parameters: teacherParameterCount(teacher),
        nonZeroWeights: null,
        operations: teacherOperations(teacher),
      },
      student: studentCost('DistillNet', student),
      // Folding has removed the parameters of batch normalisation, which the published number counts.
      quantized: studentCost('QDistillNet', quantized, parameterCount(buildQuantizedStudent(stream('shape only')))),
    },
    inference,
    sparsity: sparsityOf(quantized),
    shadowMismatches: circuits.weights.reduce((count, weight, k) => count + Number(weight !== weights.shadow[k]), 0),
    hardware: {
      part: hardware.part,
      clockMHz: hardware.clockMHz,
      latencyCycles: hardware.latencyCycles,
      latencyNs: hardware.latencyNs,
      initiationInterval: hardware.initiationInterval,
      resources: { lut, ff, dsp, bram, source },
      copies: copies && {
        count: copies.copies,
        ...mostUsed(copies.resources, device(hardware.part)),
      },
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
