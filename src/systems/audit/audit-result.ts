/**
 * What an audit found, as plain data: the claims with the method and the verdict of each, what was only tested, and all
 * that a second person needs to repeat it. The JSON and the HTML report are written from this and nothing else.
 */

/**
 * - `proved`: equal for all inputs.
 * - `different`: an input is known for which they differ.
 * - `open`: neither; the bounds of the proof were reached, or no rule of proof speaks of it.
 */
export type Verdict = 'proved' | 'different' | 'open';

/**
 * The rule that closed an equality, see docs/proof.md.
 *
 * - `normal form`: both sides are the same linear form over the same atoms.
 * - `enumeration`: both are functions of one value, compared for every code it can take.
 * - `satisfiability`: no assignment of bits makes them differ, within the stated bound.
 */
export type ProofMethod = 'normal form' | 'enumeration' | 'satisfiability';

export type ClaimName = 'circuit = model' | 'netlist = circuit' | 'Verilog = netlist' | 'Verilog = model';

/** One claim about one module (or layer): each element of its output is one equality. */
export interface ModuleClaim {
  /** Name of the Verilog module, or of the layer where the claim is about circuits. */
  readonly module: string;
  readonly verdict: Verdict;
  /** Equalities of the claim: elements of the outputs. */
  readonly outputs: number;
  /** How many of them each rule closed; open and different ones are in no count. */
  readonly methods: Readonly<Partial<Record<ProofMethod, number>>>;
  /** How many of them an input is known to break; what remains is open. */
  readonly different: number;
}

export interface Claim {
  readonly name: ClaimName;
  readonly verdict: Verdict;
  readonly modules: readonly ModuleClaim[];
  /** Facts that go with the claim, one sentence each, such as the latency that was proved. */
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** The first difference: where it is, the input that shows it, and what stands there. */
export interface Difference {
  readonly claim: ClaimName;
  readonly module: string;
  /** Name of the first wire, in the order of the pipeline, that is wrong in value or cycle; of an output where none is known. */
  readonly wire: string;
  /** Raw codes by input port, element 0 first; empty where no input could be found. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** Raw codes of the wire, as decimal texts. */
  readonly expected: string;
  readonly found: string;
  /** The same in one sentence, with its full stop. */
  readonly sentence: string;
  /** Files in `counterexample/` of the audit that show it, such as a waveform; empty where none were asked for. */
  readonly files: readonly string[];
}

/** What was simulated, not proved. */
export interface TestedFact {
  readonly what: string;
  readonly tool: string;
  readonly vectors: number;
  readonly mismatches: number;
}

export interface AuditResult {
  /** The audited folder, or the folder of the Verilog of others. */
  readonly folder: string;
  /** What was compared, by the names that a reader finds: `model/network.json` and `src/*.v`. */
  readonly sources: { readonly model: string; readonly verilog: string };
  readonly design: {
    readonly model: string;
    readonly top: string;
    /** Null in a design of others, which names neither part nor clock. */
    readonly part: string | null;
    readonly clockMHz: number | null;
    /** Proved where the claims are. */
    readonly latencyCycles: number;
    readonly initiationInterval: number;
    readonly inputBits: number;
    readonly outputBits: number;
  };
  readonly verdict: Verdict;
  readonly claims: readonly Claim[];
  readonly difference: Difference | null;
  readonly tested: readonly TestedFact[];
  /** SHA-256 in hexadecimal of model, circuit, netlist, Verilog, memories and vectors. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Versions by tool. */
  readonly tools: Readonly<Record<string, string>>;
  /** Bounds of the search: what "open" would have meant. */
  readonly bounds: { readonly enumeratedCodes: number; readonly conflicts: number };
  /** The command that repeats the audit. */
  readonly command: string;
  readonly seconds: { readonly yosys: number; readonly proof: number; readonly total: number };
}

/** Tell whether an audit is of a stream design, of which single modules are proved and never the whole. */
export function isOfStreams({ hashes }: Pick<AuditResult, 'hashes'>): boolean {
  return Object.hasOwn(hashes, 'streams');
}

/** The verdict of several claims together: one difference breaks them all, and one open claim leaves them open. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('different')) return 'different';
  return verdicts.length === 0 || verdicts.includes('open') ? 'open' : 'proved';
}

/** How many equalities of a module were proved, by whatever rule. */
export function provedCount({ methods }: ModuleClaim): number {
  return Object.values(methods).reduce((sum, count) => sum + count, 0);
}

/** How many equalities of a module are neither proved nor refuted. */
export function openCount(claim: ModuleClaim): number {
  return claim.outputs - provedCount(claim) - claim.different;
}
