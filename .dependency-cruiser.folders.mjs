import base from './.dependency-cruiser.mjs';

/** No two folders of an app import each other; tests may reach across. */
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
