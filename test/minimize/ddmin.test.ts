import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddmin } from '../../src/minimize/ddmin.js';

const sets = fc.integer({ min: 1, max: 60 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    one: fc.uniqueArray(fc.nat(size - 1), { maxLength: 6 }),
    other: fc.uniqueArray(fc.nat(size - 1), { maxLength: 6 }),
  }),
);

describe('ddmin', () => {
  it('finds exactly what is needed where each element is needed or not', () => {
    fc.assert(
      fc.property(sets, ({ size, one }) => {
        const needed = one.toSorted((x, y) => x - y);
        const found = ddmin(size, (kept) => needed.every((element) => kept.includes(element)));
        expect(found).toEqual(needed);
      }),
    );
  });

  it('ends where no single element can go, also with two reasons', () => {
    fc.assert(
      fc.property(sets, ({ size, one, other }) => {
        const fails = (kept: readonly number[]) =>
          [one, other].some((needed) => needed.every((element) => kept.includes(element)));
        const found = ddmin(size, fails);
        expect(fails(found)).toBe(true);
        for (const element of found) expect(fails(found.filter((kept) => kept !== element))).toBe(false);
      }),
    );
  });

  it('needs about k log n questions for k of n', () => {
    let questions = 0;
    const needed = [17, 1999, 3500, 4900];
    ddmin(5000, (kept) => {
      questions++;
      return needed.every((element) => kept.includes(element));
    });
    expect(questions).toBeLessThan(200);
  });
});
