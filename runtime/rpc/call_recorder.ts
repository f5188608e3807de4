import type { Result } from "../../contracts/result.ts";
import type { CallOptions, HandedOver } from "./call_options.ts";
import type { CalledSurface } from "./called_surface.ts";

/** Calls something, and waits for its answer. */
export type SentCall = (
  value: unknown,
  options: CallOptions & HandedOver,
) => Promise<Result<unknown, Error>>;

/** Makes the calls of a surface recorded ones. */
export type RecordCalls = (
  surface: Pick<CalledSurface, "name" | "subject">,
  call: SentCall,
) => SentCall;
