/** The C99 target: one source, one header, a test without a library, and a Makefile. */
import { formatText, fractionBits, rawRange, sameFormat } from '../../fixed/index.ts';
import { cCode, cConstant } from './c-code.ts';
import { describePorts } from './codecs.ts';
import type { ExportedFile, ExportSource } from './export-source.ts';
import { commentText } from './expressions.ts';
import type { ProgramPort } from './program.ts';
import { cReadme } from './readme.ts';

/** Write the sources; `codeBytes` is the source text without the arrays (the compiled size depends on the compiler). */
export function cFiles(source: ExportSource): { files: ExportedFile[]; codeBytes: number } {
  const { program, baseName, hash, heading } = source;
  const { data, functions, locals, calls } = cCode(program);
  const upper = baseName.toUpperCase();
  const size = (ports: readonly ProgramPort[]): number => ports.reduce((n, port) => n + port.formats.length, 0);
  const comment = `/*\n * ${heading.map(commentText).join('\n * ')}\n */\n`;
  const header = `${comment}#ifndef ${upper}_H
#define ${upper}_H

#include <stdint.h>

/* SHA-256 of the circuits that this file was made from. */
#define ${upper}_HASH "${hash}"
#define ${upper}_INPUTS ${size(program.inputs)}
#define ${upper}_OUTPUTS ${size(program.outputs)}
${portsText('input', program.inputs, `${upper}_INPUT`)}
${portsText('output', program.outputs, `${upper}_OUTPUT`)}

/*
 * Compute one event: ${upper}_INPUTS raw codes in, ${upper}_OUTPUTS raw codes out. Uses no heap, no library and no state.
 * Returns 0, or 1 + the index of the first input that is outside its format; then nothing is written.
 */
int ${baseName}_run(const int32_t *input, int32_t *output);

#endif
`;
  const run = runText(source, locals, calls);
  const code = `${comment}#include "${baseName}.h"\n@\n${functions}\n\n${run}\n`;
  return {
    files: [
      { path: `${baseName}.h`, content: header },
      { path: `${baseName}.c`, content: code.replace('@', () => data) },
      { path: 'self_test.c', content: testText(source) },
      { path: 'Makefile', content: makefile(baseName) },
      { path: 'README.md', content: cReadme(source) },
    ],
    codeBytes: code.length + header.length,
  };
}

function portsText(what: string, ports: readonly ProgramPort[], prefix: string): string {
  const lines = describePorts(ports).map(({ name, offset, length, formats }) => {
    const span = `${what}[${offset}] to ${what}[${offset + length - 1}]`;
    return ` * "${commentText(name)}", ${span}: ${formats.join(', ')}`;
  });
  const all = ports.flatMap((port) => port.formats);
  const macro = all.every((format) => sameFormat(format, all[0]!))
    ? `\n#define ${prefix}_FRACTION ${fractionBits(all[0]!)}`
    : '';
  return `/*\n${lines.join('\n')}\n * A code c of ${formatText(all[0]!)} has the value c * 2^-${fractionBits(all[0]!)}.\n */${macro}`;
}

function runText({ program, baseName }: ExportSource, locals: readonly string[], calls: readonly string[]): string {
  const body: string[] = [...locals.map((line) => `  ${line}`), '  int k;'];
  const bounds: string[] = [];
  let offset = 0;
  const at = (): string => (offset === 0 ? 'k' : `${offset} + k`);
  for (const { array, formats } of program.inputs) {
    const { name } = program.arrays[array]!;
    const ranges = formats.map(rawRange);
    const same = ranges.every(({ lo, hi }) => lo === ranges[0]!.lo && hi === ranges[0]!.hi);
    if (!same) {
      for (const end of ['lo', 'hi'] as const) {
        const values = ranges.map((range) => cConstant(range[end])).join(', ');
        bounds.push(`static const int32_t ${name}_${end}[${formats.length}] = {${values}};`);
      }
    }
    const [lo, hi] = same ? [cConstant(ranges[0]!.lo), cConstant(ranges[0]!.hi)] : [`${name}_lo[k]`, `${name}_hi[k]`];
    // A comparison that the type already decides would be a warning.
    const tests = [
      ...(same && ranges[0]!.lo === -(1n << 31n) ? [] : [`input[${at()}] < ${lo}`]),
      ...(same && ranges[0]!.hi === (1n << 31n) - 1n ? [] : [`input[${at()}] > ${hi}`]),
    ];
    body.push(
      `  for (k = 0; k < ${formats.length}; k++) {`,
      ...(tests.length === 0 ? [] : [`    if (${tests.join(' || ')}) return ${offset + 1} + k;`]),
      ...(program.used.has(array) ? [`    ${name}[k] = input[${at()}];`] : []),
      '  }',
    );
    offset += formats.length;
  }
  body.push(...calls.map((call) => `  ${call}`));
  offset = 0;
  for (const { array, formats } of program.outputs) {
    const { name, range } = program.arrays[array]!;
    const cast = range.hi - range.lo >= 1n << 32n ? '(int32_t)' : '';
    body.push(`  for (k = 0; k < ${formats.length}; k++) output[${at()}] = ${cast}${name}[k];`);
    offset += formats.length;
  }
  const signature = `int ${baseName}_run(const int32_t *input, int32_t *output) {`;
  return [...bounds, ...(bounds.length > 0 ? [''] : []), signature, ...body, '  return 0;', '}'].join('\n');
}

function testText({ baseName, vectors }: ExportSource): string {
  const upper = baseName.toUpperCase();
  const rows = (list: readonly (readonly bigint[])[]): string =>
    list.map((row) => `  {${row.map(cConstant).join(', ')}},`).join('\n');
  return `/* Exit status 0 if ${baseName}_run gives what the exact interpreter gave. */
#include "${baseName}.h"

#define VECTORS ${vectors.length}

static const int32_t inputs[VECTORS][${upper}_INPUTS] = {
${rows(vectors.map((vector) => vector.inputs))}
};
static const int32_t expected[VECTORS][${upper}_OUTPUTS] = {
${rows(vectors.map((vector) => vector.outputs))}
};

int main(void) {
  int32_t output[${upper}_OUTPUTS];
  int mismatches = 0;
  int v, k;
  for (v = 0; v < VECTORS; v++) {
    if (${baseName}_run(inputs[v], output) != 0) mismatches++;
    for (k = 0; k < ${upper}_OUTPUTS; k++) {
      if (output[k] != expected[v][k]) mismatches++;
    }
  }
  return mismatches == 0 ? 0 : 1;
}
`;
}

function makefile(baseName: string): string {
  return `CFLAGS = -std=c99 -Wall -Wextra -Werror -pedantic -O2

test: self_test
\t./self_test && echo "self-test: all outputs equal"

self_test: self_test.c ${baseName}.c ${baseName}.h
\t$(CC) $(CFLAGS) -o $@ self_test.c ${baseName}.c

clean:
\trm -f self_test

.PHONY: test clean
`;
}
