import type { Finding } from "./judge_server.ts";
import { tryWebSocket, type WebSocketAnswer } from "./try_web_socket.ts";

/** What pages meet at the address that they are told. */
export interface WebSocketFacts {
  readonly url: string;
  /** Whether it is reached on this machine alone. */
  readonly isLocal: boolean;
  /** How a page of an origin is answered that is nobody's. */
  readonly foreign: WebSocketAnswer;
  /** How pages of the origins are answered that are to be let in. */
  readonly origins: readonly { readonly origin: string; readonly answer: WebSocketAnswer }[];
}

/** An origin that no page has: the name cannot be registered. */
const FOREIGN = "https://foreign.invalid";
const CHECK = "websocket";
const SHOWS = "`trellis infra config --origin` shows the websocket block";

/** Looks at the address where pages connect. */
export async function gatherWebSocketFacts(
  { url, isLocal, origins }: Pick<WebSocketFacts, "url" | "isLocal"> & {
    readonly origins: readonly string[];
  },
): Promise<WebSocketFacts> {
  const [foreign, ...answers] = await Promise.all(
    [FOREIGN, ...origins].map(async (origin) => ({
      origin,
      answer: await tryWebSocket(url, origin),
    })),
  );
  return {
    url,
    isLocal,
    foreign: foreign?.answer ?? { kind: "refused" },
    origins: answers,
  };
}

/** Judges what pages meet. */
export function judgeWebSocket({ url, isLocal, foreign, origins }: WebSocketFacts): Finding {
  const problem = (message: string, hint: string): Finding => ({
    check: CHECK,
    state: "problem",
    message,
    hint,
  });
  if (foreign.kind === "unreachable") {
    return problem(`pages do not reach ${url}: ${foreign.reason}`, `Open it; ${SHOWS}.`);
  }
  if (foreign.kind === "taken") {
    return problem(
      "pages of every origin may connect",
      `List the origins of your own in allowed_origins; ${SHOWS}.`,
    );
  }
  const left = origins.filter(({ answer }) => answer.kind !== "taken").map(({ origin }) => origin);
  if (left.length > 0) {
    return problem(
      `pages of ${left.join(", ")} are refused`,
      `Add them to allowed_origins, exactly so; ${SHOWS}.`,
    );
  }
  if (!url.startsWith("wss:") && !isLocal) {
    return problem("pages connect without TLS", `Add a tls block with a certificate; ${SHOWS}.`);
  }
  const taken = origins.map(({ origin }) => origin).join(", ");
  return {
    check: CHECK,
    state: "ok",
    message: taken === ""
      ? "foreign pages are refused"
      : `pages of ${taken} may connect, foreign ones may not`,
  };
}
