/** A run as the plain data of its summary. */
import { device } from '../../estimation/index.ts';
import { sparsityOf } from '../../compression/index.ts';
import { parameterCount } from '../../network/index.ts';
import { mostUsed } from '../part-fit.ts';
import { stream } from '../../random/index.ts';
import type { HardwareResult } from '../hardware.ts';
import type { DistillNetCircuits, StudentCircuit } from './hardware/circuits.ts';
import { defaultConfig, type DistillNetConfig, quickConfig } from './config.ts';
import type { Evaluation } from './evaluation/evaluate-weights.ts';
import type { InferenceTimes } from './evaluation/inference-time.ts';
import type { DistillNetLearning } from './learning.ts';
import { studentCost } from './evaluation/network-costs.ts';
import { buildQuantizedStudent } from './student/student.ts';
import type { CircuitSummary, CopiesSummary, DistillNetSummary } from './summary.ts';
import { teacherOperations, teacherParameterCount } from './teacher/teacher.ts';

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
  const { quantized: quantizedCircuit, compact, copies } = circuits;
  const { hardware } = quantizedCircuit;
  const quantizedParameters = parameterCount(buildQuantizedStudent(stream('shape only')));
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
      quantized: studentCost('QDistillNet', quantized, quantizedParameters),
      ...(learning.compact && { compact: studentCost('compact QDistillNet', learning.compact, quantizedParameters) }),
    },
    inference,
    sparsity: sparsityOf(quantized),
    shadowMismatches: quantizedCircuit.weights.reduce(
      (count, weight, k) => count + Number(weight !== weights.shadow[k]),
      0,
    ),
    hardware: { ...circuitSummary(quantizedCircuit), copies: copies && copiesSummary(copies) },
    compact: compact && circuitSummary(compact),
    checks: hardware.checks,
    skipped: hardware.skipped,
    seconds,
  };
}

function circuitSummary({ hardware, verification }: StudentCircuit): CircuitSummary {
  const { lut, ff, dsp, bram, source } = hardware.resources;
  return {
    part: hardware.part,
    clockMHz: hardware.clockMHz,
    latencyCycles: hardware.latencyCycles,
    latencyNs: hardware.latencyNs,
    initiationInterval: hardware.initiationInterval,
    resources: { lut, ff, dsp, bram, source },
    // Times stand in the seconds of the run.
    verification: {
      synthesis: verification.synthesis,
      audit: verification.audit,
      skipped: verification.skipped,
    },
  };
}

function copiesSummary({ copies, resources, part, checks }: HardwareResult): CopiesSummary {
  return { count: copies, ...mostUsed(resources, device(part)), checks };
}

function modeOf(config: DistillNetConfig): DistillNetSummary['mode'] {
  const same = (other: DistillNetConfig): boolean =>
    JSON.stringify({ ...config, seed: 0 }) === JSON.stringify({ ...other, seed: 0 });
  if (same(quickConfig)) return 'quick';
  return same(defaultConfig) ? 'default' : 'custom';
}
