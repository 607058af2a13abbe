/** The test of an exported ES module by the interpreter's answers. */
import type { ExportSource } from './export-source.ts';

/** Write a module that throws on the first difference; it runs wherever the exported module runs. */
export function selfTestModule({ baseName, vectors }: ExportSource, batch: boolean): string {
  const rows = vectors.map(({ inputs, outputs }) => `  [[${inputs.join(',')}], [${outputs.join(',')}]],`);
  const check = `function same(got, from, expected, what) {
  for (var k = 0; k < expected.length; k++) {
    if (got[from + k] !== expected[k]) {
      throw new Error(what + ': output ' + k + ' is ' + got[from + k] + ' but must be ' + expected[k]);
    }
  }
}`;
  const batchTest = `
var inputs = new Int32Array(${vectors.length * vectors[0]!.inputs.length});
var outputs = new Int32Array(${vectors.length * vectors[0]!.outputs.length});
for (var v = 0; v < vectors.length; v++) inputs.set(vectors[v][0], v * ${vectors[0]!.inputs.length});
runBatch(vectors.length, inputs, outputs);
for (var v = 0; v < vectors.length; v++) same(outputs, v * ${vectors[0]!.outputs.length}, vectors[v][1], 'batch, vector ' + v);
`;
  return `// Throws if ${baseName}.mjs differs from the exact interpreter, whose answers stand here.
import { run${batch ? ', runBatch' : ''} } from './${baseName}.mjs';

var vectors = [
${rows.join('\n')}
];

${check}

var output = new Int32Array(${vectors[0]!.outputs.length});
for (var v = 0; v < vectors.length; v++) {
  run(new Int32Array(vectors[v][0]), output);
  same(output, 0, vectors[v][1], 'vector ' + v);
}
${batch ? batchTest : ''}console.log('self-test: all outputs equal');
`;
}
