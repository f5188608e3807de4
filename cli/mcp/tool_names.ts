import { digestJson } from "../../contracts/json/digest.ts";

/** Longest name that every host takes, in characters. */
const MOST = 64;
/** Characters of the digest at the end of a name that was cut. */
const MARK = 8;

/** What a tool stands for. */
export interface NamedSurface {
  /** Dotted, as `Orders.Create`. */
  readonly surface: string;
  readonly kind: string;
  /** Alias of the used contract. */
  readonly alias: string;
}

/**
 * Names of tools, in the order of what they stand for: `Orders.Create` is `Orders_Create`. Where others have the same
 * name, all of these begin with the alias of their contract, and end with their kind where that is not enough.
 */
export function toolNames(surfaces: readonly NamedSurface[]): readonly string[] {
  const plain = surfaces.map(({ surface }) => surface.replaceAll(".", "_"));
  const aliased = surfaces.map(({ alias }, at) =>
    isAlone(plain, at) ? plain[at] ?? "" : `${alias}_${plain[at]}`
  );
  return surfaces.map(({ kind }, at) =>
    shortened(isAlone(aliased, at) ? aliased[at] ?? "" : `${aliased[at]}_${kind}`)
  );
}

function isAlone(names: readonly string[], at: number): boolean {
  return names.indexOf(names[at] ?? "") === names.lastIndexOf(names[at] ?? "");
}

function shortened(name: string): string {
  if (name.length <= MOST) return name;
  return `${name.slice(0, MOST - MARK - 1)}_${digestJson(name).slice(0, MARK)}`;
}
