/** Tables, sentences and report of an audit, from data. */
import { describe, expect, it } from 'vitest';
import { textTable } from '../../../src/report/index.ts';
import {
  type AuditResult,
  auditReport,
  claimTable,
  testTable,
  unprovedText,
  verdictText,
  worstVerdict,
} from '../../../src/systems/index.ts';
import { differentAudit, foreignAudit, openAudit, provedAudit } from './draft.ts';

/** Headings of the page, in their order. */
const headings = (html: string): string[] => [...html.matchAll(/<h2 id="[^"]*">([^<]*)</g)].map((match) => match[1]!);

/** Lines of the terminal's table, spaces squeezed. */
const linesOf = (audit: AuditResult): string[] =>
  textTable(claimTable(audit))
    .split('\n')
    .map((line) => line.replaceAll(/ {2,}/g, ' | ').trim());

describe('the verdict of several claims', () => {
  it('is the worst of them, and never proved where there is none', () => {
    expect(worstVerdict(['proved', 'proved'])).toBe('proved');
    expect(worstVerdict(['proved', 'open'])).toBe('open');
    expect(worstVerdict(['open', 'different', 'proved'])).toBe('different');
    expect(worstVerdict([])).toBe('open');
  });
});

describe('claimTable', () => {
  it('lists modules by claim with the rules that were used, and their sum', () => {
    const lines = linesOf(provedAudit);

    expect(lines[0]).toBe('claim | module | outputs | normal form | enumeration | satisfiability | verdict');
    expect(lines[4]).toBe('| fc2 | 32 | 30 | 0 | 2 | proved');
    expect(lines[5]).toBe('| (sum) | 160 | 94 | 64 | 2 | proved');
    expect(lines[6]).toMatch(/^netlist = circuit \| jet_fc1/);
  });

  it('shows what is open and what is different where there is such', () => {
    const open = linesOf(openAudit);
    const different = linesOf(differentAudit);

    expect(open[0]).toMatch(/enumeration \| open \| verdict$/);
    expect(open[4]).toBe('| fc2 | 32 | 30 | 0 | 2 | open');
    expect(different[0]).toMatch(/satisfiability \| different \| verdict$/);
    expect(different.at(-2)).toBe('| (sum) | 165 | 100 | 64 | 0 | 1 | different');
  });

  it('adds nothing up for a single module', () => {
    expect(linesOf(foreignAudit)).toHaveLength(4);
  });
});

describe('testTable', () => {
  it('lists simulations', () => {
    expect(textTable(testTable(provedAudit))).toMatch(/^Verilog against circuit +Icarus Verilog +256 +0$/m);
  });
});

describe('verdictText', () => {
  it('says what was proved in one sentence', () => {
    expect(verdictText(provedAudit)).toBe(
      'For every one of the 2¹²⁸ input vectors, src/*.v computes what model/network.json says, 5 clock cycles later.',
    );
    expect(verdictText(foreignAudit)).toMatch(/neuron\.v computes what model\.onnx says, in the same clock cycle\.$/);
    const design = { ...provedAudit.design, latencyCycles: 1 };
    expect(verdictText({ ...provedAudit, design })).toMatch(/, 1 clock cycle later\.$/);
  });

  it('says what differs', () => {
    expect(verdictText(differentAudit)).toBe(
      `src/*.v does not compute what model/network.json says. ${differentAudit.difference!.sentence}`,
    );
  });

  it('does not call an open equality a difference', () => {
    expect(verdictText(openAudit)).toMatch(/2 of 490 equalities are open, the first in fc2 \(circuit = model\)/);
    expect(unprovedText(openAudit)).toMatch(/^not proved: 2 of 490 .*; no input is known that shows a difference$/);
    expect(unprovedText(provedAudit)).toBeUndefined();
    expect(unprovedText(differentAudit)).toBeUndefined();
  });

  it('counts one open equality in the singular, and knows an audit without claims', () => {
    const [first, ...rest] = openAudit.claims;
    const modules = first!.modules.map((module) =>
      module.verdict === 'open' ? { ...module, methods: { 'normal form': 31 } } : module,
    );
    const one = { ...openAudit, claims: [{ ...first!, modules }, ...rest] };

    expect(unprovedText(one)).toMatch(/: 1 of 490 equalities is open, in fc2 \(/);
    expect(unprovedText({ ...openAudit, claims: [] })).toMatch(/a claim without a proof of any module/);
  });
});

describe('auditReport', () => {
  it('begins with the verdict and ends with how to repeat it', () => {
    const html = auditReport(provedAudit);

    expect(html).toMatch(
      /<p class="summary tone good"><b>Proved\.<\/b> For every one of the 2¹²⁸ input vectors, <code>src/,
    );
    expect(headings(html)).toEqual([
      'What was proved',
      'What was only tested',
      'What the proof rests on',
      'How to repeat it',
    ]);
    expect(html).toContain('2.0 s for the proof, 3.3 s for Yosys to read the Verilog');
    expect(html).toContain(`<pre><code>${provedAudit.command}</code></pre>`);
  });

  it('holds every module, note, hash, version and simulation', () => {
    const html = auditReport(provedAudit);
    const { claims, hashes, tools, tested } = provedAudit;
    const texts = [
      ...claims.flatMap(({ modules }) => modules.map(({ module }) => `<td>${module}</td>`)),
      ...Object.entries(hashes).flatMap(([of, hash]) => [`<td>${of}</td>`, hash]),
      ...Object.entries(tools).flat(),
      ...tested.map(({ tool }) => `<td>${tool}</td>`),
      'Every path from an input to an output passes 5 registers.',
      '<code>valid_out</code>',
      'at most 65 536 codes',
    ];

    for (const text of texts) expect(html).toContain(text);
    expect(html).not.toMatch(/undefined|NaN|\[object|null/);
  });

  it('explains the rules that were used and no others', () => {
    expect(auditReport(provedAudit)).toMatch(/<b>satisfiability<\/b><\/td><td>both sides were written out in bits/);
    expect(auditReport(openAudit)).not.toContain('<b>satisfiability</b>');
  });

  it('does not speak of a pipeline where the circuit is wrong, and says so where only the cycle is', () => {
    const { difference } = differentAudit;
    const circuit = auditReport({
      ...differentAudit,
      difference: { ...difference!, claim: 'circuit = model', module: 'fc2', wire: 'fc2[3]', files: [] },
    });
    const late = auditReport({ ...differentAudit, difference: { ...difference!, found: difference!.expected } });

    expect(circuit).toContain('<code>fc2[3]</code> is the output element that was found to be wrong');
    expect(circuit).not.toContain('first wire that');
    expect(circuit).toContain('No files were made to show it.');
    expect(late).toContain('Its value is right and comes in the wrong cycle.');
    expect(auditReport(differentAudit)).not.toContain('wrong cycle');
  });

  it('says how to get the hashes again, where there is a folder and where there is none', () => {
    const { verilog } = provedAudit.hashes;

    expect(auditReport(provedAudit)).toContain('<code>sha256sum</code> prints those of');
    expect(auditReport({ ...foreignAudit, hashes: { verilog: verilog! } })).not.toContain('sha256sum');
  });

  it('puts the difference first, with its input and its files', () => {
    const html = auditReport(differentAudit);

    expect(html).toMatch(/tone bad"><b>Different\./);
    expect(headings(html)[0]).toBe('The difference');
    expect(html).toMatch(/<td>jet_fc2<\/td><td>fc2_sum_17<\/td><td class="right">-37<\/td><td class="right">-33<\/td>/);
    expect(html).toMatch(/x\[0\] +-128 +0 +3 +127 .*\nx\[12\] +1 +0 +-8 +0</);
    expect(html).toContain('<code>counterexample/jet_audit.vcd</code> is the waveform of such a run.');
    expect(html).toContain('None of these vectors shows the difference.');
    expect(html).toContain('<td><b>different</b></td>');
    expect(html).toContain('>164 of 165<');
  });

  it('says so where no input and no files show the difference', () => {
    const difference = { ...differentAudit.difference!, inputs: {}, files: [] };
    const html = auditReport({ ...differentAudit, difference });

    expect(html).toContain('No input of the whole design was found that shows it.');
    expect(html).toContain('No files were made to show it.');
  });

  it('lists what is open before what is proved', () => {
    const html = auditReport(openAudit);

    expect(html).toMatch(/tone undecided"><b>Not proved\./);
    expect(headings(html)[0]).toBe('What is open');
    expect(html).toMatch(/<td>circuit = model<\/td><td>fc2<\/td><td class="right">2<\/td><td class="right">32<\/td>/);
  });

  it('speaks of a design of others without a part, a netlist and simulations', () => {
    const html = auditReport(foreignAudit);

    expect(html).not.toMatch(/<dt>target|<b>netlist|null|undefined/);
    expect(html).toContain('Nothing was simulated.');
    expect(html).toContain('Two things were compared: the <b>model</b> (<code>model.onnx</code>');
    expect(html).toContain('none: the outputs follow the inputs within the clock cycle');
    expect(html).toMatch(/<text[^>]*>model<.*<text[^>]*>Verilog</);
  });

  it('escapes what stands in the files', () => {
    const difference = { ...differentAudit.difference!, wire: '<img src=x>' };

    expect(auditReport({ ...differentAudit, difference })).not.toContain('<img');
  });
});
