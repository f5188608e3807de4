import { join } from "node:path";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { readPrivateFile } from "../nats_server/security/key_folder.ts";
import { ServerError } from "../nats_server/probe/server_error.ts";

/** Seeds by the deployment whose instances have them. */
export type Seeds = ReadonlyMap<string, readonly string[]>;

/** The file with the seeds of a deployment, one a line. */
export function seedFile(dir: string, deployment: string): string {
  return join(dir, `${deployment}.seed`);
}

/**
 * Reads the seeds that instances of services connect with. Errors: `keys_missing` where there are fewer than
 * instances, `keys_damaged`, `keys_exposed`.
 */
export async function readSeeds(
  dir: string,
  deployments: readonly string[],
  instances: number,
): Promise<Result<Seeds, ServerError>> {
  const seeds = new Map<string, readonly string[]>();
  for (const deployment of deployments) {
    const file = seedFile(dir, deployment);
    const text = (await readPrivateFile(file)).take();
    if (isErr(text)) return text;
    const found = seedsIn(text ?? "");
    if ("wrong" in found) {
      const { wrong, isRepeated } = found;
      const what = isRepeated ? "is a seed that stands above as well" : "is no seed";
      const message = `${file} cannot be used: its line ${wrong} ${what}`;
      const hint = "it holds what trellis sessions add prints, one seed a line";
      return err(new ServerError("keys_damaged", message, { hint }));
    }
    if (found.length < instances) {
      return err(missing(deployment, file, found.length, instances));
    }
    seeds.set(deployment, found);
  }
  return ok(seeds);
}

/** The seeds of a text, or the number of the line that is none, or the same as another. */
export function seedsIn(
  text: string,
): readonly string[] | { readonly wrong: number; readonly isRepeated: boolean } {
  const seeds: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const seed = line.trim();
    if (seed === "") continue;
    const isRepeated = seeds.includes(seed);
    if (isRepeated || KeyPair.fromSeed("user", seed) === undefined) {
      return { wrong: index + 1, isRepeated };
    }
    seeds.push(seed);
  }
  return seeds;
}

function missing(deployment: string, file: string, there: number, wanted: number): ServerError {
  const message = there === 0
    ? `${deployment} has no key to connect with: there is none in ${file}`
    : `${deployment} has keys for ${there} of ${wanted} instances in ${file}`;
  return new ServerError("keys_missing", message, {
    hint: `where the keys of the deployment are: trellis sessions add ${deployment} --count ` +
      `${wanted} --out ${deployment}.seed; then bring the file here`,
  });
}
