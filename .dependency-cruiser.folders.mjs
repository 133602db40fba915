import base from './.dependency-cruiser.mjs';

/** Folders of an app must not import each other in a cycle; tests are exempt. */
export default {
  forbidden: [
    {
      name: 'no-circular-folders',
      comment: 'Folders that import each other are one knot: find the part that belongs elsewhere.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^apps/[^/]+/src/' },
      to: { circular: true },
    },
  ],
  options: { ...base.options, exclude: { path: `${base.options.exclude.path}|\\.test\\.tsx?$|/test/` } },
};
