/**
 * Reading attributes that came from outside: every complaint names the layer, the attribute, its value and what is
 * allowed. Unknown attributes are refused, because a misspelt option that is ignored costs a day.
 */
import { ShapeError, ValueError } from '../../errors.ts';

/** A numeric range with its wording. */
interface NumberRule {
  readonly allowed: string;
  readonly test: (value: number) => boolean;
}

/** Any finite number. */
export const finite: NumberRule = { allowed: 'a finite number', test: Number.isFinite };

/** An integer of at least 1. */
export const positiveInteger: NumberRule = {
  allowed: 'an integer of at least 1',
  test: (value) => Number.isSafeInteger(value) && value >= 1,
};

/** Any integer. */
export const integer: NumberRule = { allowed: 'an integer', test: Number.isSafeInteger };

/** A number in [0, 1). */
export const fraction: NumberRule = { allowed: 'a number in [0, 1)', test: (value) => value >= 0 && value < 1 };

/** A number in (0, ∞). */
export const positive: NumberRule = {
  allowed: 'a finite number greater than 0',
  test: (value) => Number.isFinite(value) && value > 0,
};

/** Show a value in a message, briefly. */
const show = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');

/**
 * Refuse attributes that the kind does not have.
 *
 * @throws ValueError naming the first unknown one and the known ones
 */
export const checkNames = (
  raw: Readonly<Record<string, unknown>>,
  layer: string,
  kind: string,
  known: readonly string[],
): void => {
  const stranger = Object.keys(raw).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const allowed = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new ValueError(`Layer "${layer}" of kind ${kind} has no attribute "${stranger}"; ${allowed}.`);
};

/**
 * Read a number.
 *
 * @throws ValueError when it is no number or breaks the rule
 */
export const readNumber = (
  raw: Readonly<Record<string, unknown>>,
  layer: string,
  name: string,
  rule: NumberRule,
  fallback?: number,
): number => {
  const value = raw[name] ?? fallback;
  if (typeof value === 'number' && rule.test(value)) return value;
  throw new ValueError(`Attribute "${name}" of layer "${layer}" is ${show(value)}; it must be ${rule.allowed}.`);
};

/**
 * Read a truth value.
 *
 * @throws ValueError when it is none
 */
export const readBoolean = (
  raw: Readonly<Record<string, unknown>>,
  layer: string,
  name: string,
  fallback?: boolean,
): boolean => {
  const value = raw[name] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw new ValueError(`Attribute "${name}" of layer "${layer}" is ${show(value)}; it must be true or false.`);
};

/**
 * Read one of several texts.
 *
 * @throws ValueError when it is none of them
 */
export const readChoice = <T extends string>(
  raw: Readonly<Record<string, unknown>>,
  layer: string,
  name: string,
  choices: readonly T[],
  fallback?: T,
): T => {
  const value = raw[name] ?? fallback;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new ValueError(
    `Attribute "${name}" of layer "${layer}" is ${show(value)}; it must be one of ${choices.join(', ')}.`,
  );
};

/**
 * Read a list of integers of at least 1.
 *
 * @param count demanded length; then one number stands for that many equal ones. @defaultValue any length
 * @throws ValueError when an entry is no such integer or the length differs
 */
export const readIntegers = (
  raw: Readonly<Record<string, unknown>>,
  layer: string,
  name: string,
  count?: number,
  fallback?: number,
): readonly number[] => {
  const value = raw[name] ?? fallback;
  const list: readonly unknown[] = Array.isArray(value) ? value : new Array<unknown>(count ?? 1).fill(value);
  const fits = count === undefined ? list.length > 0 : list.length === count;
  if (fits && list.every((entry): entry is number => Number.isSafeInteger(entry) && (entry as number) >= 1)) {
    return [...list];
  }
  const wanted = count === undefined ? 'a list of integers' : count === 1 ? 'an integer' : `${count} integers`;
  throw new ValueError(
    `Attribute "${name}" of layer "${layer}" is ${show(value)}; it must be ${wanted} of at least 1.`,
  );
};

/**
 * Take the shape of the only input.
 *
 * @throws ShapeError when there is another number of inputs
 */
export const onlyShape = (inputs: readonly (readonly number[])[], layer: string): readonly number[] => {
  if (inputs.length === 1) return inputs[0]!;
  throw new ShapeError(`Layer "${layer}" has ${inputs.length} inputs; its kind takes exactly 1.`);
};

/**
 * Take the length of the last axis of the only input, where features stand.
 *
 * @throws ShapeError when there is another number of inputs or the input is a scalar
 */
export const featuresOf = (inputs: readonly (readonly number[])[], layer: string): number => {
  const features = onlyShape(inputs, layer).at(-1);
  if (features !== undefined) return features;
  throw new ShapeError(`The input of layer "${layer}" has shape []; it needs at least one axis of features.`);
};
