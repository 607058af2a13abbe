/**
 * An audit as one JSON document, and back.
 *
 * The first field names the format with its version. Reading checks the shape and that the counts add up, so that a
 * record cannot claim more than its parts do.
 */
import { z } from 'zod';
import { FormatError } from '../../errors.ts';
import { type AuditResult, openCount, worstVerdict } from './audit-result.ts';

/** Name and version of the JSON; a change that a reader could trip over raises the number. */
export const AUDIT_FORMAT = 'distill-rtl audit 1';

const verdict = z.enum(['proved', 'different', 'open']);
const claimName = z.enum(['circuit = model', 'netlist = circuit', 'Verilog = netlist', 'Verilog = model']);
const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();
const code = z.string().regex(/^-?\d+$/, 'is not a decimal integer');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal');

const moduleClaim = z
  .strictObject({
    module: z.string(),
    verdict,
    outputs: count,
    methods: z.strictObject({
      'normal form': z.exactOptional(count),
      enumeration: z.exactOptional(count),
      satisfiability: z.exactOptional(count),
    }),
    different: count,
  })
  .refine((claim) => claim.verdict === countedVerdict(openCount(claim), claim.different), {
    error: 'the verdict does not follow from the counts',
  });

const claim = z
  .strictObject({ name: claimName, verdict, modules: z.array(moduleClaim), notes: z.array(z.string()), seconds })
  .refine((one) => one.verdict === worstVerdict(one.modules.map((module) => module.verdict)), {
    error: 'the verdict does not follow from those of the modules',
  });

const difference = z.strictObject({
  claim: claimName,
  module: z.string(),
  wire: z.string(),
  inputs: z.record(z.string(), z.array(code)),
  expected: code,
  found: code,
  sentence: z.string(),
  files: z.array(z.string()),
});

const auditText = z
  .strictObject({
    format: z.literal(AUDIT_FORMAT),
    folder: z.string(),
    sources: z.strictObject({ model: z.string(), verilog: z.string() }),
    design: z.strictObject({
      model: z.string(),
      top: z.string(),
      part: z.string().nullable(),
      clockMHz: z.number().positive().nullable(),
      latencyCycles: count,
      initiationInterval: count,
      inputBits: count,
      outputBits: count,
    }),
    verdict,
    claims: z.array(claim),
    difference: difference.nullable(),
    tested: z.array(z.strictObject({ what: z.string(), tool: z.string(), vectors: count, mismatches: count })),
    hashes: z.record(z.string(), hash),
    tools: z.record(z.string(), z.string()),
    bounds: z.strictObject({ enumeratedCodes: count, conflicts: count }),
    command: z.string(),
    seconds: z.strictObject({ yosys: seconds, proof: seconds, total: seconds }),
  })
  .refine((result) => result.verdict === worstVerdict(result.claims.map((one) => one.verdict)), {
    error: 'the verdict does not follow from those of the claims',
  })
  .refine((result) => (result.difference !== null) === (result.verdict === 'different'), {
    error: 'a difference stands there exactly where the verdict is "different"',
  });

function countedVerdict(open: number, different: number): string | undefined {
  if (open < 0) return undefined;
  return different > 0 ? 'different' : open > 0 ? 'open' : 'proved';
}

/** Give all data of an audit, with the name of the format first. */
export function auditRecord(result: AuditResult): Readonly<Record<string, unknown>> {
  return { format: AUDIT_FORMAT, ...result };
}

/**
 * Read the text of an `audit.json`.
 *
 * @throws FormatError if it is not JSON, of another format or version, or does not add up
 */
export function parseAuditRecord(text: string): AuditResult {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`The record of an audit is not JSON: ${(error as Error).message}.`);
  }
  const read = auditText.safeParse(data);
  if (read.success) {
    const { format: _, ...result } = read.data;
    return result;
  }
  const { path, message } = read.error.issues[0]!;
  throw new FormatError(`The record of an audit is malformed at ${path.join('.') || 'its top level'}: ${message}.`);
}
