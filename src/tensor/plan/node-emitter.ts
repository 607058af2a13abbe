/** What the kernels of single nodes share. */
import { TraceError } from '../../errors.ts';
import type { Code } from '../../wasm/index.ts';
import type { PlanNode } from './graph.ts';
import { accessOf, type EmitContext } from './loop-code.ts';
import type { Access, KernelLocals } from './nest.ts';
import { own } from './views.ts';

/** Writes the kernel of a node. */
export type NodeEmitter = (code: Code, locals: KernelLocals, node: PlanNode, context: EmitContext) => void;

/** Where the result of a node goes. */
export const resultAccess = (node: PlanNode, context: EmitContext): Access => accessOf(own(node), context);

/** The error for a node that plans have no kernel for. */
export const unsupported = (node: PlanNode, why: string): TraceError =>
  new TraceError(`A plan cannot compute "${node.operation}" of shape [${node.shape.join(', ')}]: ${why}.`);
