import type { SurfaceNeed } from "./need_types.ts";

/** Where an event is published. */
export interface EventSubject {
  /** Without the tokens of its params, as `events.v1.Order.Placed`; undefined: nobody has it accepted. */
  readonly subject: string | undefined;
  /** How many tokens follow. */
  readonly params: number;
}

/** `events.v1.Order.Placed.{/id}` -> `events.v1.Order.Placed` and 1. A JSON pointer may hold dots. */
export function eventSubject(
  declared: string | undefined,
  surface: SurfaceNeed | undefined,
): EventSubject {
  const [subject, ...pointers] = declared?.split(".{") ?? [undefined];
  return { subject, params: surface?.params?.length ?? pointers.length };
}
