/**
 * a comes back to cpu 0 from a task of another mm, and its rq->curr waits in the buffer; b, on cpu 1, is about to make
 * the steps of a clear-old that looks at it. For `memory tso` or `weak`, and `arch arm64`.
 */
export const SCAN = `cpus 2
mm A
mm B
task c B 0
task a A 0
task b A 1
---
switch 0 a
step 0 99
switch 1 b
step 1 99
advance 101ms
switch 0 c
step 0 99
tick 1
step 1 9
switch 0 a
step 0 7
work 1
`;
