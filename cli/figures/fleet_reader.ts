import { isErr } from "../../contracts/result.ts";
import type { SecuredPlatform } from "../platform/secured_platform.ts";
import type { FleetFigures } from "./fleet_figures.ts";
import { type FleetSource, readFleet } from "./read_fleet.ts";
import type { ReconcileCounts } from "./reconcile_counts.ts";
import { RpcTotals } from "./rpc_totals.ts";
import { type SessionFigures, sessionFigures } from "./session_figures.ts";

/** Milliseconds for which figures are good: several may ask for them at once. */
const GOOD_MS = 1000;
/** The same of sessions, which may be many, and are read one by one. */
const SESSIONS_GOOD_MS = 30_000;

/** What a process that reconciles reads all figures by. */
export interface FleetReaderParts extends Pick<FleetSource, "authority" | "messaging"> {
  readonly reconciles: ReconcileCounts;
  /** Undefined where nobody logs in. */
  readonly platform: Pick<SecuredPlatform, "listSessions"> | undefined;
}

/** Reads all figures, and not more often than they are good. */
export class FleetReader {
  readonly #parts: FleetReaderParts;
  readonly #totals = new RpcTotals();
  #reading: { readonly at: number; readonly figures: Promise<FleetFigures> } | undefined;
  #sessions: { readonly at: number; readonly figures: readonly SessionFigures[] } | undefined;

  /** Nothing is read yet. */
  constructor(parts: FleetReaderParts) {
    this.#parts = parts;
  }

  /** All figures, as they were a moment ago. */
  read(): Promise<FleetFigures> {
    const now = performance.now();
    if (this.#reading === undefined || now - this.#reading.at > GOOD_MS) {
      this.#reading = { at: now, figures: this.#read() };
    }
    return this.#reading.figures;
  }

  async #read(): Promise<FleetFigures> {
    const problems: string[] = [];
    const [figures, sessions] = await Promise.all([
      readFleet({ ...this.#parts, totals: this.#totals }),
      this.#readSessions(problems),
    ]);
    return {
      ...figures,
      sessions,
      reconciles: this.#parts.reconciles.list(),
      problems: [...figures.problems, ...problems],
    };
  }

  async #readSessions(problems: string[]): Promise<readonly SessionFigures[]> {
    const { platform } = this.#parts;
    const known = this.#sessions;
    if (known !== undefined && performance.now() - known.at < SESSIONS_GOOD_MS) {
      return known.figures;
    }
    const listed = (await platform?.listSessions())?.take() ?? [];
    if (isErr(listed)) {
      problems.push(listed.error.message);
      return known?.figures ?? [];
    }
    const figures = sessionFigures(listed, Date.now());
    this.#sessions = { at: performance.now(), figures };
    return figures;
  }
}
