/** The WebAssembly target: an ES module that carries the module as base64 and needs nothing else. */
import { codecText } from './codecs.ts';
import type { ExportedFile, ExportSource } from './export-source.ts';
import { moduleReadme } from './readme.ts';
import { selfTestModule } from './self-test.ts';
import { WASM_BLOCK, wasmCode } from './wasm-code.ts';

/** Write the module, its self-test and its notes; `codeBytes` leaves out weights and tables. */
export function wasmFiles(source: ExportSource): { files: ExportedFile[]; codeBytes: number } {
  const { program, baseName, hash, heading } = source;
  const { bytes, dataBytes, layout } = wasmCode(program);
  const { inputs, outputs, inputAddress, outputAddress } = layout;
  const loader = `// ${heading.join('\n// ')}

var binary = '@';

// Base64 by hand: not every runtime has atob.
function decode(text) {
  var alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  var bytes = new Uint8Array((text.length * 3) / 4 - (text.slice(-2) === '==' ? 2 : text.slice(-1) === '=' ? 1 : 0));
  for (var from = 0, to = 0; from < text.length; from += 4) {
    var word = 0;
    for (var k = 0; k < 4; k++) word = (word << 6) | (alphabet.indexOf(text[from + k]) & 63);
    bytes[to++] = word >> 16;
    bytes[to++] = word >> 8;
    bytes[to++] = word;
  }
  return bytes;
}

var machine = new WebAssembly.Instance(new WebAssembly.Module(decode(binary))).exports;
var inputArea = new Int32Array(machine.memory.buffer, ${inputAddress}, ${WASM_BLOCK * inputs});
var outputArea = new Int32Array(machine.memory.buffer, ${outputAddress}, ${WASM_BLOCK * outputs});

function refuse(index, code) {
  throw new RangeError('Input ' + index + ' is ' + code + ', which is no code of its format.');
}

// Compute one event: raw codes in, raw codes out, no allocation. Throws RangeError for a code outside its format.
export function run(input, output) {
  runBatch(1, input, output);
}

// Compute count events that stand one after the other, without allocation.
export function runBatch(count, input, output) {
  for (var from = 0; from < count; from += ${WASM_BLOCK}) {
    var some = Math.min(${WASM_BLOCK}, count - from);
    var k;
    for (k = 0; k < some * ${inputs}; k++) {
      inputArea[k] = input[from * ${inputs} + k];
      if (inputArea[k] !== input[from * ${inputs} + k]) refuse(from * ${inputs} + k, input[from * ${inputs} + k]);
    }
    var bad = machine.run(some);
    if (bad !== 0) refuse(from * ${inputs} + bad - 1, inputArea[bad - 1]);
    for (k = 0; k < some * ${outputs}; k++) output[from * ${outputs} + k] = outputArea[k];
  }
}

${codecText(program, hash)}
`;
  return {
    files: [
      { path: `${baseName}.mjs`, content: loader.replace("'@'", () => `'${base64(bytes)}'`) },
      { path: 'self-test.mjs', content: selfTestModule(source, true) },
      { path: 'README.md', content: moduleReadme(source) },
    ],
    codeBytes: loader.length + Math.ceil(((bytes.length - dataBytes) * 4) / 3),
  };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let k = 0; k < bytes.length; k += 3) {
    const word = (bytes[k]! << 16) | ((bytes[k + 1] ?? 0) << 8) | (bytes[k + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(word >> shift) & 63]!);
    const missing = Math.max(0, k + 3 - bytes.length);
    text += digits.slice(0, 4 - missing).join('') + '='.repeat(missing);
  }
  return text;
}
