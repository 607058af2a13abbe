/**
 * Why every layer has the schedule that was chosen for it: what the nearest others would cost, or miss.
 *
 * Each alternative changes one layer and is predicted as a whole design. What is too large to be built is said to take
 * what one position takes, as often as there are positions.
 */
import type { BeatLayout, HardwareLayer, LayerSchedule, StreamCompiler } from '../../compile/index.ts';
import { type Device, type PartCount } from '../../estimation/index.ts';
import { DistillError } from '../../errors.ts';
import { formatNumber } from '../../report/index.ts';
import { excessOf, type ResourceKind, RESOURCE_KINDS } from '../part-fit.ts';
import { type CycleGoal, totalShare } from './goal.ts';
import { isSlow, wholeDesign } from './progress.ts';
import { type FitPoint, shareOf } from './search.ts';
import { allSchedules, type SearchStep, searchSteps, windowsPerBeat, workPerClock } from './search-steps.ts';
import type { CostBook } from './stage-cost.ts';

/** What reasons are given for. */
export interface ReasonContext {
  readonly compiler: StreamCompiler;
  readonly costs: CostBook;
  readonly part: Device;
  readonly goal: CycleGoal;
  readonly mostWork: number;
}

/** Say in one sentence per free layer why its schedule was chosen. */
export function reasonsFor(context: ReasonContext, chosen: FitPoint): readonly string[] {
  const steps = searchSteps(context.compiler);
  const free = Object.fromEntries(steps.map(({ layer: { name } }) => [name, chosen.schedules.layers![name]!]));
  return steps.map((step) => {
    const { layer } = step;
    const schedule = free[layer.name]!;
    const clauses = alternatives(context, step, free).flatMap((other) => {
      const clause = compare(context, steps, { ...free, [layer.name]: other }, layer, other, chosen);
      return clause === undefined ? [] : [`${withText(layer, schedule, other)} ${clause}`];
    });
    const main = `${layer.name} ${takesText(layer, schedule)}`;
    return clauses.length === 0 ? `${main}.` : `${main}: ${clauses.join('; ')}.`;
  });
}

/** The nearest other schedules of a layer: the next reuse factors, and other layouts without reuse. */
function alternatives(
  { compiler }: ReasonContext,
  { layer, layouts, canReuse }: SearchStep,
  free: Readonly<Record<string, LayerSchedule>>,
): readonly Required<LayerSchedule>[] {
  const { layout, reuse = 1 } = free[layer.name]!;
  const factors = canReuse ? reuseFactors(compiler, layer, layout) : [1];
  const faster = factors.findLast((factor) => factor < reuse);
  const slower = factors.find((factor) => factor > reuse);
  const order: readonly BeatLayout[] = ['whole', 'columns', 'pixels'];
  const possible = order.filter((one) => layouts.includes(one));
  const at = possible.indexOf(layout);
  const wider = possible.slice(0, at);
  const narrower = layer.inputShapes[0]!.length > 1 ? possible[at + 1] : undefined;
  return [
    ...wider.map((one) => ({ layout: one, reuse: 1 })),
    ...(narrower === undefined ? [] : [{ layout: narrower, reuse: 1 }]),
    ...[faster, slower].flatMap((factor) => (factor === undefined ? [] : [{ layout, reuse: factor }])),
  ];
}

function reuseFactors(compiler: StreamCompiler, { name }: HardwareLayer, layout: BeatLayout): readonly number[] {
  return compiler.choices({ layers: { [name]: { layout } } }).find((choice) => choice.name === name)!.reuse;
}

/** What an alternative would be worse in; undefined where nothing can be said. */
function compare(
  context: ReasonContext,
  steps: readonly SearchStep[],
  free: Readonly<Record<string, LayerSchedule>>,
  layer: HardwareLayer,
  other: Required<LayerSchedule>,
  chosen: FitPoint,
): string | undefined {
  const { compiler, costs, goal, part, mostWork } = context;
  try {
    const parts = reuseFactors(compiler, layer, other.layout).at(-1)!;
    const work = workPerClock(layer, other.layout, parts, other.reuse);
    if (work > mostWork) return tooLarge(context, steps, free, layer, other);
    const graph = compiler.compile({ layers: allSchedules(steps, free) });
    const made = wholeDesign(graph, costs);
    if (isSlow(made)) return 'it would miss the clock';
    if (made.interval > goal.initiationInterval)
      return `it would miss the initiation interval of ${goal.initiationInterval} (${made.interval})`;
    if (made.latency > goal.latency) return `it would miss the latency of ${goal.latency} cycles (${made.latency})`;
    return moreResources(made.resources, chosen.resources, part) ?? slower(made, chosen);
  } catch (error) {
    if (error instanceof DistillError) return undefined;
    throw error;
  }
}

/** By how much more of the part a design takes. */
function moreResources(needed: PartCount, present: PartCount, part: Device): string | undefined {
  const excess = excessOf(needed, part)[0];
  if (excess !== undefined) {
    return `the design would need ${count(excess.needed)} ${excess.kind.toUpperCase()}, more than the ${count(excess.available)} of ${part.die}`;
  }
  if (totalShare(needed, part) <= totalShare(present, part)) return undefined;
  const share = (kind: ResourceKind): number => (needed[kind] - present[kind]) / part[kind];
  const most = RESOURCE_KINDS.toSorted((a, b) => share(b) - share(a))[0]!;
  const percent = (100 * shareOf({ ...needed, [most]: needed[most] }, part)).toPrecision(2);
  return `the design would need ${count(needed[most])} ${most.toUpperCase()} instead of ${count(present[most])} (${percent} % of ${part.die})`;
}

function slower(
  { interval, latency }: { readonly interval: number; readonly latency: number },
  { initiationInterval, latencyCycles }: FitPoint,
): string | undefined {
  if (interval > initiationInterval)
    return `the initiation interval would be ${interval} instead of ${initiationInterval}`;
  return latency > latencyCycles ? `the latency would be ${latency} cycles instead of ${latencyCycles}` : undefined;
}

/** What a layer that is too large to be built would take, by one position of it. */
function tooLarge(
  { compiler, costs, part, mostWork }: ReasonContext,
  steps: readonly SearchStep[],
  free: Readonly<Record<string, LayerSchedule>>,
  layer: HardwareLayer,
  { layout, reuse }: Required<LayerSchedule>,
): string {
  const perClock = (reuseFactors(compiler, layer, layout).at(-1)! / reuse) * windowsPerBeat(layer, layout);
  const kind =
    layer.parameters['kernel'] === undefined ? 'results' : reuse === 1 ? 'products' : 'products of variables';
  const operations = `it would compute ${count(perClock)} ${kind} per clock, more than are built in a search`;
  const single = { layout: 'pixels', reuse: 1 } as const;
  const parts = reuseFactors(compiler, layer, 'pixels').at(-1)!;
  const isImage = layer.inputShapes[0]!.length > 1;
  if (!isImage || reuse > 1 || workPerClock(layer, 'pixels', parts, 1) > mostWork) return operations;
  const graph = compiler.compile({ layers: allSchedules(steps, { ...free, [layer.name]: single }) });
  const stage = graph.stages.find(({ layers }) => layers.includes(layer.name))!;
  const cost = costs.stage(graph, stage);
  if (typeof cost === 'string') return operations;
  const positions = windowsPerBeat(layer, layout);
  const lut = cost.resources.lut * positions;
  const percent = ((100 * lut) / part.lut).toPrecision(2);
  return `it would need about ${count(lut)} LUT (${percent} % of ${part.die}), ${count(positions)} times those of one position`;
}

/** How a layer takes its input. */
function takesText(layer: HardwareLayer, { layout, reuse = 1 }: LayerSchedule): string {
  const what = {
    whole: layer.inputShapes[0]!.length > 1 ? 'whole images' : 'whole vectors',
    columns: 'one column per beat',
    pixels: layer.inputShapes[0]!.length > 1 ? 'one pixel per beat' : 'its input as it comes',
  }[layout];
  return `takes ${what}${reuse === 1 ? '' : ` with a reuse factor of ${reuse}`}`;
}

/** What an alternative changes. */
function withText(layer: HardwareLayer, { layout }: LayerSchedule, other: Required<LayerSchedule>): string {
  if (other.layout === layout) return `with a reuse factor of ${other.reuse}`;
  const isImage = layer.inputShapes[0]!.length > 1;
  return {
    whole: isImage ? 'with whole images' : 'with whole vectors',
    columns: 'with columns',
    pixels: isImage ? 'with single pixels' : 'with its input as it comes',
  }[other.layout];
}

function count(value: number): string {
  return formatNumber(Math.round(value), { separator: ',' });
}
