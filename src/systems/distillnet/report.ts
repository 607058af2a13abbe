/** The HTML report of a DistillNet run, to be read by a physicist who has not read the paper. */
import { histogram } from '../../physics/index.ts';
import {
  barChart,
  htmlReport,
  linePlot,
  type ReportSection,
  stepHistogram,
  type Table,
  waveform,
} from '../../report/index.ts';
import { type Checks, hasMismatch, type HardwareResult } from '../hardware.ts';
import { publishedComparison } from './comparison.ts';
import { accuracyBins } from './evaluate.ts';
import type { DistillNetLearning } from './learning.ts';
import { referenceSource } from './reference.ts';
import type { DistillNetSummary } from './summary.ts';

/** Write the report as one self-contained HTML page. */
export function distillNetReport(
  summary: DistillNetSummary,
  learning: DistillNetLearning,
  hardware: HardwareResult,
  fixedScores: Float32Array,
): string {
  const { latencyNs, clockMHz, part } = summary.hardware;
  const verdict = hasMismatch(summary.checks)
    ? 'The evaluators of this design do not agree; see the section on checks.'
    : 'Every evaluator that ran gives the same bits in the same cycles.';
  return htmlReport({
    title: 'DistillNet: pileup weights in nanoseconds',
    summary: `A student network distilled from a graph teacher answers in ${latencyNs.toFixed(1)} ns at ${clockMHz} MHz. ${verdict}`,
    facts: [
      [
        'events',
        `${summary.events} test events, ${summary.particles} particles, seed ${summary.seed}, ${summary.mode} mode`,
      ],
      ['target', `${part} at ${clockMHz} MHz`],
      ...Object.entries(hardware.tools),
    ],
    sections: [
      weights(learning, fixedScores),
      resolutions(summary),
      comparison(summary),
      hardwareSection(summary, hardware),
      checks(summary),
      training(learning),
    ],
  });
}

function weights(learning: DistillNetLearning, fixedScores: Float32Array): ReportSection {
  const { test } = learning;
  const counts = (values: ArrayLike<number>): number[] => [...histogram(values, accuracyBins, 0, 1).counts];
  const edges = Array.from({ length: accuracyBins + 1 }, (_, k) => k / accuracyBins);
  return {
    heading: 'What the networks say about a particle',
    paragraphs: [
      'Each particle gets a weight between 0 (from another, simultaneous collision: pileup) and 1 (from the collision of interest). **Puppi** is the algorithm without a network. The **teacher** sees the 8 to 20 nearest particles; the **student** sees one particle and its Puppi weight, and is trained to say what the teacher says.',
    ],
    figures: [
      {
        svg: stepHistogram({
          x: { label: 'weight' },
          y: { label: 'particles per bin', scale: 'log' },
          edges,
          series: [
            { name: 'teacher', counts: counts(test.teacherScores) },
            { name: 'student, float', counts: counts(test.studentScores) },
            { name: 'student, on the gates', counts: counts(fixedScores) },
            { name: 'Puppi', counts: counts(test.puppiWeights) },
          ],
          ratio: { label: 'ratio to teacher', reference: 0, min: 0, max: 2 },
        }),
        caption:
          '**Weight distributions on independent test events.** The accuracy below is the mean over these 20 bins of the ratio in the lower panel, taken as min(ρ, 1/ρ) so that over-filled bins cannot make up for under-filled ones.',
      },
    ],
  };
}

const sources = ['puppi', 'student', 'fixed', 'teacher', 'truth'] as const;
const sourceNames = ['Puppi', 'student, float', 'student, on the gates', 'teacher', 'true weights'];

function resolutions(summary: DistillNetSummary): ReportSection {
  const values = sources.map((source) => summary.missingResolution[source]);
  return {
    heading: 'What it does for the missing momentum',
    paragraphs: [
      'Neutrinos leave no trace but the momentum that is missing. Its relative error depends on how well pileup is removed. The resolution is half the interquartile range of (measured − true)/true over the test events; lower is better. Error bars are from the bootstrap over events, and are correlated between the bars: all use the same events.',
    ],
    figures: [
      {
        svg: barChart({
          categories: sourceNames,
          y: { label: 'missing-momentum resolution', min: 0 },
          series: [
            {
              name: 'resolution',
              values: values.map(({ value }) => value),
              errors: values.map(({ error }) => error),
              labels: values.map(({ value }) => value.toFixed(3)),
            },
          ],
        }),
        caption:
          '**Missing-momentum resolution by source of the weights.** Even true weights leave the resolution of the detector.',
      },
    ],
  };
}

function comparison(summary: DistillNetSummary): ReportSection {
  return {
    heading: 'Beside the published numbers',
    tables: [
      {
        caption: `Ours and ${referenceSource}. "no" in the column "comparable" means that the two numbers measure different things, for the reason given.`,
        ...publishedComparison(summary, true),
      },
    ],
  };
}

function hardwareSection(summary: DistillNetSummary, hardware: HardwareResult): ReportSection {
  const { schedule, resources, graph } = hardware;
  const layers: Table = {
    columns: [{ header: 'module' }, { header: 'LUT' }, { header: 'FF' }, { header: 'DSP' }, { header: 'BRAM' }],
    rows: resources.perModule.map(({ module, lut, ff, dsp, bram }) => [module, lut, ff, dsp, bram]),
  };
  const stages: Table = {
    columns: [{ header: 'stage' }, { header: 'delay', unit: 'ns', decimals: 2 }, { header: 'slowest path' }],
    rows: schedule.paths.map(({ stage, delayNs, steps }) => [
      stage,
      delayNs,
      steps.length === 0
        ? ''
        : `${steps[0]!.layer}.${steps[0]!.label} … ${steps.at(-1)!.layer}.${steps.at(-1)!.label} (${steps.length} operations)`,
    ]),
  };
  return {
    heading: 'The circuit',
    paragraphs: [
      `${graph.layers.length} layers, fully unrolled; a new particle can enter every ${summary.hardware.initiationInterval === 1 ? 'clock cycle' : `${summary.hardware.initiationInterval} cycles`}. The latency of ${summary.hardware.latencyCycles} cycles was measured in a clock-by-clock simulation. Resources are **estimates** counted over the netlist; no vendor tool has been run.`,
    ],
    figures: [latencyFigure(summary, hardware)],
    tables: [
      { caption: 'Resources by module, estimated.', ...layers },
      {
        caption: `Slowest path of each pipeline stage by the delay model "${schedule.delayModel}"; the period is ${schedule.periodNs.toFixed(3)} ns.`,
        ...stages,
      },
    ],
  };
}

function latencyFigure(summary: DistillNetSummary, { batch, graph }: HardwareResult): { svg: string; caption: string } {
  const { latencyCycles, latencyNs } = summary.hardware;
  const cycles = latencyCycles + 6;
  const shown = <T>(values: readonly T[], at: readonly number[]): (T | undefined)[] =>
    Array.from({ length: cycles }, (_, cycle) => values[at.indexOf(cycle)]);
  const bit = (at: readonly number[]): (0 | 1)[] =>
    Array.from({ length: cycles }, (_, cycle) => (at.includes(cycle) ? 1 : 0));
  const output = graph.layers.find((layer) => layer.name === graph.outputs[0])!.circuit.outputs[0]!;
  const bits = output.formats.reduce((sum, { width }) => sum + width, 0);
  return {
    svg: waveform({
      cycles,
      signals: [
        { kind: 'clock', name: 'clk' },
        { kind: 'bit', name: 'valid_in', values: bit(batch.presentedAt) },
        { kind: 'bit', name: 'valid_out', values: bit(batch.validAt) },
        {
          kind: 'bus',
          name: graph.outputs[0]!,
          values: shown(
            batch.outputs.map(([word]) => word!),
            batch.validAt,
          ),
          bits,
        },
      ],
      spans: [
        {
          from: batch.presentedAt[0]!,
          to: batch.validAt[0]!,
          label: `${latencyCycles} cycles = ${latencyNs.toFixed(1)} ns`,
        },
      ],
    }),
    caption:
      '**Simulated signals** at the start of the run. Particles enter in consecutive cycles, and their weights leave so.',
  };
}

const checkNames: Readonly<Record<keyof Checks, string>> = {
  interpreterVsEmulation: 'exact interpreter and WebAssembly emulation, every layer',
  simulationVsEmulation: 'clocked netlist simulation and emulation',
  icarusVsSimulation: 'emitted Verilog in Icarus and our simulation, words and cycles',
  verilatorVsSimulation: 'emitted Verilog in Verilator and our simulation, words and cycles',
};

function checks(summary: DistillNetSummary): ReportSection {
  return {
    heading: 'Checks',
    paragraphs: [
      'The same vectors run through evaluators that share no arithmetic. These are tests on vectors, not a proof for all inputs.',
      ...summary.skipped,
    ],
    tables: [
      {
        caption: 'Comparisons made in this run.',
        columns: [{ header: 'compared' }, { header: 'vectors' }, { header: 'mismatches' }],
        rows: (Object.keys(checkNames) as (keyof Checks)[]).map((key) => {
          const check = summary.checks[key];
          return [checkNames[key], check?.vectors ?? null, check?.mismatches ?? null];
        }),
      },
    ],
  };
}

const trainings = [
  ['teacher', 'teacher'],
  ['student', 'student'],
  ['quantizedFloat', 'small student, float'],
  ['quantized', 'small student, quantized and pruned'],
] as const;

function training(learning: DistillNetLearning): ReportSection {
  return {
    heading: 'Training',
    figures: [
      {
        svg: linePlot({
          x: { label: 'epoch' },
          y: { label: 'validation loss', scale: 'log' },
          series: trainings.map(([key, name]) => ({
            name,
            x: learning.histories[key].map((_, epoch) => epoch + 1),
            y: learning.histories[key].map((record) => record.validationLoss ?? record.loss),
          })),
        }),
        caption:
          '**Loss by epoch.** The teacher minimises the cross-entropy with the truth, the students the weighted mean absolute difference from the teacher, so only the students share a scale. The quantized student starts from the float one and loses weights as the sparsity rises.',
      },
    ],
  };
}
