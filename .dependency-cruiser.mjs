/** The layers of docs/architecture.md: imports point one way, apps never import apps, leaves import none of our packages. */
const may = {
  'packages/mux': [],
  'packages/contracts': [],
  'packages/kube': [],
  'packages/postgres': [],
  'packages/terminal-bounds': [],
  'packages/recording': ['packages/kube'],
  'packages/tunnel': ['packages/mux'],
  'packages/testkit': ['packages/postgres'],
  'packages/api-client': ['packages/contracts'],
  'packages/emulator': ['packages/kube'],
  'apps/gateway': [
    'packages/tunnel',
    'packages/mux',
    'packages/kube',
    'packages/recording',
    'packages/contracts',
    'packages/terminal-bounds',
  ],
  'apps/agent': ['packages/tunnel', 'packages/mux', 'packages/kube'],
  'apps/cli': ['packages/api-client', 'packages/contracts', 'packages/kube'],
  'apps/dashboard': ['packages/api-client', 'packages/contracts', 'packages/terminal-bounds'],
  'apps/local': ['packages/postgres', 'packages/api-client', 'packages/contracts', 'packages/kube'],
};
const all = Object.keys(may);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...all.map((from) => ({
      name: `layers-of-${from.replace('/', '-')}`,
      comment: `${from} may import only: ${may[from].join(', ') || 'nothing of ours'}`,
      severity: 'error',
      from: { path: `^${from}/src/`, pathNot: '\\.test\\.tsx?$|/test/' },
      to: { path: `^(?!${[from, ...may[from]].join('/|')}/)(apps|packages)/` },
    })),
    {
      name: 'tests-only-in-tests',
      comment: 'What is made for tests never reaches production code.',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '\\.test\\.tsx?$|^packages/testkit/|/test/' },
      to: { path: '^packages/testkit/|/src/test/' },
    },
    {
      name: 'moves-without-requests',
      comment: "Next's navigation asks its server for each page: links and moves go through features/router.",
      severity: 'error',
      from: { path: '^apps/dashboard/src/', pathNot: '^apps/dashboard/src/features/router/router\\.tsx$' },
      to: { path: '/next/(link|navigation|dynamic|router)(\\.js|/|$)' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist' },
    exclude: { path: '/dist/|/\\.next/|/generated/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['@postern/source', 'import', 'default'], exportsFields: ['exports'] },
  },
};
