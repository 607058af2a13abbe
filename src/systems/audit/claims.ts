/** From proofs to the claims of a report: what is proved, what an input breaks, what stays open. */
import type { FoundDifference, ModuleProof, TimedUnproven, Unproven } from '../../verification/index.ts';
import {
  type Claim,
  type ClaimName,
  type ModuleClaim,
  openCount,
  type ProofMethod,
  worstVerdict,
} from './audit-result.ts';

/** A proof of one module or layer. */
export type PartProof = Pick<ModuleProof, 'module' | 'outputs' | 'methods'> & {
  readonly unproven: readonly UnprovenPart[];
};

/** An equality that is not proved; with width and cycles where it is one of a clocked design. */
type UnprovenPart = Unproven & Partial<Pick<TimedUnproven, 'width' | 'delay' | 'expectedDelay'>>;

/**
 * Make a claim of the proofs of its parts.
 *
 * @param parts in the order of the data; the last ones are the outputs
 * @param isProved whether all outputs are proved; what differs inside is then without effect
 * @param found the input that shows a difference, if there is one
 */
export function makeClaim(
  name: ClaimName,
  parts: readonly PartProof[],
  isProved: boolean,
  found: FoundDifference | undefined,
  notes: readonly string[],
  seconds: number,
): Claim {
  const modules = parts.map(({ module, outputs, methods, unproven }): ModuleClaim => {
    const counted = methods as Partial<Record<ProofMethod, number>>;
    if (isProved) {
      return { module, verdict: 'proved', outputs: outputs - unproven.length, methods: counted, different: 0 };
    }
    const different = found === undefined ? 0 : unproven.filter((one) => isDifferent(found, one)).length;
    const verdict = different > 0 ? 'different' : unproven.length > 0 ? 'open' : 'proved';
    return { module, verdict, outputs, methods: counted, different };
  });
  const unused = isProved ? parts.filter(({ unproven }) => unproven.length > 0) : [];
  const about = unused.map(
    ({ module, unproven }) =>
      `${module}: element${unproven.length === 1 ? '' : 's'} ${unproven.map(({ element }) => element).join(', ')} of the output ${unproven.length === 1 ? 'was' : 'were'} not proved equal there; the outputs of the design were, with whatever stands there.`,
  );
  return {
    name,
    verdict: worstVerdict(modules.map(({ verdict }) => verdict)),
    modules,
    notes: [...notes, ...about],
    seconds,
  };
}

/** Tell whether an equality fails in the run that shows the difference. */
export function isDifferent({ samples, unproven }: FoundDifference, one: UnprovenPart): boolean {
  if (one === unproven) return true;
  const { width, delay, expectedDelay } = one;
  const [found, expected] = [samples.seriesOf(one.found), samples.seriesOf(one.expected)];
  // What comes late or early is the right value of another vector.
  const late = delay === undefined || expectedDelay === undefined ? 0 : delay - expectedDelay;
  return found.some((value, k) => {
    const want = expected[k + late];
    if (want === undefined) return false;
    return width === undefined ? value !== want : BigInt.asUintN(width, value - want) !== 0n;
  });
}

/** A claim in one line. */
export function claimText({ modules, verdict, seconds }: Claim): string {
  const sum = (of: (module: ModuleClaim) => number): number => modules.reduce((total, module) => total + of(module), 0);
  const all = `${sum(({ outputs }) => outputs)} equalities in ${modules.length} modules, ${seconds.toFixed(1)} s`;
  if (verdict === 'proved') return `proved: ${all}`;
  return verdict === 'different'
    ? `different: ${sum(({ different }) => different)} of ${all}`
    : `not proved: ${sum(openCount)} of ${all}`;
}
