/** One edit of one file: a stretch of text replaced by another. */
import type { TextFile } from '../../src/verilog/index.ts';
import { endOf, type SourceModule, type Span } from './source.ts';

/** What is edited, by what a compiler could get wrong. */
export const EDIT_CLASSES = ['operator', 'constant', 'width', 'index', 'sign', 'register', 'table', 'wire'] as const;

export type EditClass = (typeof EDIT_CLASSES)[number];

export interface Edit {
  readonly path: string;
  readonly class: EditClass;
  /** What the edit does, in words, such as "sign bit zeroed". */
  readonly kind: string;
  /** First character replaced. */
  readonly offset: number;
  /** Characters replaced; 0 where text is inserted. */
  readonly length: number;
  readonly text: string;
}

/** Makes the edits of one class in one module. */
export type Rule = (source: SourceModule) => readonly PlacedEdit[];

/** An edit that does not say yet which file and class it is of. */
export type PlacedEdit = Omit<Edit, 'path' | 'class'>;

/** Replace a span by a text. */
export function replaceSpan(kind: string, span: Span, text: string): PlacedEdit {
  const { offset } = span[0]!;
  return { kind, offset, length: endOf(span.at(-1)!) - offset, text };
}

/** Insert a text before a character. */
export function insertAt(kind: string, offset: number, text: string): PlacedEdit {
  return { kind, offset, length: 0, text };
}

/** Exchange two stretches, leaving what stands between them. */
export function exchangeSpans({ text }: SourceModule, kind: string, first: Span, second: Span): PlacedEdit {
  const [a, b, c, d] = [first[0]!.offset, endOf(first.at(-1)!), second[0]!.offset, endOf(second.at(-1)!)];
  return { kind, offset: a, length: d - a, text: text.slice(c, d) + text.slice(b, c) + text.slice(a, b) };
}

/** The files with the edit made. */
export function applyEdit(files: readonly TextFile[], { path, offset, length, text }: Edit): readonly TextFile[] {
  return files.map((file) =>
    file.path === path ? { path, text: file.text.slice(0, offset) + text + file.text.slice(offset + length) } : file,
  );
}

/** Say in one line what an edit does: `src/a_fc1.v:31 "+" → "-" (operator replaced)`. */
export function describeEdit(files: readonly TextFile[], { path, offset, length, text, kind }: Edit): string {
  const original = files.find((file) => file.path === path)!.text;
  const line = original.slice(0, offset).split('\n').length;
  return `${path}:${line} ${JSON.stringify(original.slice(offset, offset + length))} → ${JSON.stringify(text)} (${kind})`;
}
