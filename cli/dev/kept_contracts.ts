import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { createDiscoveryCache, type DiscoveryCache } from "../../contracts/discovery/discovery.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import { manifestDigest } from "../../contracts/manifest/projection.ts";
import { writePrivateFile } from "../nats_server/data_dir/private_file.ts";

/** One contract file as it was evaluated. */
interface KeptContract {
  readonly path: string;
  /** Of its content, and that of all that it imports. */
  readonly key: string;
  readonly manifest: unknown;
  readonly digest: string;
}

/**
 * The contracts that an earlier process has found in the same surroundings; none where the file is missing,
 * others may write it, it was changed by hand, or anything else is wrong with it: then they are evaluated again.
 *
 * @param surroundings of the evaluation, see `evaluationSurroundings`
 */
export async function readKeptContracts(
  file: string,
  surroundings: string,
): Promise<DiscoveryCache> {
  const none = createDiscoveryCache();
  try {
    const { isFile, mode } = await Deno.stat(file);
    if (!isFile || (mode !== null && (mode & 0o077) !== 0)) return none;
    const text = await Deno.readTextFile(file);
    const end = text.indexOf("\n");
    const kept = text.slice(end + 1);
    if (text.slice(0, end) !== seal(kept, surroundings)) return none;
    const found = createDiscoveryCache();
    const contracts: unknown = JSON.parse(kept);
    for (const entry of Array.isArray(contracts) ? contracts : []) {
      if (!isKept(entry)) return none;
      const { path, key, digest } = entry;
      const manifest = parseManifest(entry.manifest).orThrow();
      if (manifestDigest(manifest) !== digest) return none;
      found.set(path, { key, found: { manifest, digest, problems: [] } });
    }
    return found;
  } catch {
    return none;
  }
}

/** Keeps contracts that were found without a problem, for {@link readKeptContracts}. */
export async function keepContracts(
  file: string,
  surroundings: string,
  cache: DiscoveryCache,
): Promise<void> {
  const contracts: readonly KeptContract[] = [...cache].flatMap(([path, { key, found }]) =>
    found.manifest === undefined
      ? []
      : [{ path, key, manifest: found.manifest, digest: found.digest }]
  );
  const kept = JSON.stringify(contracts);
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    await writePrivateFile(file, `${seal(kept, surroundings)}\n${kept}`);
  } catch {
    // The next start evaluates them again.
  }
}

/** Shows a change of the text, and of what it was evaluated in. */
function seal(kept: string, surroundings: string): string {
  return createHash("sha256").update(`${surroundings}\n${kept}`).digest("base64url");
}

function isKept(value: unknown): value is KeptContract {
  return isRecord(value) && typeof value.path === "string" && typeof value.key === "string" &&
    typeof value.digest === "string";
}
