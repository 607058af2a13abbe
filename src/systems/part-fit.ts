/**
 * Whether a design fits a part, and in words what to do where it does not.
 *
 * The reuse factor is a rule of thumb: logic divided by it, as if the same arithmetic were used so many times and control
 * were free. It does not shrink block RAM.
 */
import { DEVICE_NAMES, type Device, device, type PartCount } from '../estimation/index.ts';

/** Resources that a part has a number of, in the order of tables. */
export const RESOURCE_KINDS: readonly ResourceKind[] = ['lut', 'ff', 'dsp', 'bram'];

export type ResourceKind = keyof PartCount;

/** A resource of which a design needs more than there is. */
export interface Excess {
  readonly kind: ResourceKind;
  readonly needed: number;
  readonly available: number;
}

/** List what a design needs more of than a part has, the worst by ratio first. */
export function excessOf(count: PartCount, part: PartCount): readonly Excess[] {
  return RESOURCE_KINDS.map((kind) => ({ kind, needed: count[kind], available: part[kind] }))
    .filter(({ needed, available }) => needed > available)
    .toSorted((a, b) => b.needed / b.available - a.needed / a.available);
}

/** The resource of which a design takes most of a part, and how much of it in percent. */
export function mostUsed(count: PartCount, part: PartCount): { readonly kind: ResourceKind; readonly percent: number } {
  return RESOURCE_KINDS.map((kind) => ({
    kind,
    percent: part[kind] === 0 ? 0 : (100 * count[kind]) / part[kind],
  })).reduce((most, one) => (one.percent > most.percent ? one : most));
}

/** Largest reuse factor that is worth a word. */
const LARGEST_REUSE = 1024;

/**
 * Find the smallest reuse factor of the form 2^n or 3·2^n (what most layer sizes can be divided by) that brings every
 * excess below what the part has; undefined where none does, as for block RAM.
 */
export function fittingReuse(excesses: readonly Excess[]): number | undefined {
  for (let power = 2; power <= LARGEST_REUSE; power *= 2) {
    for (const reuse of [power, power * 1.5]) {
      if (Number.isInteger(reuse) && excesses.every((excess) => fitsWith(excess, reuse))) return reuse;
    }
  }
  return undefined;
}

const fitsWith = ({ kind, needed, available }: Excess, reuse: number): boolean =>
  kind !== 'bram' && needed / reuse <= available;

/** How a design is built: every layer unrolled in a pipeline, or as streams, whose layers may share hardware already. */
export type BuiltAs = 'pipeline' | 'streams';

/** Find the known die with the fewest tables that holds a design. */
export function smallestPart(count: PartCount): string | undefined {
  const fitting = DEVICE_NAMES.map(device).filter((part) => excessOf(count, part).length === 0);
  return fitting.toSorted((a, b) => a.lut - b.lut)[0]?.die;
}

/**
 * Say by how much a design exceeds a part, and what would help; undefined where it fits.
 *
 * @param source - who counted, such as "by our estimate"
 */
export function excessText(
  count: PartCount,
  part: Device,
  source: string,
  builtAs: BuiltAs = 'pipeline',
): string | undefined {
  const excesses = excessOf(count, part);
  if (excesses.length === 0) return undefined;
  const each = (say: (excess: Excess) => string | number): string => excesses.map(say).join(' and ');
  const needs = each(({ kind, needed }) => `${needed} ${kind.toUpperCase()}`);
  const has = each(({ available }) => available);
  const factors = each(({ needed, available }) =>
    available === 0
      ? `${needed} too many`
      : `${needed - available} too many, ${(needed / available).toFixed(2)} times the part`,
  );
  const larger = smallestPart(count);
  const advice =
    larger === undefined
      ? 'No known part holds it: take fewer bits or more pruning'
      : `Take a larger part (${larger} holds it), fewer bits or more pruning`;
  return `The design needs ${needs} ${source} and ${part.die} has ${has}: ${factors}. ${advice}; ${reuseText(excesses, part, builtAs)}.`;
}

function reuseText(excesses: readonly Excess[], part: Device, builtAs: BuiltAs): string {
  const reuse = fittingReuse(excesses);
  if (reuse === undefined) return 'a reuse factor alone would not make it fit';
  const left = excesses.map(({ kind, needed }) => `${Math.ceil(needed / reuse)} ${kind.toUpperCase()}`).join(' and ');
  const outcome = `would leave about ${left} and some control, which fits ${part.die}`;
  return builtAs === 'pipeline'
    ? `a reuse factor of ${reuse} ${outcome}: compile with --reuse-factor ${reuse}`
    : `reuse factors ${reuse} times as large ${outcome}: compile with a larger --reuse-factor, or --schedule for the largest layers`;
}
