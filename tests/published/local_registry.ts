import { createHash } from "node:crypto";
import { readTarball } from "./read_tarball.ts";

interface Published {
  readonly version: string;
  readonly exports: unknown;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/**
 * A registry on this machine that speaks JSR's protocol: takes what `deno publish` uploads, and serves
 * it to `deno` under `JSR_URL`. Holds one version of each package.
 */
export class LocalRegistry implements AsyncDisposable {
  readonly #packages = new Map<string, Published>();
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => this.#answer(request),
  );

  /** The value of `JSR_URL`. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Paths of the files that were uploaded for a package, sorted, each beginning with a slash. */
  files(name: string): readonly string[] {
    return [...this.#packages.get(name)?.files.keys() ?? []].sort();
  }

  /** The text of each of them, by path. */
  *texts(name: string): Iterable<readonly [path: string, text: string]> {
    for (const [path, bytes] of this.#packages.get(name)?.files ?? []) {
      yield [path, new TextDecoder().decode(bytes)];
    }
  }

  /** Ends the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const api = /^\/api\/scopes\/([^/]+)\/packages\/([^/]+)(?:\/versions\/([^/]+))?$/.exec(
      pathname,
    );
    if (api !== null) {
      const [, scope = "", name = "", version] = api;
      if (request.method === "POST" && version !== undefined) {
        const archive = new Uint8Array(await request.arrayBuffer());
        await this.#take(`@${scope}/${name}`, version, archive, searchParams.get("config") ?? "");
        const named = { packageScope: scope, packageName: name, packageVersion: version };
        return Response.json({ id: pathname, status: "success", error: null, ...named });
      }
      if (version === undefined) return Response.json({ scope, name, latestVersion: null });
    }
    return this.#serve(pathname) ?? new Response("not found", { status: 404 });
  }

  async #take(
    name: string,
    version: string,
    archive: Uint8Array<ArrayBuffer>,
    config: string,
  ): Promise<void> {
    const files = await readTarball(archive);
    const { exports } = JSON.parse(new TextDecoder().decode(files.get(config)));
    this.#packages.set(name, { version, exports, files });
  }

  #serve(pathname: string): Response | undefined {
    const [, name = "", rest = ""] = /^\/(@[^/]+\/[^/]+)\/(.+)$/.exec(pathname) ?? [];
    const found = this.#packages.get(name);
    if (found === undefined) return undefined;
    const { version, exports, files } = found;
    if (rest === "meta.json") {
      const [scope, plain] = name.slice(1).split("/");
      return Response.json({ scope, name: plain, latest: version, versions: { [version]: {} } });
    }
    if (rest === `${version}_meta.json`) {
      const manifest = [...files].map(([path, bytes]) => {
        const hash = createHash("sha256").update(bytes).digest("hex");
        return [path, { size: bytes.length, checksum: `sha256-${hash}` }];
      });
      return Response.json({
        exports: typeof exports === "string" ? { ".": exports } : exports,
        manifest: Object.fromEntries(manifest),
      });
    }
    const path = rest.slice(version.length);
    const file = rest.startsWith(`${version}/`) ? files.get(path) : undefined;
    if (file === undefined) return undefined;
    const type = path.endsWith(".json") ? "application/json" : "text/typescript";
    return new Response(file, { headers: { "content-type": type } });
  }
}
