import { isErr } from "../../contracts/result.ts";
import { mayBeClustered } from "../../runtime/nats/link/js_domain.ts";
import type { Authority } from "../authority/authority.ts";
import { managerOf } from "../nats/buckets/jetstream_failure.ts";
import { keepOwnStreams } from "../nats/keep_own_streams.ts";
import type { ReconcileEvent } from "./reconcile_event.ts";

/** What it works with. */
export interface OwnStreamsOptions {
  readonly authority: Pick<Authority, "layout">;
  readonly connection: Parameters<typeof managerOf>[0];
  readonly report: (event: ReconcileEvent) => void;
}

/** Whose the streams of Trellis itself are, for those who are told of them. */
const TRELLIS = "trellis";

/** Keeps the streams of Trellis itself as the policy says, also when servers join the cluster later. */
export class OwnStreamsUpkeep {
  readonly #options: OwnStreamsOptions;
  /** What was in the way when it was looked at last. */
  #reported: ReadonlySet<string> = new Set();
  #looking: Promise<void> | undefined;

  constructor(options: OwnStreamsOptions) {
    this.#options = options;
  }

  /** Looks once; one look at a time. */
  look(): Promise<void> {
    return this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  async #look(): Promise<void> {
    const { authority, connection, report } = this.#options;
    const layout = (await authority.layout()).take();
    // What cannot be read now is read the next time; whoever reconciles says so.
    if (isErr(layout)) return;
    const isClustered = mayBeClustered(connection);
    const manager = await managerOf(connection);
    const { changed, failures } = await keepOwnStreams(manager, layout, isClustered);
    for (const { stream, changes } of changed) {
      report({ kind: "kept", deployment: TRELLIS, stream, changes });
    }
    for (const { message, hint } of failures) {
      if (this.#reported.has(message)) continue;
      report({ kind: "failed", deployment: TRELLIS, message, hint, awaited: false });
    }
    this.#reported = new Set(failures.map(({ message }) => message));
  }
}
