/** The result of a fit in tables for a terminal. */
import { type Cell, type Table, textTable } from '../../report/index.ts';
import type { LayerSchedule } from '../../compile/index.ts';
import type { FitResult } from './fit-network.ts';
import type { Refusal } from './candidates.ts';
import { spread } from './pareto.ts';
import type { FitPoint } from './search.ts';

/** Rows of the front that are printed; of more, evenly spread ones. */
const ROWS = 24;

/** Predicted and measured beside each other. */
export function fitMeasureTable({ chosen, predicted, measured, clockMHz }: FitResult): Table {
  const row = (name: string, a: Cell, b: Cell, unit = ''): Cell[] => [name, unit, a, b];
  const ns = (cycles: number): number => (cycles * 1000) / clockMHz;
  const count = (name: string, kind: 'lut' | 'ff' | 'dsp' | 'bram'): Cell[] =>
    row(name, chosen.resources[kind], measured.resources[kind]);
  return {
    columns: [{ header: '' }, { header: 'unit' }, { header: 'predicted' }, { header: 'measured' }],
    rows: [
      row('initiation interval', predicted.initiationInterval, measured.initiationInterval, 'cycles'),
      row('latency', predicted.latencyCycles, measured.latencyCycles, 'cycles'),
      row('latency', ns(predicted.latencyCycles), ns(measured.latencyCycles), 'ns'),
      row('slowest path', null, measured.criticalNs, 'ns'),
      count('LUT', 'lut'),
      count('FF', 'ff'),
      count('DSP', 'dsp'),
      count('block RAM', 'bram'),
    ],
  };
}

/** What every stage of the chosen design takes. */
export function fitStageTable({ graph, predicted, schedules }: FitResult): Table {
  return {
    columns: [
      { header: 'stage' },
      { header: 'layers' },
      { header: 'schedule' },
      { header: 'cycles per sample' },
      { header: 'LUT' },
      { header: 'FF' },
      { header: 'DSP' },
      { header: 'BRAM' },
    ],
    rows: graph.stages.map(({ name, layers }, k) => {
      const { work, resources } = predicted.stages[k]!;
      const [first] = layers;
      const schedule = first === undefined ? undefined : schedules.layers?.[first];
      return [
        name,
        layers.join(', '),
        schedule === undefined ? 'change of layout' : scheduleText(schedule),
        work.interval,
        resources.lut,
        resources.ff,
        resources.dsp,
        resources.bram,
      ];
    }),
  };
}

/** The front, with the chosen design marked. */
export function fitFrontTable({ front, chosen, clockMHz }: FitResult): Table {
  const isChosen = (point: FitPoint): boolean => point.schedules === chosen.schedules;
  const shown = spread(front, ROWS);
  const points = front.filter((point) => shown.includes(point) || isChosen(point));
  const isFree = freeLayers(points);
  return {
    columns: [
      { header: '' },
      { header: 'interval', unit: 'cycles' },
      { header: 'latency', unit: 'cycles' },
      { header: 'latency', unit: 'ns', decimals: 1 },
      { header: 'LUT' },
      { header: 'FF' },
      { header: 'DSP' },
      { header: 'BRAM' },
      { header: 'share', unit: '%', decimals: 2 },
      { header: 'schedules' },
    ],
    rows: points.map((point) => {
      const { initiationInterval, latencyCycles, resources, share, schedules } = point;
      return [
        isChosen(point) ? '*' : '',
        initiationInterval,
        latencyCycles,
        (latencyCycles * 1000) / clockMHz,
        resources.lut,
        resources.ff,
        resources.dsp,
        resources.bram,
        100 * share,
        Object.entries(schedules.layers ?? {})
          .filter(([layer]) => isFree.has(layer))
          .map(([layer, schedule]) => `${layer} ${scheduleText(schedule!)}`)
          .join(', '),
      ];
    }),
  };
}

/** Layers that do not just go on in the layout of the one before in every design. */
function freeLayers(points: readonly FitPoint[]): ReadonlySet<string> {
  const free = new Set<string>();
  for (const { schedules } of points) {
    let before: string | undefined;
    for (const [layer, schedule] of Object.entries(schedules.layers ?? {})) {
      const { layout, reuse = 1 } = schedule!;
      if (reuse > 1 || layout !== before) free.add(layer);
      before = layout;
    }
  }
  return free;
}

/** All that a fit tells, as text. */
export function fitReport(result: FitResult): string {
  const { isExact, meetsClock, measured, clockMHz, reasons } = result;
  const period = (1000 / clockMHz).toFixed(3);
  const notes = [
    refusalText(result, 'work', 'Too large to be built in a search'),
    refusalText(result, 'clock', 'Too slow for the clock'),
    isExact ? [] : ['Not all reuse factors were tried, or kept; there may be slightly better designs.'],
    meetsClock
      ? []
      : [`By the delay model the slowest path takes ${measured.criticalNs.toFixed(3)} ns, the clock has ${period} ns.`],
  ].flat();
  return [
    textTable(fitFrontTable(result)),
    textTable(fitStageTable(result)),
    textTable(fitMeasureTable(result)),
    [...reasons, ...notes].map((line) => `${line}\n`).join(''),
  ].join('\n');
}

/** Layers and layouts in which schedules were refused, with the reuse factors. */
function refusalText({ refusals }: FitResult, why: Refusal['why'], what: string): readonly string[] {
  const factors = new Map<string, number[]>();
  for (const { layer, schedule, why: reason } of refusals) {
    if (reason !== why) continue;
    const place = `${layer} ${schedule.layout}`;
    factors.set(place, [...(factors.get(place) ?? []), schedule.reuse]);
  }
  if (factors.size === 0) return [];
  const each = [...factors].map(([place, reuse]) => {
    const [least, most] = [Math.min(...reuse), Math.max(...reuse)];
    if (most === 1) return `${place} without reuse`;
    return `${place} with reuse factors ${least === most ? least : `from ${least} to ${most}`}`;
  });
  return [`${what}: ${each.join(', ')}.`];
}

function scheduleText({ layout, reuse = 1 }: LayerSchedule): string {
  return reuse === 1 ? layout : `${layout}/${reuse}`;
}
