/** What the parts of a module under construction ask of the builder that they stand in. */
import type { Net } from './netlist.ts';

export interface BuildContext {
  /** Name of the module. */
  readonly module: string;
  /** Throw a `ShapeError` that names the module. */
  readonly fail: (rule: string) => never;
  /** Width of a net in bits; throws `ShapeError` if there is no such net. */
  readonly widthOf: (net: Net) => number;
  /** Value of a net that a constant drives. */
  readonly constantOf: (net: Net) => bigint | undefined;
  /** Make a text an identifier that nothing else in the module has, and claim it. */
  readonly claimName: (text: string) => string;
}
