import type { Row } from "./row.ts";

/** How thoroughly to measure. */
export interface Effort {
  /** True for fewer rounds. */
  readonly quick: boolean;
  /** Told what is going on. */
  readonly say: (text: string) => void;
  /** Told what a reader of the figures must know. */
  readonly note: (text: string) => void;
}

/** Something that is measured: it starts what it needs, and leaves nothing behind. */
export type Measurement = (effort: Effort) => Promise<readonly Row[]>;
