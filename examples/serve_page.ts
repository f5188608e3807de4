/** The page of an example: a few files of its folder, one of them made of `web/app.ts` and everything that it imports. */

/** How the page is served. */
export interface PageOptions {
  /** The folder of the example. */
  readonly example: URL;
  /** On 127.0.0.1; 0: a free one. */
  readonly port: number;
  /** Where Trellis is for the page. */
  readonly trellisUrl: string;
  readonly script: string;
}

/** A page that is served. */
export interface ServedPage {
  /** As `http://127.0.0.1:4280`. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** Makes one script of the page. */
export async function bundlePage(example: URL): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", "web/app.ts"],
    cwd: example,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Serves the page on this machine only. */
export function servePage({ example, port, trellisUrl, script }: PageOptions): ServedPage {
  const read = (file: string) => Deno.readTextFileSync(new URL(`web/${file}`, example));
  const headers = { "Content-Security-Policy": policyFor(trellisUrl), "Cache-Control": "no-cache" };
  const files = new Map<string, readonly [type: string, body: string]>([
    ["/", ["text/html", read("index.html")]],
    ["/style.css", ["text/css", read("style.css")]],
    ["/app.js", ["text/javascript", script]],
    ["/config.json", ["application/json", JSON.stringify({ trellisUrl })]],
  ]);
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
    const [type, body] = files.get(new URL(request.url).pathname) ?? [];
    if (type === undefined) return new Response("not found\n", { status: 404 });
    return new Response(body, {
      headers: { ...headers, "Content-Type": `${type}; charset=utf-8` },
    });
  });
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
  };
}

/** What the page may load and whom it may speak to: itself, and Trellis. */
function policyFor(trellisUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src data:",
    `connect-src 'self' ${trellisUrl} ws://127.0.0.1:*`,
    `form-action ${trellisUrl}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
