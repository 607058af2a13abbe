/**
 * Searches the schedules of all layers at once: which designs are not beaten in resources, initiation interval and latency.
 *
 * Layer by layer, each schedule of the next layer is tried behind what was found for those before. A stage stays open until
 * all that reads it is known, for layers may still join it, and so do its readers; partial designs with the same open stages
 * have the same future, and of those only the ones are kept that no other beats in every resource, in the interval, and in
 * the time of every beat that the open stages read. So nothing is lost but where there are too many: then the total share of
 * the part stands for the resources, and the result says so.
 *
 * Limits: layers that work element by element have no reuse factor; schedules of more operations per clock than a limit
 * are not built, since estimating them takes long.
 */
import type { StreamGraph, StreamStage } from '../../circuit/index.ts';
import type { LayerSchedule, Schedules, StreamCompiler } from '../../compile/index.ts';
import { type Device, type PartCount } from '../../estimation/index.ts';
import { UnsupportedError } from '../../errors.ts';
import { RESOURCE_KINDS } from '../part-fit.ts';
import { stageWork } from './beat-times.ts';
import { candidates, type Refusal } from './candidates.ts';
import { front, isAtMost, spread } from './pareto.ts';
import { addStages, isSlow, type Progress, type SlowStage, START } from './progress.ts';
import type { CostBook } from './stage-cost.ts';
import { type SearchStep, searchSteps } from './search-steps.ts';

/** Schedules with what the design is predicted to take. */
export interface FitPoint {
  readonly schedules: Schedules;
  /** Cycles between samples. */
  readonly initiationInterval: number;
  /** From the first beat of a sample to its last beat out, in an empty design. */
  readonly latencyCycles: number;
  readonly resources: PartCount;
  /** Largest share of the part's look-up tables, flip-flops, DSP blocks or block RAM. */
  readonly share: number;
}

export interface SearchLimits {
  /** Longest initiation interval in cycles. @defaultValue none */
  readonly longestInterval?: number;
  /** Most work of a layer per clock, as `workPerClock` counts it. @defaultValue 8,192 */
  readonly mostWork?: number;
  /** Most reuse factors tried per layer and layout, evenly spread over those that keep the interval. @defaultValue all */
  readonly mostFactors?: number;
  /** Most partial designs kept per set of open stages. @defaultValue 400 */
  readonly mostDesigns?: number;
}

export interface SearchResult {
  /** By interval, then latency, then share; none is beaten in interval, latency and every resource by another. */
  readonly points: readonly FitPoint[];
  readonly refusals: readonly Refusal[];
  /** Whether all reuse factors were tried, and no design was dropped for want of room. */
  readonly isExact: boolean;
}

/** Work of a layer per clock beyond which it is not built: some 75,000 look-up tables at 8 bits. */
export const MOST_WORK = 8192;

/** A partial design. */
interface Partial {
  readonly progress: Progress;
  readonly before: Partial | undefined;
  /** Schedules of the step's layers. */
  readonly chosen: Readonly<Record<string, LayerSchedule>>;
}

/** Partial designs with the same future. */
interface Family {
  /** The graph of any of them, and what of it is final. */
  readonly graph: StreamGraph;
  readonly closed: ReadonlySet<StreamStage>;
  readonly designs: Partial[];
}

/** Find the designs that are not beaten. */
export function searchSchedules(
  compiler: StreamCompiler,
  costs: CostBook,
  part: Device,
  limits: SearchLimits = {},
): SearchResult {
  const { longestInterval = Infinity, mostWork = MOST_WORK, mostFactors = Infinity, mostDesigns = 400 } = limits;
  const refusals = new Map<string, Refusal>();
  const refuse = (refusal: Refusal): void => {
    const { layout, reuse } = refusal.schedule;
    const key = `${refusal.layer}|${layout}|${reuse}|${refusal.why}`;
    if (!refusals.has(key)) refusals.set(key, refusal);
  };
  let isExact = true;
  const root: Partial = { progress: START, before: undefined, chosen: {} };
  let families: Family[] = [
    { graph: { name: '', inputs: [], stages: [], outputs: [] }, closed: new Set(), designs: [root] },
  ];
  for (const step of searchSteps(compiler)) {
    const next = new Map<string, Family>();
    for (const family of families) {
      const before = schedulesOf(family.designs[0]!);
      const tried = candidates(
        { compiler, step, graph: family.graph, before },
        { longestInterval, mostWork, mostFactors },
        refuse,
      );
      isExact &&= tried.isWhole;
      for (const { schedule, chosen } of tried.list) {
        const attempt = (design: Partial): StreamGraph =>
          compiler.compile({ layers: { ...schedulesOf(design), ...chosen } }, step.outputs);
        let graph: StreamGraph;
        try {
          graph = attempt(family.designs[0]!);
        } catch (error) {
          if (!(error instanceof UnsupportedError)) throw error;
          refuse({ layer: step.layer.name, schedule, why: 'unsupported', sentence: error.message });
          continue;
        }
        if (graph.stages.some((stage) => stageWork(graph, stage).interval > longestInterval)) continue;
        const open = openStages(graph, step);
        const closed = new Set(graph.stages.filter((stage) => !open.has(stage)));
        const isKept = keeps(graph, open);
        const key = futureOf(graph, open);
        const made = next.get(key) ?? { graph, closed, designs: [] };
        next.set(key, made);
        // A stage that was thought to be final and is no more makes it necessary to count again from the start.
        const isLater = [...family.closed].every((stage) => closed.has(stage));
        const added = [...closed].filter((stage) => !family.closed.has(stage));
        for (const design of family.designs) {
          const progress = isLater
            ? addStages(design.progress, graph, added, costs, isKept)
            : startAgain(attempt(design), step, costs);
          if (isSlow(progress)) {
            refuse(slowRefusal(progress, { ...before, ...chosen }));
            if (isLater) break;
            continue;
          }
          made.designs.push({ progress, before: design, chosen });
        }
      }
    }
    families = [...next.values()].filter(({ designs }) => designs.length > 0);
    for (const family of families) {
      const { kept, isWhole } = prune(family.designs, part, mostDesigns);
      isExact &&= isWhole;
      family.designs.splice(0, Infinity, ...kept);
    }
  }
  const points = families.flatMap(({ designs }) => designs.map((design) => pointOf(design, part)));
  return { points: points.toSorted(byInterval), refusals: [...refusals.values()], isExact };
}

/** By interval, latency and share, the least first. */
export function byInterval(a: FitPoint, b: FitPoint): number {
  return a.initiationInterval - b.initiationInterval || a.latencyCycles - b.latencyCycles || a.share - b.share;
}

/** Largest share of a part that some resources take. */
export function shareOf(resources: PartCount, part: Device): number {
  return Math.max(...RESOURCE_KINDS.map((kind) => resources[kind] / part[kind]));
}

function pointOf(design: Partial, part: Device): FitPoint {
  const { resources, interval, latency } = design.progress;
  return {
    schedules: { layers: schedulesOf(design) },
    initiationInterval: interval,
    latencyCycles: latency,
    resources,
    share: shareOf(resources, part),
  };
}

function schedulesOf(design: Partial): Record<string, LayerSchedule> {
  const chain: Partial[] = [];
  for (let at: Partial | undefined = design; at !== undefined; at = at.before) chain.unshift(at);
  return Object.assign({}, ...chain.map(({ chosen }) => chosen)) as Record<string, LayerSchedule>;
}

/** The layer of a slow stage that has a reuse factor, else its first. */
function slowRefusal({ slow, sentence }: SlowStage, schedules: Readonly<Record<string, LayerSchedule>>): Refusal {
  const layer = slow.layers.find((name) => (schedules[name]?.reuse ?? 1) > 1) ?? slow.layers[0] ?? slow.name;
  const { layout = 'whole', reuse = 1 } = schedules[layer] ?? {};
  return { layer, schedule: { layout, reuse }, why: 'clock', sentence };
}

/** Count a partial design from the start. */
function startAgain(graph: StreamGraph, step: SearchStep, costs: CostBook): Progress | SlowStage {
  const open = openStages(graph, step);
  const closed = graph.stages.filter((stage) => !open.has(stage));
  return addStages(START, graph, closed, costs, keeps(graph, open));
}

/**
 * Stages that are not final: of layers that later ones read, copies of inputs that they read, and all that read such
 * stages.
 */
function openStages({ inputs: ports, stages }: StreamGraph, { read }: SearchStep): ReadonlySet<StreamStage> {
  const awaited = new Set(ports.map(({ name }) => name).filter((name) => read.includes(name)));
  const open = new Map<string, StreamStage>();
  for (const stage of stages) {
    const { name, layers, inputs } = stage;
    const isCopy = layers.length === 0 && awaited.has(inputs[0]!);
    if (read.includes(name) || isCopy || inputs.some((input) => open.has(input))) open.set(name, stage);
  }
  return new Set(open.values());
}

/** Streams that open stages read. */
function keeps(graph: StreamGraph, open: ReadonlySet<StreamStage>): (stream: string) => boolean {
  const names = new Set(graph.stages.filter((stage) => open.has(stage)).flatMap(({ inputs }) => inputs));
  return (stream) => names.has(stream);
}

/**
 * What the future of a design depends on: its open stages, and where streams meet in one of them, the stages before it,
 * whose layers may come to stand in it.
 */
function futureOf(graph: StreamGraph, open: ReadonlySet<StreamStage>): string {
  const stages = [...open].flatMap((stage) => {
    const before = graph.stages.filter(({ name }) => stage.inputs.includes(name));
    return stage.inputs.length > 1 ? [stage, ...before] : [stage];
  });
  return stages.map(numberOf).join();
}

const numbers = new WeakMap<StreamStage, number>();
let stagesSeen = 0;

/** A number for a stage, the same for the same stage. */
function numberOf(stage: StreamStage): number {
  let number = numbers.get(stage);
  if (number === undefined) numbers.set(stage, (number = stagesSeen += 1));
  return number;
}

/** Keep the partial designs that no other beats. */
function prune(
  designs: readonly Partial[],
  part: Device,
  most: number,
): { readonly kept: readonly Partial[]; readonly isWhole: boolean } {
  const share = ({ progress: { resources } }: Partial): number =>
    RESOURCE_KINDS.reduce((sum, kind) => sum + resources[kind] / part[kind], 0);
  const isSooner = (a: Progress, b: Progress): boolean =>
    a.interval <= b.interval &&
    a.latency <= b.latency &&
    [...a.times].every(([stream, times]) => isAtMost(times, b.times.get(stream)!));
  const items = designs.map((design) => ({ design, total: share(design) })).toSorted((a, b) => a.total - b.total);
  const all = front(
    items,
    ({ design: { progress: a } }, { design: { progress: b } }) =>
      RESOURCE_KINDS.every((kind) => a.resources[kind] <= b.resources[kind]) && isSooner(a, b),
  );
  const isWhole = all.length <= most;
  const kept = isWhole
    ? all
    : spread(
        front(all, (a, b) => a.total <= b.total && isSooner(a.design.progress, b.design.progress)),
        most,
      );
  return { kept: kept.map(({ design }) => design), isWhole };
}
