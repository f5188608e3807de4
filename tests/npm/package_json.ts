/** What `deno.json` says of the package, as far as npm is told. */
export interface PackageConfiguration {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/** What Node, Bun and pages import. Services need Deno. */
export const NPM_EXPORTS = [
  "./client",
  "./node",
  "./device",
  "./sdk/auth",
  "./sdk/core",
  "./sdk/state",
] as const;

/**
 * The `package.json` of what goes to npm.
 *
 * @param specifiers what its modules import that is no file of theirs
 */
export function packageJson(
  { name, version, license, exports, imports }: PackageConfiguration,
  specifiers: Iterable<string>,
): object {
  const entry = (path: string) => {
    const file = exports[path]?.replace(/\.ts$/, "") ?? "";
    return { types: `${file}.d.ts`, default: `${file}.js` };
  };
  return {
    name,
    version,
    license,
    description: "The client of Trellis, services on NATS with contracts, for Node, Bun and pages.",
    type: "module",
    engines: { node: ">=20" },
    exports: {
      // Files of contracts import this name, wherever they run.
      ".": { node: entry("./node"), default: entry("./client") },
      ...Object.fromEntries(NPM_EXPORTS.map((path) => [path, entry(path)])),
    },
    dependencies: dependenciesOf(specifiers, imports),
  };
}

/** Packages of npm behind specifiers, in the versions that `deno.json` names. */
function dependenciesOf(
  specifiers: Iterable<string>,
  imports: PackageConfiguration["imports"],
): Record<string, string> {
  const names = new Set(
    [...specifiers].filter((specifier) => !/^(?:\.|node:)/.test(specifier)).map((specifier) =>
      specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")
    ),
  );
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const [, version] = /^npm:.+@(\d[^@/]*)$/.exec(imports[name] ?? "") ?? [];
      if (version === undefined) throw new Error(`${name} is no package of npm in deno.json`);
      return [name, version];
    }),
  );
}
