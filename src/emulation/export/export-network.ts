/**
 * One network as a program of its own: the files of an export target, as data.
 *
 * All targets print the same loops (program.ts), so they differ in words and syntax only. Loops over weight arrays keep
 * the code small and readable: it does not grow with the network's width, and it can be compared with the layers.
 */
import type { LayerGraph } from '../../circuit/index.ts';
import { UnsupportedError } from '../../errors.ts';
import type { ExportedFile, ExportSource } from './export-source.ts';
import { buildProgram, type WordLimit } from './build-program.ts';
import { C_WORD } from './c-code.ts';
import { cFiles } from './c-files.ts';
import { JAVASCRIPT_WORD } from './javascript-code.ts';
import { javascriptFiles } from './javascript-files.ts';
import { testVectors } from './test-vectors.ts';
import { WASM_WORD } from './wasm-code.ts';
import { wasmFiles } from './wasm-files.ts';

/** What a network can be written as. */
export type ExportTarget = 'wasm' | 'js' | 'c99';

/** Every target, for help texts. */
export const EXPORT_TARGETS: readonly ExportTarget[] = ['wasm', 'js', 'c99'];

export interface ExportOptions {
  /** Stands in the files as the SHA-256 of the circuits. */
  readonly hash: string;
  /** Stands in the first line of the files, e.g. "distill-rtl 0.1.0". */
  readonly generator: string;
  /** Vectors of the self-test, at least 1. @defaultValue 8 */
  readonly vectors?: number;
}

export interface ExportedNetwork {
  readonly files: readonly ExportedFile[];
  /** Bytes of text without weights and tables; of C the source, whose compiled size is the compiler's. */
  readonly codeBytes: number;
  /** Bytes of weights and tables in the smallest integer type of each array. */
  readonly dataBytes: number;
}

const targets: Readonly<
  Record<
    ExportTarget,
    { readonly word: WordLimit; readonly files: (source: ExportSource) => { files: ExportedFile[]; codeBytes: number } }
  >
> = {
  wasm: { word: WASM_WORD, files: wasmFiles },
  js: { word: JAVASCRIPT_WORD, files: javascriptFiles },
  c99: { word: C_WORD, files: cFiles },
};

/**
 * Write a compiled network as a zero-dependency emulator.
 *
 * @throws UnsupportedError for an unknown target, and naming the layer, input or output that the target's words do not
 * hold: 53 bits in `js`, 64 in `wasm` and `c99`, 32 for inputs and outputs of all of them
 */
export function exportNetwork(graph: LayerGraph, target: ExportTarget, options: ExportOptions): ExportedNetwork {
  const rules = targets[target] as (typeof targets)[ExportTarget] | undefined;
  if (rules === undefined) {
    throw new UnsupportedError(
      `Export target "${String(target)}" is not known; it must be one of ${EXPORT_TARGETS.join(', ')}.`,
    );
  }
  const program = buildProgram(graph, rules.word);
  const heading = [
    `${graph.name}: the exact fixed-point network, written by ${options.generator}.`,
    `Circuits SHA-256 ${options.hash}`,
  ];
  const source: ExportSource = {
    program,
    baseName: baseNameOf(graph.name),
    hash: options.hash,
    heading: heading.map((line) => line.replaceAll(/[\r\n\u2028\u2029]/g, ' ')),
    vectors: testVectors(graph, options.vectors ?? 8),
  };
  const { files, codeBytes } = rules.files(source);
  const dataBytes = program.arrays.reduce(
    (sum, { values, range, length }, array) =>
      sum + (values === undefined || !program.used.has(array) ? 0 : length * bytesOf(range)),
    0,
  );
  return { files, codeBytes, dataBytes };
}

function bytesOf({ lo, hi }: { readonly lo: bigint; readonly hi: bigint }): number {
  return (
    [1, 2, 4].find((bytes) => {
      const half = 1n << BigInt(8 * bytes - 1);
      return (lo >= -half && hi < half) || (bytes < 4 && lo >= 0n && hi < 2n * half);
    }) ?? 8
  );
}

/** A name that C and file systems take; "network" stands in for one without a letter. */
function baseNameOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (plain === '' || ['main', 'self_test', 'stdint'].includes(plain))
    return `network${plain === '' ? '' : `_${plain}`}`;
  return /^\d/.test(plain) ? `network_${plain}` : plain;
}
