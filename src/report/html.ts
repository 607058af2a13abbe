/**
 * One HTML file that holds a whole report: text, tables, figures, code, and nothing fetched from elsewhere.
 *
 * No scripts; colours follow the reader's light or dark setting, and on paper the page is black on white with figures
 * kept whole. Paragraphs and captions may hold `code` in backticks and **bold** text.
 */
import { ValueError } from '../errors.ts';
import { escapeXml } from './svg/element.ts';
import { checkTable, columnTitle, formatCell, isRightAligned, type Table } from './table.ts';

/** A table with the sentence that says what it shows. */
export interface ReportTable extends Table {
  readonly caption: string;
}

/** A figure as SVG text with the sentences that say what is seen in it. */
export interface ReportFigure {
  readonly svg: string;
  readonly caption: string;
}

/** A listing with an optional caption. */
export interface ReportCode {
  readonly text: string;
  readonly caption?: string;
}

/** One section; its parts come in the order of these fields. */
export interface ReportSection {
  readonly heading: string;
  readonly paragraphs?: readonly string[];
  readonly figures?: readonly ReportFigure[];
  readonly tables?: readonly ReportTable[];
  readonly code?: readonly ReportCode[];
  /** Sections inside this one, one level deep. */
  readonly sections?: readonly ReportSection[];
}

/** A report. */
export interface Report {
  readonly title: string;
  /** One or two sentences below the title: the result first. */
  readonly summary?: string;
  /** Whether the result is good news, told by the colour beside the summary. @defaultValue no colour */
  readonly tone?: 'good' | 'bad' | 'undecided';
  /** Facts to repeat the run: seed, versions, hashes, as name and value. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly ReportSection[];
}

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #f3f5f7; --line: #d0d7de; --accent: #0072b2; --faint: #59636e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --paper: #15181c; --soft: #1f242a; --line: #3b434c; --accent: #56b4e9; --faint: #9aa5b1; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.2rem 4rem; max-width: 50rem; color: var(--ink); background: var(--paper); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { margin: 0 0 .6rem; font-size: 1.8rem; line-height: 1.2; }
h2 { margin: 2.6rem 0 .8rem; padding-top: .6rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
h3 { margin: 1.8rem 0 .6rem; font-size: 1.05rem; }
p { margin: .7rem 0; }
.summary { font-size: 1.1rem; }
.tone { padding: .8rem 1.2rem; border-left: 6px solid var(--faint); border-radius: 6px; background: var(--soft); overflow-wrap: anywhere; }
.tone.good { border-color: #009e73; }
.tone.bad { border-color: #d55e00; }
.tone code { padding: 0; background: none; }
a { color: var(--accent); }
nav { margin: 1.4rem 0; padding: .8rem 1.2rem; background: var(--soft); border-radius: 6px; }
nav ol { margin: 0; padding-left: 1.3rem; }
figure { margin: 1.6rem 0; }
figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; color: var(--ink); }
figure svg .paper { fill: none; }
figcaption, caption { color: var(--faint); font-size: .92rem; text-align: left; }
caption { padding-bottom: .4rem; }
figcaption b, caption b { color: var(--ink); }
.scroll { margin: 1.4rem 0; overflow-x: auto; }
table { min-width: 60%; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
.right { text-align: right; padding-left: .4rem; }
td.right { white-space: nowrap; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .88em; }
code { background: var(--soft); padding: .1em .3em; border-radius: 3px; overflow-wrap: anywhere; }
pre { margin: .4rem 0 1.2rem; padding: .8rem 1rem; overflow-x: auto; background: var(--soft); border-radius: 6px; line-height: 1.4; }
pre code { padding: 0; background: none; font-size: inherit; overflow-wrap: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; font-size: .92rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
@media print {
  :root { --ink: #000000; --paper: #ffffff; --soft: #f3f5f7; --line: #bbbbbb; --faint: #333333; --accent: #000000; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav { display: none; }
  figure, table, pre, dl { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  pre { white-space: pre-wrap; }
  .scroll { overflow: visible; }
}
`;

/** Turn plain text into HTML: escaped, with `code` and **bold**. */
const inline = (text: string): string =>
  escapeXml(text)
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.endsWith('`') && part.length > 2
        ? `<code>${part.slice(1, -1)}</code>`
        : part.replaceAll(/\*\*([^*]+)\*\*/g, '<b>$1</b>'),
    )
    .join('');

const checkedSvg = (svg: string): string => {
  if (!/^\s*<svg[\s>]/.test(svg) || /<script|<foreignObject|\son\w+=|href=|@import/i.test(svg)) {
    throw new ValueError('A figure of a report must be SVG text without scripts and without links to other files.');
  }
  return svg.trim();
};

const tableHtml = (table: ReportTable, number: number): string => {
  checkTable(table);
  const right = (index: number): string => (isRightAligned(table, index) ? ' class="right"' : '');
  const head = table.columns
    .map((column, i) => `<th scope="col"${right(i)}>${inline(columnTitle(column))}</th>`)
    .join('');
  const rows = table.rows.map((row) => {
    const cells = row.map((cell, i) => `<td${right(i)}>${inline(formatCell(cell, table.columns[i], '\u2009'))}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  const caption = `<caption><b>Table ${number}.</b> ${inline(table.caption)}</caption>`;
  return `<div class="scroll"><table>${caption}<thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
};

const anchor = (heading: string, taken: Set<string>): string => {
  const base =
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'section';
  let name = base;
  for (let i = 2; taken.has(name); i += 1) name = `${base}-${i}`;
  taken.add(name);
  return name;
};

/**
 * Write a report as one self-contained HTML page.
 *
 * Figures and tables are numbered in reading order.
 *
 * @throws ValueError if a figure is no SVG or could fetch or run anything; ShapeError for a ragged table.
 */
export const htmlReport = (report: Report): string => {
  const taken = new Set<string>();
  let figures = 0;
  let tables = 0;
  const contents: string[] = [];
  const section = (one: ReportSection, level: 2 | 3): string => {
    const id = anchor(one.heading, taken);
    if (level === 2) contents.push(`<li><a href="#${id}">${inline(one.heading)}</a></li>`);
    const parts = [
      `<h${level} id="${id}">${inline(one.heading)}</h${level}>`,
      ...(one.paragraphs ?? []).map((text) => `<p>${inline(text)}</p>`),
      ...(one.figures ?? []).map(({ svg, caption }) => {
        figures += 1;
        return `<figure>${checkedSvg(svg)}<figcaption><b>Figure ${figures}.</b> ${inline(caption)}</figcaption></figure>`;
      }),
      ...(one.tables ?? []).map((table) => {
        tables += 1;
        return tableHtml(table, tables);
      }),
      ...(one.code ?? []).map(({ text, caption }) => {
        const above = caption === undefined ? '' : `<p>${inline(caption)}</p>\n`;
        return `${above}<pre><code>${escapeXml(text)}</code></pre>`;
      }),
      ...(one.sections ?? []).map((inner) => section(inner, 3)),
    ];
    return parts.join('\n');
  };
  const body = report.sections.map((one) => `<section>\n${section(one, 2)}\n</section>`).join('\n');
  const tone = report.tone === undefined ? '' : ` tone ${report.tone}`;
  const facts = (report.facts ?? []).map(([name, value]) => `<dt>${inline(name)}</dt><dd>${inline(value)}</dd>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeXml(report.title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${inline(report.title)}</h1>`,
    ...(report.summary === undefined ? [] : [`<p class="summary${tone}">${inline(report.summary)}</p>`]),
    ...(facts.length === 0 ? [] : [`<dl>${facts.join('\n')}</dl>`]),
    '</header>',
    ...(contents.length < 2 ? [] : [`<nav aria-label="Contents"><ol>\n${contents.join('\n')}\n</ol></nav>`]),
    `<main>\n${body}\n</main>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
};
