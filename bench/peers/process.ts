/**
 * A peer in a process of its own, spoken to in lines of JSON: one request on its standard input, one answer on its
 * standard output.
 *
 *     {"case": "…", "milliseconds": 40}  ->  {"calls": 812, "seconds": 0.0401, "samples": [0.0000493, …]}
 *
 * The process calls the case for about that long, at least once, and says how often and how long, and may tell the
 * seconds per call of parts of the time; so rounds of several peers interleave. What else a case is asked and answers is
 * between a peer and its driver.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TimedCalls } from '../rounds.ts';

/** What a process answers after calling a case. */
export interface PeerCalls extends TimedCalls {
  readonly samples?: readonly number[];
}

/** Let the fastest sample stand for all calls: on a busy machine it falls between the other programs. */
export function fastestCall({ calls, seconds, samples }: PeerCalls): TimedCalls {
  return samples === undefined || samples.length === 0
    ? { calls, seconds }
    : { calls: 1, seconds: Math.min(...samples) };
}

export interface PeerProcess {
  /** Send a request and wait for the answer. @throws Error when the process has ended or answers with `error` */
  readonly ask: <Answer>(request: Readonly<Record<string, unknown>>) => Promise<Answer>;
  /** Call a case for about that long. */
  readonly run: (name: string, milliseconds: number) => Promise<PeerCalls>;
  /** End the process. */
  readonly stop: () => void;
}

/** Variables of the process: given ones replace those of this process, undefined ones are removed. */
export type PeerEnvironment = Readonly<Record<string, string | undefined>>;

/** Start a process. */
export function startProcess(
  name: string,
  command: string,
  args: readonly string[],
  variables: PeerEnvironment = {},
): PeerProcess {
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...variables }).filter(([, value]) => value !== undefined),
  );
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = `${complaint}${text.toString()}`.slice(-2000);
  });
  child.stdin.on('error', () => {}); // Told by the end of the process.
  const waiting: ((line: string | null) => void)[] = [];
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const answer of waiting.splice(0)) answer(null);
  };
  child.on('error', (error) => {
    complaint = error.message;
    end();
  });
  child.on('close', end);
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));

  const ask = async <Answer>(request: Readonly<Record<string, unknown>>): Promise<Answer> => {
    const line = await new Promise<string | null>((resolve) => {
      if (ended) return resolve(null);
      waiting.push(resolve);
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    if (line === null) throw new Error(`${name} ended: ${complaint.trim().split('\n').at(-1) ?? ''}`);
    const answer = JSON.parse(line) as Answer & { readonly error?: string };
    if (answer.error !== undefined) throw new Error(`${name}, ${JSON.stringify(request['case'])}: ${answer.error}`);
    return answer;
  };
  return {
    ask,
    run: (item, milliseconds) => ask<PeerCalls>({ case: item, milliseconds }),
    stop: () => {
      child.stdin.end();
    },
  };
}
