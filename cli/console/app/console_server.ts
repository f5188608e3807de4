import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isErr, type Result } from "../../../contracts/result.ts";
import { readPrivateFile } from "../../nats_server/security/key_folder.ts";
import { writePrivateFile } from "../../nats_server/data_dir/private_file.ts";
import type { ServerError } from "../../nats_server/probe/server_error.ts";
import type { Answer } from "../../pages/listen.ts";
import { LocalServer } from "../../pages/local_server.ts";
import type { ConsolePortal } from "../login/console_logins.ts";
import type { VisitorPlace } from "../login/open_visitor.ts";
import type { Visitors } from "../login/visitors.ts";

/** What the Console is given. */
export interface ServedConsole extends VisitorPlace {
  /** Where people log in; undefined where the server lets in everybody. */
  readonly portal: ConsolePortal | undefined;
  /** Told of what failed. */
  readonly onError: (cause: unknown) => void;
}

/** The web pages that show what runs, on this machine. */
export class ConsoleServer implements AsyncDisposable {
  readonly #server: LocalServer;
  readonly #dir: string;
  /** Whoever has it may come in, where nobody is asked who they are: another one for each start. */
  readonly #token = randomBytes(32).toString("base64url");
  #visitors: Visitors | undefined;

  private constructor(server: LocalServer, dir: string) {
    this.#server = server;
    this.#dir = dir;
  }

  /**
   * Listens. Requests wait until {@link serve} is called. Errors: `port_taken`.
   *
   * @param stateDir where Trellis keeps what it makes
   * @param port 0: the one of the last time, or a free one
   */
  static async listen(stateDir: string, port: number): Promise<Result<ConsoleServer, ServerError>> {
    const dir = join(stateDir, "console");
    const before = port === 0 ? await readPort(dir) : undefined;
    return (await LocalServer.listen({ port, before, option: "--console-port" }))
      .map((server) => new ConsoleServer(server, dir));
  }

  /** Where it is, as `http://127.0.0.1:41235`. */
  get origin(): string {
    return this.#server.url;
  }

  /** Begins to answer, and says how a person opens it: where nobody is asked who they are, by a secret link. */
  serve(parts: ServedConsole): string {
    this.#server.serve(async () => {
      try {
        return await this.#load(parts);
      } catch (cause) {
        parts.onError(cause);
        return () => new Response("The log of Trellis says why this failed.", { status: 500 });
      }
    });
    return parts.portal === undefined ? `${this.origin}/?token=${this.#token}` : this.origin;
  }

  /** Answers no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Streams end with their visitors.
    await this.#visitors?.[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }

  async #load({ portal, onError, ...place }: ServedConsole): Promise<Answer> {
    const [{ consoleApp }, { openVisitor }, { Visitors }, { KeptLogins }, { ConsoleLogins }] =
      await Promise.all([
        import("./console_app.tsx"),
        import("../login/open_visitor.ts"),
        import("../login/visitors.ts"),
        import("../login/kept_logins.ts"),
        import("../login/console_logins.ts"),
      ]);
    const { origin } = this;
    const visitors = new Visitors((login) => openVisitor(login, place));
    this.#visitors = visitors;
    const kept = new KeptLogins(this.#dir, Date.now);
    // A project that cannot be written is served all the same.
    await this.#keepPort().then(() => kept.sweep()).catch(onError);
    const app = consoleApp({
      origin,
      portal: portal?.url,
      onError,
      kept,
      visitors,
      cookie: `trellis_console_${this.#server.port}`,
      wayIn: portal === undefined
        ? { kind: "link", token: this.#token, name: place.by }
        : { kind: "portal", logins: new ConsoleLogins(portal, origin, Date.now) },
    });
    return (request, address) => app.fetch(request, { address });
  }

  /** The next start listens there again, so that open pages go on. */
  async #keepPort(): Promise<void> {
    await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await writePrivateFile(portFile(this.#dir), `${this.#server.port}\n`);
  }
}

function portFile(dir: string): string {
  return join(dir, "port");
}

/** What cannot be read was never written. */
async function readPort(dir: string): Promise<number | undefined> {
  const text = await readPrivateFile(portFile(dir)).then((read) => read.take(), () => undefined);
  const port = text === undefined || isErr(text) ? NaN : Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
