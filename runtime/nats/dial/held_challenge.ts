import type { Authenticator } from "@nats-io/nats-core";
import type { SessionKey } from "../../../contracts/identity/session_key.ts";
import { encodeBase64Url } from "../../../contracts/json/base64.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";

/** How a server greets: in one line, which holds the challenge. */
const GREETING = /^INFO\s+([^\r\n]+)\r\n/i;
/** Bytes of a greeting; what is larger is none. */
const LONGEST_GREETING = 64 * 1024;

/**
 * Answers the challenges of servers by a key that signs later, as those of browsers do. NATS' library wants
 * the answer at once, when it reads the greeting of a server: so the greeting is held back until the answer
 * is there. This is so at every connect, also where the library connects again by itself.
 */
export class HeldChallenge {
  readonly #key: SessionKey;
  /** Signatures by challenge; each is used once. */
  readonly #signed = new Map<string, string>();
  #failure: unknown;

  /** @param key signs, sooner or later */
  constructor(key: SessionKey) {
    this.#key = key;
  }

  /** Gives the library what was signed. Throws what the key has thrown. */
  readonly authenticator: Authenticator = (nonce = "") => {
    const sig = this.#signed.get(nonce);
    this.#signed.delete(nonce);
    if (sig === undefined) throw this.#failure ?? new Error("the challenge was not signed");
    return { nkey: this.#key.publicKey, sig };
  };

  /** Holds back the greeting of a new socket until its challenge is signed. */
  hold(socket: WebSocket): void {
    socket.binaryType = "arraybuffer";
    const held: ArrayBuffer[] = [];
    let isGreeted = false;
    let isReleased = false;
    const release = () => {
      isReleased = true;
      for (const data of held) socket.dispatchEvent(new MessageEvent("message", { data }));
    };
    // It is here before the library, which sets `onmessage`.
    socket.addEventListener("message", (event) => {
      if (isReleased) return;
      event.stopImmediatePropagation();
      held.push(event.data);
      if (isGreeted) return;
      const text = held.map((data) => new TextDecoder().decode(data)).join("");
      const [, greeting] = GREETING.exec(text) ?? [];
      if (greeting === undefined && text.length < LONGEST_GREETING) return;
      isGreeted = true;
      this.#sign(challengeIn(greeting)).then(release);
    });
  }

  async #sign(nonce: string): Promise<void> {
    try {
      const signature = await this.#key.sign(new TextEncoder().encode(nonce));
      // Servers read the signatures of keys that they know without padding only.
      this.#signed.set(nonce, encodeBase64Url(signature));
    } catch (cause) {
      this.#failure = cause;
    }
  }
}

/** The challenge of a greeting; empty where a server has none. */
function challengeIn(greeting: string | undefined): string {
  const info = readJson(greeting ?? "");
  return isRecord(info) && typeof info.nonce === "string" ? info.nonce : "";
}
