import type { ContractProblem } from "./contract_problem.ts";
import type { DiscoveredContract } from "./discovery.ts";

/** Contracts of one project that cannot live together: one id twice, one surface served twice. */
export function findCollisions(
  contracts: readonly DiscoveredContract[],
): readonly ContractProblem[] {
  const problems: ContractProblem[] = [];
  const ids = new Map<string, string>();
  const surfaces = new Map<string, string>();
  for (const { id, file, manifest } of contracts) {
    const first = ids.get(id);
    if (first !== undefined) {
      problems.push({
        file,
        code: "duplicate_id",
        path: "/id",
        message: `${id} is also the id of ${first}`,
        fix: "give each contract an id of its own, or remove one of the files",
      });
      continue;
    }
    ids.set(id, file);
    for (const kind of ["rpc", "operations", "events", "feeds"] as const) {
      for (const name of Object.keys(manifest[kind] ?? {})) {
        const key = `${kind} ${name}`;
        const owner = surfaces.get(key);
        if (owner !== undefined) {
          problems.push({
            file,
            code: "surface_collision",
            path: `/${kind}/${name}`,
            message: `${name} is also declared by ${owner}`,
            fix: "rename one of them: names are shared by all services of a NATS server",
          });
        } else surfaces.set(key, file);
      }
    }
  }
  return problems;
}
