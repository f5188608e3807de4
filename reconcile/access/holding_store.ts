import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { Stored } from "../records/record_store.ts";
import type { Holder } from "./holder.ts";
import type { Holding } from "./holding.ts";

/** Changes of each holder that are kept: the most that NATS keeps of a key. */
export const KEPT_CHANGES = 64;

/** A stored holding, byte for byte. */
export interface HeldText {
  /** Whose it is, as `user.ada`. */
  readonly key: string;
  /** Undefined where somebody deleted it. */
  readonly text: string | undefined;
}

/** Where holdings are kept. */
export interface HoldingStore {
  /** The latest holding, never an older one; undefined where nothing was ever granted. */
  load(holder: Holder): Promise<Result<Stored<Holding> | undefined, AuthorityError>>;
  /** Every holding. */
  loadAll(): Promise<Result<readonly Holding[], AuthorityError>>;
  /** Writes a holding that still has the revision it was read at; false when somebody else was faster. */
  save(holding: Holding, revision: number | undefined): Promise<Result<boolean, AuthorityError>>;
  /** All that is stored of all holders, as it is, oldest first, as far as that is kept. */
  evidence(): Promise<Result<readonly HeldText[], AuthorityError>>;
  /** What a holder held, oldest first, as far as that is kept. */
  history(holder: Holder): Promise<Result<readonly Holding[], AuthorityError>>;
  /**
   * Calls back whenever a holding changes, until aborted; without the holding where what is stored now is
   * not one.
   */
  watch(
    changed: (holder: Holder, holding: Holding | undefined) => void,
    signal: AbortSignal,
  ): Promise<void>;
}
