/** The configuration of a system's run: its defaults, a file of changes to them, and what the command line says. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseDocument } from 'yaml';
import { FileError, FormatError } from '../errors.ts';
import { readReason } from './options.ts';

/** Plain data as YAML and JSON have it. */
type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Lay changes over a configuration, entry by entry; what the configuration does not know is kept for its parser to
 * refuse.
 */
export function withChanges(base: Entries, changes: Entries): Entries {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, change] of Object.entries(changes)) {
    const old = merged[name];
    merged[name] = isEntries(old) && isEntries(change) ? withChanges(old, change) : change;
  }
  return merged;
}

/**
 * Read changes to a configuration from a YAML or JSON file.
 *
 * @throws FileError if it cannot be read, FormatError if it is not a map of entries
 */
export async function readChanges(path: string): Promise<Entries> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(`Configuration "${path}" cannot be read: ${readReason(error)}.`);
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new FormatError(`${basename(path)} is not YAML: ${problem.message.split('\n')[0]!.replace(/:$/, '')}.`);
  const content: unknown = document.toJS() ?? {};
  if (!isEntries(content)) {
    throw new FormatError(`${basename(path)} holds no map of entries such as "student: {epochs: 20}".`);
  }
  return content;
}
