// @ts-check
import { Converter, ReflectionKind } from 'typedoc';
import { entries } from './tools/entries.mjs';

// A name is described in the first entry that exports it; the others refer to that page. So the entries that repeat what
// others export come last.
const repeats = (/** @type {string} */ specifier) => !specifier.includes('/') || specifier.endsWith('/modern');
const ordered = entries().sort((a, b) => Number(repeats(a.specifier)) - Number(repeats(b.specifier)));

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'mcpwire',
  entryPoints: ordered.map(({ source }) => source),
  tsconfig: 'tsconfig.node.json',
  readme: 'README.md',
  // In the order in which one reads them; test/docs compares it with the folder.
  projectDocuments: [
    'server',
    'tool-schemas',
    'resources',
    'prompts',
    'lists',
    'extensions',
    'asking-for-input',
    'subscriptions',
    'observability',
    'client',
    'serving',
    'stdio',
    'older-peers',
    'sign-in',
    'machines',
    'schemas',
    'testing',
    'errors',
    'limits',
    'conformance',
    'architecture',
  ].map((guide) => `docs/${guide}.md`),
  out: 'docs/site',
  customCss: 'tools/site.css',
  navigation: { includeFolders: false },
  plugin: [requireDocumentation],
  includeVersion: true,
  hideGenerator: true,
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  sort: ['kind', 'instance-first', 'alphabetical-ignoring-documents'],
  treatWarningsAsErrors: true,
  // Helpers of type inference: what they come to is what a reader sees.
  intentionallyNotExported: [
    ...['Tool', 'Prompt', 'Resource'].flatMap((kind) => [`Any${kind}Definition`, `Any${kind}Handler`]),
    'Answer',
    'AsText',
    'Disposes',
    'EntryOf',
    'Flat',
    'SaysNothing',
    'Structured',
  ],
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true },
};

/**
 * Every export says what it is, and so does every member of a class or an interface: options and results are interfaces.
 * TypeDoc's own `notDocumented` would ask the same of each inline object type.
 *
 * @param {import('typedoc').Application} app
 */
function requireDocumentation(app) {
  const { Accessor, Class, ClassOrInterface, Function, Interface, Method, Module, Property, TypeAlias, Variable } =
    ReflectionKind;
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const one of project.getReflectionsByKind(
      Accessor | Class | Function | Interface | Method | Module | Property | TypeAlias | Variable,
    )) {
      const declaration = /** @type {import('typedoc').DeclarationReflection} */ (one);
      const member = one.kindOf([Accessor, Method, Property]);
      if (member && !one.parent?.kindOf(ClassOrInterface)) continue;
      if (declaration.inheritedFrom !== undefined) continue;
      const signatures = [...(declaration.signatures ?? []), declaration.getSignature, declaration.setSignature];
      if (one.hasComment() || signatures.some((signature) => signature?.hasComment())) continue;
      app.logger.validationWarning(
        /** @type {import('typedoc').TranslatedString} */ (`${one.getFullName()} has no documentation comment`),
      );
    }
  });
}
