/** The JSON of an audit: back and forth, and nothing that claims more than its parts. */
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/errors.ts';
import { auditRecord, parseAuditRecord } from '../../../src/systems/index.ts';
import { differentAudit, foreignAudit, openAudit, provedAudit } from './draft.ts';

type Path = readonly (string | number)[];

/** The text of a record with one value replaced. */
function edited(path: Path, value: unknown): string {
  const record = JSON.parse(JSON.stringify(auditRecord(differentAudit)));
  let at = record;
  for (const key of path.slice(0, -1)) at = at[key];
  at[path.at(-1)!] = value;
  return JSON.stringify(record);
}

describe('the record of an audit', () => {
  it.each([
    ['proved', provedAudit],
    ['different', differentAudit],
    ['open', openAudit],
    ['of others', foreignAudit],
  ])('comes back from its text: %s', (_, audit) => {
    const text = JSON.stringify(auditRecord(audit));

    expect(parseAuditRecord(text)).toEqual(audit);
  });

  it('begins with its format and version', () => {
    expect(JSON.stringify(auditRecord(provedAudit))).toMatch(/^\{"format":"distill-rtl audit 1",/);
  });

  it.each<readonly [string, Path, unknown, RegExp]>([
    ['another version', ['format'], 'distill-rtl audit 2', /at format: .*distill-rtl audit 1/],
    ['a verdict that its claims do not bear', ['verdict'], 'proved', /verdict does not follow/],
    ['a claim that its modules do not bear', ['claims', 2, 'verdict'], 'proved', /at claims\.2: the verdict/],
    [
      'a module without the proofs',
      ['claims', 0, 'modules', 0, 'methods'],
      {},
      /at claims\.0\.modules\.0: the verdict/,
    ],
    ['more proofs than outputs', ['claims', 0, 'modules', 0, 'outputs'], 1, /at claims\.0\.modules\.0: the verdict/],
    ['an unknown rule', ['claims', 0, 'modules', 0, 'methods', 'faith'], 1, /methods/],
    ['a verdict without its difference', ['difference'], null, /a difference stands there exactly where/],
    ['a code that is none', ['difference', 'found'], '0x21', /at difference\.found: is not a decimal integer/],
    ['a short hash', ['hashes', 'verilog'], 'abc', /SHA-256/],
    ['a field that nobody knows', ['date'], 'today', /date/],
  ])('is refused with %s', (_, path, value, sentence) => {
    const read = (): unknown => parseAuditRecord(edited(path, value));

    expect(read).toThrow(FormatError);
    expect(read).toThrow(sentence);
  });

  it('is refused where it is no JSON', () => {
    expect(() => parseAuditRecord('{')).toThrow(/record of an audit is not JSON/);
  });
});
