import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import { htmlReport, linePlot, type Report } from '../../src/report/index.ts';

const svg = linePlot({ x: { label: 'x' }, y: { label: 'y' }, series: [{ name: 'a', x: [1, 2], y: [1, 2] }] });

const report: Report = {
  title: 'QDistillNet <quick>',
  summary: 'The student reaches **97.7 %** in `25 ns`.',
  facts: [['seed', '42']],
  sections: [
    {
      heading: 'Accuracy',
      paragraphs: ['Less is & more: `a < b`.'],
      figures: [{ svg, caption: 'Both curves fall together.' }],
      tables: [{ caption: 'Numbers.', columns: [{ header: 'LUT' }, { header: 'who' }], rows: [[12345, '<b>']] }],
      code: [{ text: 'if (a < b) { }', caption: 'Run it again.' }],
    },
    {
      heading: 'Accuracy',
      figures: [{ svg, caption: 'Again.' }],
      sections: [{ heading: 'Details', paragraphs: ['x'] }],
    },
  ],
};

describe('htmlReport', () => {
  it('numbers figures and tables, links its contents and escapes text', () => {
    const html = htmlReport(report);

    expect(html).toContain('<title>QDistillNet &lt;quick&gt;</title>');
    expect(html).toContain('<p class="summary">The student reaches <b>97.7 %</b> in <code>25 ns</code>.</p>');
    expect(html).toContain('<p>Less is &amp; more: <code>a &lt; b</code>.</p>');
    expect(html).toContain('<li><a href="#accuracy">Accuracy</a></li>\n<li><a href="#accuracy-2">Accuracy</a></li>');
    expect(html).toContain('<h2 id="accuracy-2">');
    expect(html).toContain('<b>Figure 2.</b> Again.');
    expect(html).toContain('<b>Table 1.</b> Numbers.');
    expect(html).toContain('<td class="right">12\u2009345</td><td>&lt;b&gt;</td>');
    expect(html).toContain('<pre><code>if (a &lt; b) { }</code></pre>');
    expect(html).toContain('<h3 id="details">Details</h3>');
  });

  it('fetches and runs nothing, and is the same each time', () => {
    const html = htmlReport(report);

    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\((?!#)/i);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('@media print');
    expect(html).toBe(htmlReport(report));
  });

  it('refuses figures that could run or fetch something', () => {
    const figure = (text: string) => () =>
      htmlReport({ title: 't', sections: [{ heading: 'h', figures: [{ svg: text, caption: '' }] }] });

    expect(figure('<svg><script>alert(1)</script></svg>')).toThrow(ValueError);
    expect(figure('<svg><image href="http://x"/></svg>')).toThrow(ValueError);
    expect(figure('<svg onload="x"></svg>')).toThrow(ValueError);
    expect(figure('<p>no figure</p>')).toThrow(ValueError);
  });
});
