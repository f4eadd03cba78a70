/** The import rules of docs/architecture.md, each at error level. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['^src/main\\.ts$', '-worker\\.ts$'] },
      to: {},
    },
    only('domain-imports-domain', '^src/domain/', ['^src/domain/'], 'The domain depends on nothing else.'),
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'No node modules, no clock, no randomness; zod only in the catalogue.',
      from: { path: '^src/domain/', pathNot: '^src/domain/catalogue/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg'] },
    },
    {
      name: 'catalogue-uses-zod-alone',
      severity: 'error',
      from: { path: '^src/domain/catalogue/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg'], pathNot: 'node_modules/zod/' },
    },
    only('projections-import-domain', '^src/projections/', ['^src/(domain|projections)/']),
    only('api-imports-inwards', '^src/api/', ['^src/(domain|projections|api)/']),
    only('workers-import-inwards', '^src/workers/', ['^src/(domain|projections|workers)/']),
    only('store-imports-the-ports', '^src/store/', [
      '^src/domain/kernel/',
      '^src/projections/read-models\\.ts$',
      '^src/projections/search/(text-query|indexers|relevance)\\.ts$',
      '^src/store/',
    ]),
    {
      name: 'engines-do-not-know-one-another',
      severity: 'error',
      from: { path: '^src/store/([^/]+)/' },
      to: { path: '^src/store/', pathNot: '^src/store/$1/' },
    },
    {
      name: 'only-the-composition-knows-engines',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/composition\\.ts$', '^src/store/'] },
      to: { path: '^src/store/' },
    },
    {
      name: 'only-the-composition-knows-the-container',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/composition\\.ts$'] },
      to: { path: ['node_modules/tsyringe/', 'node_modules/reflect-metadata/'] },
    },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/store/embedded/start-worker\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
    { name: 'src-does-not-import-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
