/** The HTML report of a DistillNet run, to be read by a physicist who has not read the paper. */
import { htmlReport, type ReportFigure, type ReportSection, type Table } from '../../report/index.ts';
import { type Checks, hasMismatch } from '../checks.ts';
import type { HardwareResult } from '../hardware.ts';
import { publishedComparison } from './comparison.ts';
import type { FigureName } from './figures.ts';
import { referenceSource } from './reference.ts';
import type { DistillNetSummary } from './summary.ts';

/** Write the report as one self-contained HTML page. */
export function distillNetReport(
  summary: DistillNetSummary,
  hardware: HardwareResult,
  figures: Readonly<Record<FigureName, ReportFigure>>,
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
      {
        heading: 'What the networks say about a particle',
        paragraphs: [
          'Each particle gets a weight between 0 (from another, simultaneous collision: pileup) and 1 (from the collision of interest). **Puppi** is the algorithm without a network. The **teacher** sees the nearest particles too; the **student** sees one particle and its Puppi weight, and is trained to say what the teacher says.',
        ],
        figures: [figures.weights],
      },
      {
        heading: 'What it does for the missing momentum',
        paragraphs: [
          'Neutrinos leave no trace but the momentum that is missing. Its relative error depends on how well pileup is removed. The resolution is half the interquartile range of (measured − true)/true over the test events; lower is better. Error bars are from the bootstrap over events, and are correlated between the bars: all use the same events.',
        ],
        figures: [figures.resolution],
      },
      comparison(summary),
      circuit(summary, hardware, figures.timing),
      checks(summary),
      { heading: 'Training', figures: [figures.training] },
    ],
  });
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

function circuit(summary: DistillNetSummary, hardware: HardwareResult, timing: ReportFigure): ReportSection {
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
    figures: [timing],
    tables: [
      { caption: 'Resources by module, estimated.', ...layers },
      {
        caption: `Slowest path of each pipeline stage by the delay model "${schedule.delayModel}"; the period is ${schedule.periodNs.toFixed(3)} ns.`,
        ...stages,
      },
    ],
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
