/** Runs command lines inside the test process and keeps what they write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { buildNetwork, type Network, serializeNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';

export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run `distill-rtl` with these words. */
export async function distillRtl(...words: string[]): Promise<Captured> {
  const kept = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const originals = streams.map((name) => process[name].write);
  for (const name of streams) {
    process[name].write = ((text: string) => {
      kept[name] += text;
      return true;
    }) as typeof process.stdout.write;
  }
  try {
    return { code: await runCommandLine(words), ...kept };
  } finally {
    streams.forEach((name, k) => (process[name].write = originals[k]!));
  }
}

/** A temporary folder and its removal. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'distill-rtl-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A network of two dense layers, small enough to be compiled in a blink. */
export const smallNetwork: Network = buildNetwork(
  'little',
  [{ name: 'in', shape: [4] }],
  [
    { kind: 'dense', name: 'fc1', attributes: { units: 5 } },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
  ],
  stream('cli spec'),
);

export const smallModel: string = serializeNetwork(smallNetwork);

/** A convolution and a dense layer on 5 by 5 pixels, as streams two stages. */
export const smallImageModel: string = serializeNetwork(
  buildNetwork(
    'tiny',
    [{ name: 'in', shape: [5, 5, 1] }],
    [
      { kind: 'conv2d', name: 'conv', attributes: { filters: 2, size: [3, 3] } },
      { kind: 'relu', name: 'act' },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'fc', attributes: { units: 2 } },
    ],
    stream('cli streams spec'),
  ),
);
