/** Name and version that emitted files state as their maker; package.json has the same, which a spec checks. */
export const generator: string = 'distill-rtl 0.1.0';
