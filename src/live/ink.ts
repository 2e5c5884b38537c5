/** Loads something with the React that is made for use: the other one, for developers, keeps three measurements of every frame for ever. */
async function inProduction<T>(load: () => Promise<T>): Promise<T> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    return await load();
  } finally {
    // It is ours alone: what this process starts is to find what the user has set.
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

const [ink, react] = await inProduction(async () => [await import('ink'), await import('react')] as const);

/** What a screen is laid out with. */
export const { Box, renderToString, Text } = ink;
export const { createElement } = react;
