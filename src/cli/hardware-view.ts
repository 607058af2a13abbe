/** What people see of the hardware stage: progress lines, result tables, and notes on formats that are too small. */
import type { Circuit, OpKind } from '../circuit/index.ts';
import type { CompileOptions } from '../compile/index.ts';
import { device } from '../estimation/index.ts';
import { formatText } from '../fixed/index.ts';
import type { Network } from '../network/index.ts';
import { type Table, textTable } from '../report/index.ts';
import {
  type Checks,
  type HardwareResult,
  type HardwareStep,
  layersThatCanWrap,
  mostUsed,
  type ParameterFit,
  parameterFits,
  type Stimulus,
  type StreamChecks,
  type VerificationStep,
  wrappedLayers,
} from '../systems/index.ts';
import type { LayerGraph } from '../circuit/index.ts';
import type { Progress } from './progress.ts';

/** Callbacks that show the steps of the hardware stage. */
export function hardwareProgress(progress: Progress): {
  onStart: (step: HardwareStep | VerificationStep) => void;
  onStep: (step: HardwareStep | VerificationStep, message: string) => void;
} {
  return { onStart: (step) => progress.start(step), onStep: (_step, message) => progress.finish(message) };
}

/** Cost and place of one layer, in all copies together. */
export interface LayerRow {
  readonly layer: string;
  readonly kind: string;
  readonly operations: number;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number;
  /** First and last pipeline stage in which the layer computes. */
  readonly stages: readonly [number, number];
}

const free: readonly OpKind[] = ['input', 'constant', 'scale'];

/** List the layers of a compiled design; the modules of a netlist stand in the order of its layers, the top last. */
export function layerRows({ built, schedule, copies, resources }: HardwareResult): LayerRow[] {
  return built.layers.map(({ name, kind, circuit }, k) => {
    const { lut, ff, dsp, bram } = resources.perModule[k]!;
    const busy = busyStages(circuit, schedule.layers[k]!.stages);
    return { layer: name, kind, operations: copies * busy.length, lut, ff, dsp, bram, stages: spanOf(busy) };
  });
}

/** Stages of all operations that take gates. */
function busyStages({ ops }: Circuit, stages: readonly number[]): number[] {
  return stages.filter((_, wire) => !free.includes(ops[wire]!.kind));
}

function spanOf(stages: readonly number[]): [number, number] {
  return [stages.reduce((a, b) => Math.min(a, b), stages[0] ?? 0), stages.reduce((a, b) => Math.max(a, b), 0)];
}

/** How much of its part a design takes, without a full stop. */
export function shareText({ resources, part }: Pick<HardwareResult, 'resources' | 'part'>): string {
  const { kind, percent } = mostUsed(resources, device(part));
  return `${percent.toPrecision(2)} % of the ${kind.toUpperCase()} of ${part}`;
}

/** The layers as a table with a line of totals. */
export function layerTable(result: HardwareResult): Table {
  const { lut, ff, dsp, bram } = result.resources;
  const rows = layerRows(result);
  const operations = rows.reduce((sum, row) => sum + row.operations, 0);
  const span = ([first, last]: readonly [number, number]): string =>
    first === last ? String(first) : `${first}–${last}`;
  return {
    columns: [
      { header: 'layer' },
      { header: 'kind' },
      { header: 'operations' },
      { header: 'LUT' },
      { header: 'FF' },
      { header: 'DSP' },
      { header: 'BRAM' },
      { header: 'stages', align: 'right' },
    ],
    rows: [
      ...rows.map((row) => [
        row.layer,
        row.kind,
        row.operations,
        row.lut,
        row.ff,
        row.dsp,
        row.bram,
        row.operations === 0 ? null : span(row.stages),
      ]),
      [
        result.copies === 1 ? 'all' : `all ${result.copies} copies`,
        '',
        operations,
        lut,
        ff,
        dsp,
        bram,
        `0–${result.latencyCycles - 1}`,
      ],
    ],
  };
}

/** Time and cost of a design, for JSON. */
export function hardwareSummary(
  result: Pick<
    HardwareResult,
    'part' | 'clockMHz' | 'latencyCycles' | 'latencyNs' | 'initiationInterval' | 'resources'
  >,
): Readonly<Record<string, unknown>> {
  const { part, clockMHz, latencyCycles, latencyNs, initiationInterval, resources } = result;
  const { lut, ff, dsp, bram, source } = resources;
  return { part, clockMHz, latencyCycles, latencyNs, initiationInterval, resources: { lut, ff, dsp, bram, source } };
}

/** The comparisons of evaluators as text, with the reasons of those that did not run. */
export function checksText(checks: Checks | StreamChecks, skipped: readonly string[]): string {
  const table = textTable({
    columns: [{ header: 'check' }, { header: 'vectors' }, { header: 'mismatches' }],
    rows: Object.entries(checks).map(([name, check]) => [name, check?.vectors ?? null, check?.mismatches ?? null]),
  });
  return `${table}${skipped.map((reason) => `  ${reason}\n`).join('')}`;
}

/** Sentences on parameters that saturate, wrap or vanish in their formats, at most one per parameter. */
export function parameterNotes(network: Network, options: CompileOptions): string[] {
  return parameterFits(network, options).flatMap((fit) => {
    const what = `${fit.role}s of layer "${fit.layer}"`;
    const format = formatText(fit.format);
    if (fit.beyond > 0) {
      const fate = fit.format.overflow === 'AP_WRAP' ? 'wrap' : 'saturate';
      return [`${fit.beyond} ${what} ${fate} in ${format}: the largest is ${fit.largest.toPrecision(4)}.`];
    }
    return mostVanish(fit) ? [`${fit.vanished} of ${fit.nonzero} non-zero ${what} become 0 in ${format}.`] : [];
  });
}

const mostVanish = ({ vanished, nonzero }: ParameterFit): boolean => vanished > nonzero / 2;

/** Sentences on layers whose results wrap around: counted on samples of the user, else what the formats allow. */
export function wrapNotes(graph: LayerGraph, samples: readonly Stimulus[] | undefined): string[] {
  if (samples !== undefined) {
    return wrappedLayers(graph, samples).map(
      ({ layer, samples: wrapped }) =>
        `Results of layer "${layer}" wrap around on ${wrapped} of ${samples.length} samples: its accumulator or result needs more integer bits.`,
    );
  }
  const layers = layersThatCanWrap(graph);
  if (layers.length === 0) return [];
  return [
    `Results of ${layers.join(', ')} can wrap around on extreme inputs; --inputs with your samples tells whether they do.`,
  ];
}
