/**
 * Reads windows out of shard files, checks them and puts their samples into their order.
 *
 * The function is self-contained, imports nothing and closes over nothing, because its text also runs in a worker. What
 * is wrong is told as data, because typed errors do not survive the way between threads. Tasks run one after the other.
 */
import type { WindowPlan } from './epoch-order.ts';

/** Size and time of the last change of a file. */
export interface FileStamp {
  readonly size: number;
  /** Any number that changes when the file is written to. */
  readonly modified: number;
}

/** The files of a set, by their names in its folder; a browser may give them from anywhere. */
export interface ShardFiles {
  stat(name: string): Promise<FileStamp>;
  /** Fill `into` with the bytes from position `from` on; reject if the file has fewer. */
  read(name: string, from: number, into: Uint8Array): Promise<void>;
  /** SHA-256 of the whole file, 64 hexadecimal digits. */
  hash(name: string): Promise<string>;
}

/** What the index says of a file, worked out for reading. */
export interface FileLayout {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Position of the first sample. */
  readonly start: number;
  /** Dictionary that its `.npy` header must have. */
  readonly dictionary: string;
}

export interface ReaderLayout {
  /** Folder of the set, for messages. */
  readonly folder: string;
  readonly tensors: readonly { readonly floats: boolean; readonly width: number }[];
  /** Files by shard and tensor. */
  readonly shards: readonly (readonly FileLayout[])[];
}

/** A value that is NaN or infinite, the first one of a window. */
export interface BadValue {
  /** Place in the window. */
  readonly position: number;
  readonly tensor: number;
  readonly feature: number;
  readonly value: number;
  readonly file: string;
  /** Sample within the file. */
  readonly sample: number;
}

/** Compare all files with the index and with what they were before, or read a window. */
export type ReaderTask = { readonly kind: 'check' } | ({ readonly kind: 'read' } & WindowPlan);

/** What is wrong with a file: that it cannot be read or changed, or what is in it. */
export interface ReaderFault {
  readonly kind: 'fault';
  readonly fault: 'file' | 'format';
  readonly message: string;
}

/** What a task came to. */
export type ReaderReply =
  | ReaderFault
  | {
      readonly kind: 'done';
      /** 32-bit words per tensor in the order of the window; none after a check. */
      readonly words: readonly Int32Array<ArrayBuffer>[];
      readonly bad: BadValue | null;
    };

export type WindowReader = (task: ReaderTask) => Promise<ReaderReply>;

/** Make the reader of a set. */
export function windowReader(files: ShardFiles, layout: ReaderLayout): WindowReader {
  const seen = new Map<string, FileStamp>();
  const verified = new Set<string>();
  let staging = new Int32Array(0);

  /** Compare size and time with the index and with those that the file had before. */
  const checkStamp = async ({ name, bytes }: FileLayout): Promise<ReaderFault | null> => {
    const what = `Shard file "${layout.folder}/${name}"`;
    let now: FileStamp;
    try {
      now = await files.stat(name);
    } catch (error) {
      return {
        kind: 'fault',
        fault: 'file',
        message: `${what} of the index cannot be read: ${(error as Error).message}.`,
      };
    }
    const before = seen.get(name);
    if (before !== undefined && (before.size !== now.size || before.modified !== now.modified)) {
      const [then, after] = [before, now].map(
        ({ size, modified }) => `${size} bytes of ${new Date(modified).toISOString()}`,
      );
      return {
        kind: 'fault',
        fault: 'file',
        message: `${what} changed while it was in use: it had ${then} and has ${after}; a set must stay as it was written.`,
      };
    }
    if (now.size !== bytes) {
      return { kind: 'fault', fault: 'format', message: `${what} has ${now.size} bytes; its index says ${bytes}.` };
    }
    seen.set(name, { size: now.size, modified: now.modified });
    return null;
  };

  /** Compare a file with its index before its first sample is used: header and content. */
  const checkContent = async (file: FileLayout): Promise<ReaderFault | null> => {
    const stamp = await checkStamp(file);
    if (stamp !== null || verified.has(file.name)) return stamp;
    const what = `Shard file "${layout.folder}/${file.name}"`;
    try {
      const header = new Uint8Array(file.start);
      await files.read(file.name, 0, header);
      const text = String.fromCharCode(...header);
      const dictionary = text.slice(10).trim();
      if (!text.startsWith('\u0093NUMPY\u0001\u0000') || dictionary !== file.dictionary) {
        return {
          kind: 'fault',
          fault: 'format',
          message: `${what} starts with ${JSON.stringify(text.slice(0, 80))}; its index demands .npy version 1 of ${file.dictionary}.`,
        };
      }
      const hash = await files.hash(file.name);
      if (hash !== file.sha256) {
        return {
          kind: 'fault',
          fault: 'format',
          message: `${what} has SHA-256 ${hash}; its index says ${file.sha256}.`,
        };
      }
    } catch (error) {
      return { kind: 'fault', fault: 'file', message: `${what} cannot be read: ${(error as Error).message}.` };
    }
    verified.add(file.name);
    return checkStamp(file);
  };

  /** Find the first place of a window with a value that is not finite. */
  const findBad = (words: readonly Int32Array<ArrayBuffer>[], plan: WindowPlan): BadValue | null => {
    let first = plan.rows;
    let bad: BadValue | null = null;
    layout.tensors.forEach(({ floats, width }, tensor) => {
      if (!floats) return;
      const values = new Float32Array(words[tensor]!.buffer);
      const end = first * width;
      for (let i = 0; i < end; i++) {
        const value = values[i]!;
        if (value - value === 0) continue;
        first = Math.floor(i / width);
        let row = plan.order === null ? first : plan.order[first]!;
        let s = 0;
        while (row >= plan.segments[s]!.count) row -= plan.segments[s++]!.count;
        const { shard, from } = plan.segments[s]!;
        const file = layout.shards[shard]![tensor]!.name;
        bad = { position: first, tensor, feature: i % width, value, file, sample: from + row };
        return;
      }
    });
    return bad;
  };

  /** Read the segments of one tensor behind each other. */
  const readSegments = async (
    { segments }: WindowPlan,
    tensor: number,
    into: Int32Array<ArrayBuffer>,
  ): Promise<ReaderFault | null> => {
    const { width } = layout.tensors[tensor]!;
    let at = 0;
    for (const { shard, from, count } of segments) {
      const file = layout.shards[shard]![tensor]!;
      const fault = await checkContent(file);
      if (fault !== null) return fault;
      try {
        await files.read(
          file.name,
          file.start + 4 * from * width,
          new Uint8Array(into.buffer, 4 * at, 4 * count * width),
        );
      } catch (error) {
        const what = `Shard file "${layout.folder}/${file.name}"`;
        return { kind: 'fault', fault: 'file', message: `${what} cannot be read: ${(error as Error).message}.` };
      }
      at += count * width;
    }
    return null;
  };

  /** Put rows into their order; words are copied as they are, whatever they mean. */
  const gather = (
    source: Int32Array<ArrayBuffer>,
    order: Int32Array,
    width: number,
    into: Int32Array<ArrayBuffer>,
  ): void => {
    let to = 0;
    for (const row of order) {
      const end = (row + 1) * width;
      for (let i = row * width; i < end; i++) into[to++] = source[i]!;
    }
  };

  const read = async (plan: WindowPlan): Promise<ReaderReply> => {
    const words: Int32Array<ArrayBuffer>[] = [];
    for (const [tensor, { width }] of layout.tensors.entries()) {
      const result = new Int32Array(plan.rows * width);
      if (plan.order !== null && staging.length < result.length) staging = new Int32Array(result.length);
      const fault = await readSegments(plan, tensor, plan.order === null ? result : staging);
      if (fault !== null) return fault;
      if (plan.order !== null) gather(staging, plan.order, width, result);
      words.push(result);
    }
    return { kind: 'done', words, bad: findBad(words, plan) };
  };

  const check = async (): Promise<ReaderReply> => {
    for (const file of layout.shards.flat()) {
      const fault = await checkStamp(file);
      if (fault !== null) return fault;
    }
    return { kind: 'done', words: [], bad: null };
  };

  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(() => (task.kind === 'check' ? check() : read(task)));
    // The next task runs whatever came of this one.
    last = result.catch(() => undefined);
    return result;
  };
}
