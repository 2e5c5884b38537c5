import { FENCES, LOAD_ORDERS, type Op, RMW_KINDS, RMW_ORDERS, STORE_ORDERS } from './litmus-test.js';
import type { Names } from './names.js';
import { MAX_DEPTH, parseExpr } from './parse-expr.js';
import type { Place } from './place.js';

const OPS = [
  'load',
  'store',
  'rmw',
  'fence',
  'mov',
  'if',
  'lock',
  'unlock',
  'rcu_read_lock',
  'rcu_read_unlock',
  'synchronize_rcu',
] as const;

/** A list of operations of a thread. */
export function parseOps(place: Place, names: Names, thread: number, depth = 0): Op[] {
  if (depth > MAX_DEPTH) place.fail('nested too deeply', `at most ${MAX_DEPTH} branches in each other`);
  return place.elements('a list of operations').map((op) => parseOp(op, names, thread, depth));
}

function parseOp(place: Place, names: Names, thread: number, depth: number): Op {
  const expr = (key: string) => parseExpr(place.at(key), names, thread);
  const register = (key: string) => names.register(thread, place.at(key).string('a register'));
  const op = place.at('op').word(OPS);
  switch (op) {
    case 'load':
      return {
        op,
        dst: register('dst'),
        addr: expr('addr'),
        acquire: place.at('order').word(LOAD_ORDERS) === 'acquire',
      };
    case 'store':
      return {
        op,
        addr: expr('addr'),
        val: expr('val'),
        release: place.at('order').word(STORE_ORDERS) === 'release',
      };
    case 'rmw': {
      const kind = place.at('kind').word(RMW_KINDS);
      const dst = place.at('dst').value;
      return {
        op,
        kind,
        dst: dst === undefined || dst === null ? null : register('dst'),
        addr: expr('addr'),
        val: expr('val'),
        than: kind === 'cmpxchg' ? expr('expect') : kind === 'add_unless' ? expr('unless') : null,
        order: place.at('order').word(RMW_ORDERS),
      };
    }
    case 'fence':
      return { op, kind: place.at('kind').word(FENCES) };
    case 'mov':
      return { op, dst: register('dst'), val: expr('val') };
    case 'if':
      return {
        op,
        cond: expr('cond'),
        yes: parseOps(place.at('then'), names, thread, depth + 1),
        no: place.at('else').isMissing ? [] : parseOps(place.at('else'), names, thread, depth + 1),
      };
    case 'lock':
    case 'unlock':
      return { op, addr: expr('addr') };
    default:
      return { op };
  }
}
