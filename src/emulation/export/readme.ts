/** The few lines that stand beside an exported network. */
import { describePorts } from './codecs.ts';
import type { ExportSource } from './export-source.ts';

function portLines({ program }: ExportSource): string {
  const lines = (what: string, ports: typeof program.inputs): string[] =>
    describePorts(ports).map(
      ({ name, offset, length, formats }) =>
        `- ${what} \`${name}\`: codes ${offset} to ${offset + length - 1}, ${[...new Set(formats)].map((text) => `\`${text}\``).join(', ')}`,
    );
  return [...lines('input', program.inputs), ...lines('output', program.outputs)].join('\n');
}

/** Notes for an ES module. */
export function moduleReadme(source: ExportSource): string {
  const { baseName, heading } = source;
  return `# ${source.program.name}

${heading.join('\n')}

${portLines(source)}

\`\`\`js
import { run, quantize, dequantize } from './${baseName}.mjs';
const input = new Int32Array(${source.vectors[0]!.inputs.length});
const output = new Int32Array(${source.vectors[0]!.outputs.length});
run(quantize(values, input), output);
console.log(dequantize(output));
\`\`\`

\`node self-test.mjs\` compares with the exact interpreter's answers.
`;
}

/** Notes for C. */
export function cReadme(source: ExportSource): string {
  const { baseName, heading } = source;
  return `# ${source.program.name}

${heading.join('\n')}

${portLines(source)}

\`\`\`c
#include "${baseName}.h"
int32_t input[${baseName.toUpperCase()}_INPUTS], output[${baseName.toUpperCase()}_OUTPUTS];
if (${baseName}_run(input, output) != 0) { /* an input code is outside its format */ }
\`\`\`

\`make test\` compares with the exact interpreter's answers. All arrays that are written live on the stack; \`int\` must
have at least 32 bits.
`;
}
