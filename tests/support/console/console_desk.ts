/** A Console without a network, and browsers that ask it. */
import { consoleApp } from "../../../cli/console/app/console_app.tsx";
import { ConsoleLogins } from "../../../cli/console/login/console_logins.ts";
import { KeptLogins } from "../../../cli/console/login/kept_logins.ts";
import { openVisitor } from "../../../cli/console/login/open_visitor.ts";
import { Visitors } from "../../../cli/console/login/visitors.ts";
import { CONSOLE_ORIGIN, PASSWORD, type PortalDesk } from "../platform/portal_desk.ts";

/** The secret of its link, where nobody is asked who they are. */
export const TOKEN = "the-token-of-this-start-which-nobody-can-guess";
const COOKIE = "trellis_console_41235";

/** How a request differs from that of a good browser. */
export interface ConsoleRequest {
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** A Console that stands on a NATS server. */
export class ConsoleDesk implements AsyncDisposable {
  readonly #app: ReturnType<typeof consoleApp>;
  readonly visitors: Visitors;
  readonly failures: unknown[] = [];
  /** Where it keeps logins. */
  readonly dir: string;

  private constructor(url: string, dir: string, portal: PortalDesk | undefined, idleMs?: number) {
    this.dir = dir;
    const place = { url, by: "ada@desk", roots: undefined };
    this.visitors = new Visitors((login) => openVisitor(login, place), idleMs);
    this.#app = consoleApp({
      origin: CONSOLE_ORIGIN,
      portal: portal?.url,
      onError: (cause) => this.failures.push(cause),
      kept: new KeptLogins(dir, Date.now),
      visitors: this.visitors,
      cookie: COOKIE,
      wayIn: portal === undefined
        ? { kind: "link", token: TOKEN, name: "ada@desk" }
        : { kind: "portal", logins: new ConsoleLogins(portal, CONSOLE_ORIGIN, Date.now) },
    });
  }

  /**
   * Opens it.
   *
   * @param url of the NATS server
   * @param portal where people log in, where they do
   * @param dir where a Console before has kept its logins
   */
  static async open(
    url: string,
    { portal, dir, idleMs }: {
      readonly portal?: PortalDesk;
      readonly dir?: string;
      readonly idleMs?: number;
    } = {},
  ): Promise<ConsoleDesk> {
    return new ConsoleDesk(url, dir ?? await Deno.makeTempDir(), portal, idleMs);
  }

  /** Sends a request as it is: what a good browser adds comes from {@link ConsoleBrowser}. */
  async send(path: string, { form, headers = {}, method }: ConsoleRequest = {}) {
    const body = form && new URLSearchParams(form).toString();
    const response = await this.#app.fetch(
      new Request(`${CONSOLE_ORIGIN}${path}`, {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          Host: new URL(CONSOLE_ORIGIN).host,
          ...(body === undefined ? {} : {
            "Content-Length": `${body.length}`,
            "Content-Type": "application/x-www-form-urlencoded",
            Origin: CONSOLE_ORIGIN,
          }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      }),
      { address: "127.0.0.1" },
    );
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.visitors[Symbol.asyncDispose]();
  }
}

/** A browser that keeps cookies. */
export class ConsoleBrowser {
  readonly #desk: ConsoleDesk;
  readonly cookies = new Map<string, string>();

  /** @param desk where it goes */
  constructor(desk: ConsoleDesk, cookies: ReadonlyMap<string, string> = new Map()) {
    this.#desk = desk;
    for (const [name, value] of cookies) this.cookies.set(name, value);
  }

  /** Gets a page, or posts a form. */
  async open(path: string, form?: Readonly<Record<string, string>>) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(cookie !== "" && { Cookie: cookie }) };
    const answer = await this.#desk.send(path, { headers, ...(form && { form }) });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { ...answer, location: answer.headers.get("Location") };
  }

  /** Logs somebody in at the portal, who decides so; answers where the browser is sent then. */
  async logIn(portal: PortalDesk, name: string, decision: "approve" | "refuse" = "approve") {
    const { text } = await this.open("/login", { next: "/nowhere" });
    const [, action = ""] = /action="([^"]+)"/.exec(text) ?? [];
    const { pathname } = new URL(action);
    const begun = await portal.send(pathname, { form: {}, origin: CONSOLE_ORIGIN });
    const begunCookie = begun.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    const path = pathname.replace("/begin/", "/login/");
    const signedIn = await portal.send(path, {
      form: { name, password: PASSWORD },
      cookie: begunCookie,
    });
    const cookie = `${begunCookie}; ${signedIn.headers.get("Set-Cookie")?.split(";")[0]}`;
    const decided = await portal.send(`${path}/decision`, { form: { decision }, cookie });
    if (decided.headers.get("Refresh") !== `0; url=${CONSOLE_ORIGIN}/login/back`) {
      throw new Error(`it leads nowhere: ${decided.status} ${decided.text}`);
    }
    return await this.open("/login/done");
  }
}
