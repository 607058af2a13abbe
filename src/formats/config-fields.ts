/**
 * Typed access to the fields of a parsed JSON object, with one-sentence errors that name the owner and the field.
 *
 * Model files come from many versions of many tools, so a full schema would refuse good files; each reader asks only
 * for the fields it uses and says what it found instead.
 */
import { FormatError } from '../errors.ts';

/** A JSON object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

/** Tell whether a parsed JSON value is an object (and not an array or null). */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const wrong = (owner: string, key: string, value: unknown, wanted: string): FormatError =>
  new FormatError(`${owner} has "${key}": ${shown(value)}, but ${wanted} is needed.`);

/** Read a finite number; `fallback` stands in for an absent or null field. Throws FormatError otherwise. */
export const numberField = (fields: Fields, key: string, owner: string, fallback?: number): number => {
  const value = fields[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(owner, key, fields[key], 'a finite number');
  return value;
};

/** Read an integer of at least `minimum`. Throws FormatError otherwise. */
export const integerField = (
  fields: Fields,
  key: string,
  owner: string,
  minimum: number,
  fallback?: number,
): number => {
  const value = fields[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
    throw wrong(owner, key, fields[key], `an integer of at least ${minimum}`);
  }
  return value;
};

/** Read true or false (0 and 1 count, as Keras writes some flags so). Throws FormatError otherwise. */
export const booleanField = (fields: Fields, key: string, owner: string, fallback: boolean): boolean => {
  const value = fields[key] ?? fallback;
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw wrong(owner, key, value, 'true or false');
};

/** Read a non-empty text. Throws FormatError otherwise. */
export const textField = (fields: Fields, key: string, owner: string, fallback?: string): string => {
  const value = fields[key] ?? fallback;
  if (typeof value !== 'string' || value === '') throw wrong(owner, key, fields[key], 'a non-empty text');
  return value;
};

/** Read an object. Throws FormatError otherwise. */
export const objectField = (fields: Fields, key: string, owner: string): Fields => {
  const value = fields[key];
  if (!isFields(value)) throw wrong(owner, key, value, 'an object');
  return value;
};

/** Read an array. Throws FormatError otherwise. */
export const arrayField = (fields: Fields, key: string, owner: string): readonly unknown[] => {
  const value = fields[key];
  if (!Array.isArray(value)) throw wrong(owner, key, value, 'an array');
  return value;
};

/**
 * Parse JSON text into an object.
 *
 * @throws FormatError naming the source, with the parser's reason, if it is not JSON or not an object.
 */
export const parseJsonObject = (text: string, source: string): Fields => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    throw new FormatError(`${source} is not valid JSON (${reason}).`);
  }
  if (!isFields(value)) throw new FormatError(`${source} holds JSON, but not an object as a model file must.`);
  return value;
};
