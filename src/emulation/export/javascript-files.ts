/** The plain JavaScript target: one ES module that old engines run, and its test. */
import { rawRange } from '../../fixed/index.ts';
import { codecText } from './codecs.ts';
import type { ExportedFile, ExportSource } from './export-source.ts';
import { javascriptCode } from './javascript-code.ts';
import { selfTestModule } from './self-test.ts';
import { moduleReadme } from './readme.ts';

/** Write the module, its self-test and its notes; `codeBytes` leaves out the arrays. */
export function javascriptFiles(source: ExportSource): { files: ExportedFile[]; codeBytes: number } {
  const { program, baseName, hash, heading } = source;
  const { code, data, calls } = javascriptCode(program);
  const nameOf = (array: number): string => program.arrays[array]!.name;
  const copyIn: string[] = [];
  let offset = 0;
  const bounds: string[] = [];
  for (const { array, formats } of program.inputs) {
    const ranges = formats.map(rawRange);
    const same = ranges.every(({ lo, hi }) => lo === ranges[0]!.lo && hi === ranges[0]!.hi);
    const name = nameOf(array);
    if (!same) {
      bounds.push(
        `var ${name}_lo = new Int32Array([${ranges.map(({ lo }) => lo).join(',')}]);`,
        `var ${name}_hi = new Int32Array([${ranges.map(({ hi }) => hi).join(',')}]);`,
      );
    }
    const [lo, hi] = same ? [ranges[0]!.lo, ranges[0]!.hi] : [`${name}_lo[k]`, `${name}_hi[k]`];
    copyIn.push(
      `  for (k = 0; k < ${formats.length}; k++) {`,
      `    var code = input[${offset === 0 ? 'k' : `${offset} + k`}];`,
      `    if (!(code >= ${lo} && code <= ${hi})) refuse(${offset === 0 ? 'k' : `${offset} + k`}, code);`,
      ...(program.used.has(array) ? [`    ${name}[k] = code;`] : []),
      '  }',
    );
    offset += formats.length;
  }
  const copyOut: string[] = [];
  offset = 0;
  for (const { array, formats } of program.outputs) {
    copyOut.push(
      `  for (k = 0; k < ${formats.length}; k++) output[${offset === 0 ? 'k' : `${offset} + k`}] = ${nameOf(array)}[k];`,
    );
    offset += formats.length;
  }
  const before = `// ${heading.join('\n// ')}\n`;
  const rest = `
${code}

function refuse(index, code) {
  throw new RangeError('Input ' + index + ' is ' + code + ', which is no code of its format.');
}

// Compute one event: raw codes in, raw codes out, no allocation. Throws RangeError for a code outside its format.
export function run(input, output) {
  var k;
${copyIn.join('\n')}
${calls.map((call) => `  ${call}`).join('\n')}
${copyOut.join('\n')}
}

${codecText(program, hash)}
`;
  const text = `${before}\n${[...bounds, data].join('\n')}\n${rest}`;
  return {
    files: [
      { path: `${baseName}.mjs`, content: text },
      { path: 'self-test.mjs', content: selfTestModule(source, false) },
      { path: 'README.md', content: moduleReadme(source) },
    ],
    codeBytes: before.length + rest.length,
  };
}
