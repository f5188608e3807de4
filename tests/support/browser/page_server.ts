/** What is allowed to a page beside its own script: to connect where it is told. */
function policy(connectTo: readonly string[]): string {
  return `default-src 'none'; script-src 'self'; connect-src ${connectTo.join(" ")}; ` +
    "require-trusted-types-for 'script'; trusted-types 'none'";
}

/** Serves one page with one script, under a policy as strict as there is. */
export class PageServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #script = "";
  #policy = policy(["'none'"]);

  private constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
      const { pathname } = new URL(url);
      if (pathname === "/script.js") {
        return new Response(this.#script, { headers: { "Content-Type": "text/javascript" } });
      }
      if (pathname !== "/") return new Response(null, { status: 404 });
      const html = '<!doctype html><title>page</title><script type="module" src="/script.js">' +
        "</script>";
      return new Response(html, {
        headers: { "Content-Type": "text/html", "Content-Security-Policy": this.#policy },
      });
    });
  }

  /** Listens; {@link serve} says what is served. */
  static start(): PageServer {
    return new PageServer();
  }

  /** Serves this script, which may connect to these addresses. */
  serve(script: string, connectTo: readonly string[]): void {
    this.#script = script;
    this.#policy = policy(connectTo);
  }

  /** Its origin. */
  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The same page under another name, so of another origin. */
  get otherOrigin(): string {
    return `http://localhost:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
