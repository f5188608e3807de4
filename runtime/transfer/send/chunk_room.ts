import { isErr } from "../../../contracts/result.ts";
import { SessionTurns } from "../../rpc/session_turns.ts";
import type { StagedChunks } from "./staged_chunks.ts";
import { filesToGiveWay } from "./fair_room.ts";
import { type ChunkNeed, sweepChunks, type WaitingFile } from "./sweep_chunks.ts";

/** Milliseconds between two looks whether it is full of what nobody waits for. */
const SWEEP_MS = 1000;
/** From when on it is looked at what it is full of, and from when on it is shared out. */
const SWEPT_FROM = 0.5;
const SHARED_FROM = 0.75;

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
  /** Who has asked for room since it was shared out. */
  readonly #asking = new Set<string>();
  #sweepAt = 0;

  /** Another kind of operation takes room. */
  add(user: RoomUser): void {
    this.#users.push(user);
  }

  /**
   * Removes what nobody waits for, whichever operation it was sent for, when it is more than half full; when that does
   * not help, of whoever has most of it what gives way to others. Waits for nothing.
   *
   * @param owner who needs it, as `user:ada`
   */
  make(owner: string): void {
    this.#asking.add(owner);
    const now = performance.now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = Infinity;
    this.#sweep().catch(() => {
      // What stays is removed the next time.
    }).finally(() => this.#sweepAt = performance.now() + SWEEP_MS);
  }

  async #sweep(): Promise<void> {
    const [first] = this.#users;
    if (first === undefined || await fullness(first.staged) < SWEPT_FROM) {
      return this.#asking.clear();
    }
    const waiting: WaitingFile[] = [];
    for (const { staged, needOf, mostChunks } of this.#users) {
      waiting.push(...await sweepChunks(staged, needOf, await mostChunks()));
    }
    const isFull = await fullness(first.staged) >= SHARED_FROM;
    const giving = isFull ? filesToGiveWay(waiting, this.#asking) : [];
    this.#asking.clear();
    for (const file of giving) await file.remove();
  }
}

/** The share of the room that is taken: from 0 to 1. */
async function fullness(staged: StagedChunks): Promise<number> {
  const info = (await staged.info()).take();
  if (isErr(info)) return 0;
  const { bytes, messages, maxBytes = Infinity, maxMessages = Infinity } = info;
  return Math.max(bytes / maxBytes, messages / maxMessages);
}
