import type { ContractProblem } from "./contract_problem.ts";
import type { DiscoveredContract } from "./discovered_contract.ts";
import { appendPointer } from "../json/json_pointer.ts";
import { SURFACE_KINDS, type SurfaceKind } from "../manifest/sections.ts";

/**
 * Contracts of one project that cannot live together: one id twice, or one subject served twice.
 * Both files get a problem, because only their author knows which of them is right.
 */
export function findCollisions(
  contracts: readonly DiscoveredContract[],
): readonly ContractProblem[] {
  const byId = Map.groupBy(contracts, ({ id }) => id);
  const single = contracts.filter(({ id }) => byId.get(id)?.length === 1);
  return [...duplicates(byId), ...surfaceCollisions(single)];
}

function* duplicates(
  byId: ReadonlyMap<string, readonly DiscoveredContract[]>,
): Iterable<ContractProblem> {
  for (const [id, group] of byId) {
    if (group.length === 1) continue;
    for (const { file } of group) {
      const others = group.filter((other) => other.file !== file).map((other) => other.file);
      yield {
        file,
        code: "duplicate_id",
        path: "/id",
        message: `${id} is also the id of ${others.join(", ")}`,
        fix: "give each contract an id of its own, or remove one of the files",
      };
    }
  }
}

interface Surface {
  readonly file: string;
  readonly kind: SurfaceKind;
  readonly name: string;
  /** First tokens of the subject: kind, version, and the parts of the name. */
  readonly tokens: readonly string[];
  /** Tokens of the subject, those for params included. */
  readonly length: number;
}

function* surfaceCollisions(contracts: readonly DiscoveredContract[]): Iterable<ContractProblem> {
  const surfaces = contracts.flatMap(surfacesOf);
  const byName = Map.groupBy(surfaces, ({ tokens }) => tokens.join("."));
  for (const group of byName.values()) {
    for (const surface of group) {
      const rival = group.find(({ file }) => file !== surface.file);
      if (rival !== undefined) yield problem(surface, rival);
    }
  }
  // `events.v1.Orders.{/id}` also matches what is published to `events.v1.Orders.Created`.
  const byPattern = Map.groupBy(
    surfaces.filter(({ tokens, length }) => length > tokens.length),
    ({ tokens, length }) => `${length} ${tokens.join(".")}`,
  );
  for (const surface of surfaces) {
    for (let known = 3; known < surface.tokens.length; known++) {
      const key = `${surface.length} ${surface.tokens.slice(0, known).join(".")}`;
      for (const rival of byPattern.get(key) ?? []) {
        if (rival.file === surface.file) continue;
        yield problem(surface, rival);
        yield problem(rival, surface);
      }
    }
  }
}

function surfacesOf({ file, manifest }: DiscoveredContract): readonly Surface[] {
  return SURFACE_KINDS.flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).map(([name, { version }]) => {
      const tokens = [kind, version, ...name.split(".")];
      const params = kind === "events" ? manifest.events?.[name]?.params?.length ?? 0 : 0;
      return { file, kind, name, tokens, length: tokens.length + params };
    })
  );
}

function problem({ file, kind, name }: Surface, rival: Surface): ContractProblem {
  return {
    file,
    code: "surface_collision",
    path: appendPointer("", kind, name),
    message: name === rival.name
      ? `${name} is also declared by ${rival.file}`
      : `${name} shares subjects with ${rival.name} of ${rival.file}`,
    fix: "rename one of them: names are shared by all services of a NATS server",
  };
}
