/**
 * What an edit has to know of emitted Verilog: which token is a range, an index, an operand, a target, and how wide
 * each name is. Read from the text alone, by the grammar that the printer keeps to (see `src/verilog/print.ts`): one
 * declaration per statement, operators between leaves only, one clocked block per module.
 */
import type { TextFile } from '../../src/verilog/index.ts';
import { type Token, tokenize } from './tokens.ts';

/**
 * - `structure`: keywords, module, instance and port names, punctuation between statements.
 * - `range`: numbers of the range of a declaration; `depth`: those of a memory.
 * - `declared`: the name in a declaration; `target`: the name left of an assignment.
 * - `value`: part of an expression; `index` and `count`: its numbers in selects and replications.
 * - `edge`: posedge or negedge.
 */
export type Role = 'structure' | 'range' | 'depth' | 'declared' | 'target' | 'value' | 'index' | 'count' | 'edge';

/** A token that is neither space nor comment, and its part in the text. */
export interface SourceToken extends Token {
  readonly role: Role;
}

export interface Declaration {
  readonly name: string;
  readonly kind: 'input' | 'output' | 'wire' | 'reg' | 'memory';
  readonly width: number;
  /** Place of the name in the text. */
  readonly offset: number;
}

/** An expression: its tokens, first to last. */
export type Span = readonly SourceToken[];

/** `target <= next`, perhaps behind `if (condition)` or `else`. */
export interface Update {
  readonly target: SourceToken;
  readonly next: Span;
}

export interface Connection {
  readonly port: string;
  /** As seen from the instance. */
  readonly direction: 'input' | 'output';
  readonly value: Span;
}

export interface SourceInstance {
  readonly module: string;
  readonly connections: readonly Connection[];
}

export interface SourceModule {
  readonly path: string;
  readonly text: string;
  readonly name: string;
  readonly tokens: readonly SourceToken[];
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Right sides of nets and outputs. */
  readonly values: readonly Span[];
  readonly updates: readonly Update[];
  /** What stands behind `if`, without the parentheses. */
  readonly conditions: readonly Span[];
  readonly instances: readonly SourceInstance[];
  /** Memory files by the name of the memory. */
  readonly memoryFiles: ReadonlyMap<string, string>;
}

/** Read the sources among the files of a folder, callees before callers, by module name. */
export function readSources(files: readonly TextFile[]): ReadonlyMap<string, SourceModule> {
  const modules = new Map<string, SourceModule>();
  for (const file of files.filter(({ path }) => path.endsWith('.v'))) {
    const source = readSource(file, modules);
    modules.set(source.name, source);
  }
  return modules;
}

/**
 * Read a source file of one module.
 *
 * @param callees the modules that it instantiates, by name
 * @throws Error where the text leaves the grammar, or instantiates an unknown module
 */
export function readSource(
  { path, text }: TextFile,
  callees: ReadonlyMap<string, SourceModule> = new Map(),
): SourceModule {
  const bare = tokenize(text).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const tokens: SourceToken[] = [];
  const declarations = new Map<string, Declaration>();
  const values: Span[] = [];
  const updates: Update[] = [];
  const conditions: Span[] = [];
  const instances: SourceInstance[] = [];
  const memoryFiles = new Map<string, string>();

  const next = (): string => bare[tokens.length]?.text ?? 'the end';
  const take = (role: Role = 'structure'): SourceToken => {
    const token = bare[tokens.length];
    if (token === undefined) throw new Error(`${path} ends in the middle of a statement.`);
    const placed = { ...token, role };
    tokens.push(placed);
    return placed;
  };
  const expect = (text: string, role?: Role): SourceToken => {
    if (next() === text) return take(role);
    throw new Error(`${path} has ${JSON.stringify(next())} where ${JSON.stringify(text)} should stand.`);
  };

  /** Take an expression, or what an output is connected to, up to a terminator outside all brackets. */
  const takeValue = (end: string, role: Role = 'value'): Span => {
    const from = tokens.length;
    const open: string[] = [];
    while (open.length > 0 || next() !== end) {
      const token = bare[tokens.length];
      if ('([{'.includes(next())) open.push(next());
      else if (')]}'.includes(next())) open.pop();
      if (token?.kind !== 'number') take(role);
      else take(open.at(-1) === '[' ? 'index' : 'count');
    }
    return tokens.slice(from);
  };
  /** Take `[msb:lsb]` where one stands, and tell its width. */
  const takeRange = (role: 'range' | 'depth'): number => {
    if (next() !== '[') return 1;
    expect('[');
    const left = Number(take(role).text);
    expect(':');
    const right = Number(take(role).text);
    expect(']');
    return Math.abs(left - right) + 1;
  };
  const declare = (kind: Declaration['kind']): void => {
    const width = takeRange('range');
    const { text: name, offset } = take('declared');
    declarations.set(name, { name, kind, width, offset });
  };

  const statements: Readonly<Record<string, () => void>> = {
    reg: () => {
      take();
      declare('reg');
      const name = tokens.at(-1)!.text;
      if (next() === '[') {
        takeRange('depth');
        declarations.set(name, { ...declarations.get(name)!, kind: 'memory' });
      }
      expect(';');
    },
    wire: () => {
      take();
      declare('wire');
      if (next() === '=') {
        take();
        values.push(takeValue(';'));
      }
      expect(';');
    },
    assign: () => {
      take();
      take('target');
      expect('=');
      values.push(takeValue(';'));
      expect(';');
    },
    initial: () => {
      take();
      expect('$readmemh');
      expect('(');
      const file = take().text.slice(1, -1);
      expect(',');
      memoryFiles.set(take().text, file);
      expect(')');
      expect(';');
    },
    always: () => {
      take();
      expect('@');
      expect('(');
      take('edge');
      take();
      expect(')');
      expect('begin');
      while (next() !== 'end') {
        if (next() === 'else') take();
        if (next() === 'if') {
          take();
          expect('(');
          conditions.push(takeValue(')'));
          expect(')');
        }
        const target = take('target');
        expect('<=');
        updates.push({ target, next: takeValue(';') });
        expect(';');
      }
      expect('end');
    },
  };
  const instance = (): void => {
    const module = take().text;
    take();
    expect('(');
    const connections: Connection[] = [];
    while (next() !== ')') {
      if (next() === ',') take();
      expect('.');
      const port = take().text;
      const direction = callees.get(module)?.declarations.get(port)?.kind;
      if (direction !== 'input' && direction !== 'output')
        throw new Error(`${path} connects ${port} of ${module}, which is no known port.`);
      expect('(');
      connections.push({ port, direction, value: takeValue(')', direction === 'input' ? 'value' : 'target') });
      expect(')');
    }
    expect(')');
    expect(';');
    instances.push({ module, connections });
  };

  expect('module');
  const name = take().text;
  expect('(');
  while (next() !== ')') {
    if (next() === ',') take();
    const kind = take().text as 'input' | 'output';
    expect('wire');
    declare(kind);
  }
  expect(')');
  expect(';');
  while (next() !== 'endmodule') (Object.hasOwn(statements, next()) ? statements[next()]! : instance)();
  expect('endmodule');
  return { path, text, name, tokens, declarations, values, updates, conditions, instances, memoryFiles };
}

/** The text of a span as it stands in the source. */
export function spanText({ text }: Pick<SourceModule, 'text'>, span: Span): string {
  return text.slice(span[0]!.offset, endOf(span.at(-1)!));
}

/** Index of the character behind a token. */
export function endOf({ offset, text }: Token): number {
  return offset + text.length;
}

/** Every expression of a module: what nets, registers, conditions and inputs of instances read. */
export function expressionsOf(source: SourceModule): readonly Span[] {
  const connected = source.instances.flatMap(({ connections }) =>
    connections.filter(({ direction }) => direction === 'input').map(({ value }) => value),
  );
  return [...source.values, ...source.conditions, ...source.updates.map(({ next }) => next), ...connected];
}
