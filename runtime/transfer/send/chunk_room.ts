import { isErr } from "../../../contracts/result.ts";
import { SessionTurns } from "../../rpc/session_turns.ts";
import type { StagedChunks } from "./staged_chunks.ts";
import { type ChunkNeed, sweepChunks } from "./sweep_chunks.ts";

/** Milliseconds between two looks whether it is full of what nobody waits for. */
const SWEEP_MS = 1000;

/** To say what has come the server looks through all of it, while everything else that is asked of JetStream waits. */
const QUESTIONS = { ofSession: 1, together: 4, waiting: 256 };

/** One kind of operation whose files come through it. */
interface RoomUser {
  readonly staged: StagedChunks;
  /** Whether one of them still waits for what was sent. */
  readonly needOf: (operation: string) => Promise<ChunkNeed>;
  /** How many chunks a file may have. */
  readonly mostChunks: () => Promise<number>;
}

/** The room that files have on their way: that of one stream for all operations of a service. */
export class ChunkRoom {
  /** Of those who ask what has come. */
  readonly turns = new SessionTurns(QUESTIONS);
  readonly #users: RoomUser[] = [];
  #sweepAt = 0;

  /** Another kind of operation takes room. */
  add(user: RoomUser): void {
    this.#users.push(user);
  }

  /** Removes what nobody waits for, whichever operation it was sent for, when it is more than half full. Waits for nothing. */
  make(): void {
    const now = performance.now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = Infinity;
    this.#sweep().catch(() => {
      // What stays is removed the next time.
    }).finally(() => this.#sweepAt = performance.now() + SWEEP_MS);
  }

  async #sweep(): Promise<void> {
    const [first] = this.#users;
    if (first === undefined || !await isHalfFull(first.staged)) return;
    for (const { staged, needOf, mostChunks } of this.#users) {
      await sweepChunks(staged, needOf, await mostChunks());
    }
  }
}

async function isHalfFull(staged: StagedChunks): Promise<boolean> {
  const info = (await staged.info()).take();
  if (isErr(info)) return false;
  const { bytes, messages, maxBytes = Infinity, maxMessages = Infinity } = info;
  return bytes >= maxBytes / 2 || messages >= maxMessages / 2;
}
