import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type DiscoveredContract, isContractFile } from "../../contracts/discovery/discovery.ts";
import { namesIn } from "../../contracts/discovery/read_files.ts";
import type { ServiceStyle } from "./worker_protocol.ts";

/** How a contract is run, if it is. */
export interface RunnableModule {
  readonly style: ServiceStyle;
  /** Path relative to the project. */
  readonly file: string;
  /** URL to import. */
  readonly url: string;
}

/** A directory with `contracts/` in it. */
export class Project {
  /** Absolute path. */
  readonly root: string;

  /** @param dir as the user named it */
  constructor(dir: string) {
    this.root = resolve(dir);
  }

  /** Where Trellis keeps what it makes: data, manifest, logs. Ignored by git. */
  get stateDir(): string {
    return join(this.root, ".trellis");
  }

  /** The folder whose files are contracts. */
  get contractsDir(): string {
    return join(this.root, "contracts");
  }

  /** Where the project's code begins, by absolute paths: contracts, handlers that there may be, `main.ts`. */
  get entries(): readonly string[] {
    const contracts = namesIn(this.contractsDir).filter(isContractFile);
    const files = contracts.flatMap((name) => [`contracts/${name}`, `handlers/${name}`]);
    return [...files, "main.ts"].map((file) => join(this.root, file));
  }

  /**
   * The module that serves a contract: the handlers file of the same name, else `main.ts`;
   * undefined when there is neither, and for contracts that nobody serves.
   */
  async moduleOf(contract: DiscoveredContract): Promise<RunnableModule | undefined> {
    if (contract.kind !== "service") return undefined;
    const handlers = contract.file.replace(/^contracts\//, "handlers/");
    for (const [style, file] of [["handlers", handlers], ["main", "main.ts"]] as const) {
      const path = join(this.root, file);
      if (await isFile(path)) return { style, file, url: pathToFileURL(path).href };
    }
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    const { NotADirectory, NotFound } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return false;
    throw error;
  }
}
