/**
 * A module of dist/. Not by an `import` of its own: the type check of scripts/ would then go through dist/.
 * @param {string} path
 */
export const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
