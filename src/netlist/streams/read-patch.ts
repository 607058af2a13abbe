/** What a step reads of a patch, where a patch is read several times or beside constants. */
import type { Steps } from '../../circuit/index.ts';
import { busWidth, packVector } from '../bus.ts';
import { chosen, counter, looked, type Stepped } from './control.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import type { Net } from '../netlist.ts';

/** Operands of the present step, whose counters go on when told. */
export interface PatchReader {
  /** The elements that the step reads, the first lowest. */
  readonly elements: Net;
  /** The constants beside it, the first lowest; undefined where there are none. */
  readonly constants: Net | undefined;
  /** Give the net at whose 1 the step is issued. */
  issueAt(issue: Net): void;
}

/** Build what reads a patch, given the nets of its elements. */
export function patchReader(builder: ModuleBuilder, steps: Steps, elements: readonly Net[]): PatchReader {
  const counters: Stepped[] = [];
  const turn = (period: number, name: string): Net => {
    counters.push(counter(builder, period, name));
    return counters.at(-1)!.value;
  };
  return {
    elements: selectedElements(builder, steps, elements, turn),
    constants: stepConstants(builder, steps, turn),
    issueAt: (issue) => counters.forEach(({ stepAt }) => stepAt(issue)),
  };
}

type Turn = (period: number, name: string) => Net;

function selectedElements(builder: ModuleBuilder, steps: Steps, elements: readonly Net[], turn: Turn): Net {
  const join = (selection: readonly number[]): Net =>
    builder.concat(selection.map((place) => elements[place]!).toReversed());
  const selections = steps.selections ?? [elements.map((_, k) => k)];
  const period = shortestPeriod(selections.map((selection) => selection.join()));
  if (period === 1) return join(selections[0]!);
  return chosen(builder, turn(period, 'selection'), selections.slice(0, period).map(join));
}

function stepConstants(builder: ModuleBuilder, { constants }: Steps, turn: Turn): Net | undefined {
  if (constants === undefined) return undefined;
  const { formats, words } = constants;
  const width = busWidth(formats);
  const packed = words.map((row) => packVector(formats, row));
  const period = shortestPeriod(packed.map(String));
  if (period === 1) return builder.constant(packed[0]!, width);
  return looked(builder, 'constants', turn(period, 'phase'), width, packed.slice(0, period));
}

/** The smallest p that divides the length and after which a list repeats. */
export function shortestPeriod(keys: readonly string[]): number {
  for (let period = 1; period < keys.length; period += 1) {
    if (keys.length % period === 0 && keys.every((key, k) => key === keys[k % period])) return period;
  }
  return keys.length;
}
