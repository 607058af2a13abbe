/**
 * What others say of an emitted folder, as steps of a longer job: counts by Yosys, and the audit (Node only).
 *
 * Both need Yosys. Where it is not installed the job goes on, and the reason stands in `skipped`.
 */
import { absentYosys, findYosys } from '../verification/index.ts';
import { type AuditResult, type ClaimName, openCount, provedCount, type Verdict } from './audit/audit-result.ts';
import { auditProject } from './audit/index.ts';
import { stepRunner, type StepWatch } from './steps.ts';
import { designCount, synthesizeProject, type YosysCount } from './synthesis/index.ts';

export type VerificationStep = 'synthesis' | 'audit';

export interface VerificationOptions extends StepWatch<VerificationStep> {
  /** Steps to make. @defaultValue both */
  readonly steps?: readonly VerificationStep[];
  /**
   * Whether Yosys maps the whole without its hierarchy, as a build does, or layer by layer: of several copies each layer is
   * mapped once.
   * @defaultValue 'flattened'
   */
  readonly counts?: 'flattened' | 'layers';
  /** Wall-clock limit of each run of Yosys in seconds. @defaultValue 1800 */
  readonly timeoutSeconds?: number;
}

/** Plain data; null where a step was not made. */
export interface ProjectVerification {
  readonly synthesis: (YosysCount & { readonly tool: string }) | null;
  readonly audit: AuditSummary | null;
  /** Why a step was not made; empty when both were. */
  readonly skipped: readonly string[];
  readonly seconds: Readonly<Partial<Record<VerificationStep, number>>>;
}

/** An audit in a few numbers. */
export interface AuditSummary {
  readonly verdict: Verdict;
  readonly claims: readonly ClaimSummary[];
  /** The first difference in one sentence; null where none was found. */
  readonly difference: string | null;
  /** SHA-256 of the parts, as the record of the audit has them. */
  readonly hashes: Readonly<Record<string, string>>;
}

export interface ClaimSummary {
  readonly name: ClaimName;
  readonly verdict: Verdict;
  /** Equalities that were proved, that an input breaks, and that stay open; outputs of all modules. */
  readonly proved: number;
  readonly different: number;
  readonly open: number;
}

/**
 * Count and audit an emitted folder.
 *
 * @throws the errors of `synthesizeProject` and `auditProject`, other than that Yosys is absent
 */
export async function verifyProject(folder: string, options: VerificationOptions = {}): Promise<ProjectVerification> {
  const { steps = ['synthesis', 'audit'], counts = 'flattened', timeoutSeconds = 1800, signal } = options;
  const { run, seconds } = stepRunner<VerificationStep>(options);
  const isThere = (await findYosys()) !== undefined;
  const skipped: string[] = [];
  const limits = { timeoutSeconds, ...(signal && { signal }) };
  const made = async <T>(
    step: VerificationStep,
    work: () => Promise<T>,
    say: (result: T) => string,
  ): Promise<T | null> => {
    if (steps.includes(step) && isThere) return run(step, work, say);
    skipped.push(isThere ? `${step} was not asked for.` : `${step} was not made: ${absentYosys(undefined)}`);
    return null;
  };
  const synthesis = await made(
    'synthesis',
    async () => {
      const result = await synthesizeProject(folder, { only: counts, ...limits });
      return { ...designCount(result), tool: result.tool };
    },
    ({ lut, ff, dsp, bram }) => `${lut} LUT, ${ff} FF, ${dsp} DSP, ${bram} BRAM as Yosys counts`,
  );
  // The vectors of the folder have been run before; here only what is proved counts.
  const audit = await made(
    'audit',
    async () => auditSummary(await auditProject(folder, { vectors: 0, ...limits })),
    ({ claims }) => claims.map(({ name, verdict, proved }) => `${name}: ${verdict} (${proved})`).join('; '),
  );
  return { synthesis, audit, skipped, seconds };
}

function auditSummary({ verdict, claims, difference, hashes }: AuditResult): AuditSummary {
  return {
    verdict,
    claims: claims.map(({ name, verdict: own, modules }) => ({
      name,
      verdict: own,
      proved: modules.reduce((sum, module) => sum + provedCount(module), 0),
      different: modules.reduce((sum, module) => sum + module.different, 0),
      open: modules.reduce((sum, module) => sum + openCount(module), 0),
    })),
    difference: difference?.sentence ?? null,
    hashes,
  };
}
